// ConfigMap: https://kubernetes.io/docs/reference/kubernetes-api/config-and-storage-resources/config-map-v1/
import { dataKeyFault } from '../names.js';
import { report, type Findings } from '../schema/findings.js';
import type { ConfigMap } from '../types/index.js';
import type { CoreKind } from './core-kind.js';

/** Most bytes of data a ConfigMap or Secret may hold (core.MaxSecretSize). */
export const DATA_LIMIT = 1024 * 1024;

export const configMap: CoreKind<'ConfigMap'> = { rules: [keysAreFileNames, fitsIntoLimit] };

function keysAreFileNames({ data = {}, binaryData = {} }: ConfigMap, findings: Findings): void {
  for (const key of Object.keys(data)) {
    const fault = Object.hasOwn(binaryData, key) ? 'is also a key of binaryData' : dataKeyFault(key);
    if (fault !== undefined) report(findings, 'invalid', ['data', key], fault, { target: 'key' });
  }
  for (const key of Object.keys(binaryData)) {
    const fault = dataKeyFault(key);
    if (fault !== undefined) report(findings, 'invalid', ['binaryData', key], fault, { target: 'key' });
  }
}

function fitsIntoLimit({ data = {}, binaryData = {} }: ConfigMap, findings: Findings): void {
  const texts = Object.values(data).map((value) => Buffer.byteLength(value));
  const binaries = Object.values(binaryData).map((value) => (value.length / 4) * 3);
  if ([...texts, ...binaries].reduce((sum, size) => sum + size, 0) <= DATA_LIMIT) return;
  report(findings, 'length', ['data'], `must hold at most ${DATA_LIMIT} bytes`);
}
