// Secret: https://kubernetes.io/docs/reference/kubernetes-api/config-and-storage-resources/secret-v1/. No message repeats a value.
import { dataKeyFault } from '../names.js';
import { report, type Findings } from '../schema/findings.js';
import type { Secret } from '../types/index.js';
import type { CoreKind } from './core-kind.js';
import { DATA_LIMIT } from './config-map.js';

/** A Secret as it may be written: the API server never stores `stringData`. */
type WrittenSecret = Secret & { readonly stringData?: Readonly<Record<string, string>> };

/** Keys that a type demands; for `basic-auth` either of the two will do. */
const DEMANDED_KEYS: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
};

export const secret: CoreKind<'Secret'> = {
  defaults: (body) => ({ type: 'Opaque', ...body }),
  rules: [keysAreFileNames, typeHasItsKeys, fitsIntoLimit],
  finish: withoutStringData,
};

function keysAreFileNames({ data = {}, stringData = {} }: WrittenSecret, findings: Findings): void {
  for (const [place, keys] of [
    ['data', Object.keys(data)] as const,
    ['stringData', Object.keys(stringData)] as const,
  ]) {
    for (const key of keys) {
      const fault = dataKeyFault(key);
      if (fault !== undefined) report(findings, 'invalid', [place, key], fault, { target: 'key' });
    }
  }
}

function typeHasItsKeys(
  { type = 'Opaque', data = {}, stringData = {} }: WrittenSecret,
  findings: Findings,
): void {
  const has = (key: string): boolean => Object.hasOwn(data, key) || Object.hasOwn(stringData, key);
  for (const key of DEMANDED_KEYS[type] ?? []) {
    if (!has(key))
      report(findings, 'required', ['data', key], `is required for type ${type}`, { target: 'key' });
  }
  if (type === 'kubernetes.io/basic-auth' && !has('username') && !has('password')) {
    report(
      findings,
      'required',
      ['data'],
      'must have username or password for type kubernetes.io/basic-auth',
    );
  }
}

function fitsIntoLimit({ data = {}, stringData = {} }: WrittenSecret, findings: Findings): void {
  const sizes = [
    ...Object.values(data).map((value) => (value.length / 4) * 3),
    ...Object.values(stringData).map((value) => Buffer.byteLength(value)),
  ];
  if (sizes.reduce((sum, size) => sum + size, 0) <= DATA_LIMIT) return;
  report(findings, 'length', ['data'], `must hold at most ${DATA_LIMIT} bytes`);
}

/** `stringData` wins over `data` and is kept in it; line breaks within base64 are dropped, as the API server's codec does. */
function withoutStringData(written: WrittenSecret): Secret {
  const { stringData = {}, data = {}, ...rest } = written;
  const entries = [
    ...Object.entries(data).map(([key, value]) => [key, value.replace(/[\r\n]/g, '')] as const),
    ...Object.entries(stringData).map(
      ([key, value]) => [key, Buffer.from(value).toString('base64')] as const,
    ),
  ];
  return entries.length === 0 ? rest : { ...rest, data: Object.fromEntries(entries) };
}
