import { describe, expect, it } from '@jest/globals';
import { keyPair } from '../../e2e/envoy/key-pair.js';
import type { Secret } from '../resources/index.js';
import { keyPairFault } from './key-pair.js';
import { ODD_CURVE, ONE, TWO, WEAK, type KeyPair } from './testing/key-pair.js';

function faultOf({ certificate, key }: KeyPair): string | undefined {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  const secret: Secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 's' },
    type: 'kubernetes.io/tls',
    data: { 'tls.crt': base64(certificate), 'tls.key': base64(key) },
  };
  return keyPairFault(secret);
}

const KEY_USAGE = '551d0f';
const TLS_FEATURE = '2b06010505070118';
const issued = (...extensions: readonly (readonly [string, string])[]): KeyPair =>
  keyPair('a.example', { extensions });
const inChain = (more: string): KeyPair => ({ ...ONE, certificate: ONE.certificate + more });

describe('a key pair', () => {
  // Each was given to Envoy 1.40 as a secret.
  it.each<[string, KeyPair]>([
    ['of which nothing is odd', ONE],
    ['with text around its blocks', inChain('issued by us\n')],
    ['with lines that end as on Windows', inChain(TWO.certificate.replaceAll('\n', '\r\n'))],
    ['whose chain holds a block of another kind', inChain(TWO.key)],
    ['that may sign', issued([KEY_USAGE, '03020780'])],
    ['with a TLS feature that is not the stapling of OCSP', issued([TLS_FEATURE, '3003020111'])],
    ['in one line of base64', { ...ONE, key: ONE.key.replace(/(?<=.{64})\n(?=[^-]{8})/g, '') }],
  ])('%s is taken', (_what, pair) => {
    expect(faultOf(pair)).toBeUndefined();
  });

  it.each<[string, KeyPair, RegExp]>([
    ['that must be stapled', issued([TLS_FEATURE, '3003020105']), /must-staple/],
    ['that may not sign', issued([KEY_USAGE, '03020308']), /key usage/],
    ['whose key usage is none', issued([KEY_USAGE, '0500']), /key usage/],
    ['without a name', keyPair('', { nameless: true }), /without a name/],
    ['with a block that does not end', inChain('-----BEGIN CERTIFICATE-----\nMIIB\n'), /not a chain/],
    ['with a block that is not base64', inChain('-----BEGIN X-----\n!\n-----END X-----\n'), /not a chain/],
    ['behind a byte order mark', { ...ONE, certificate: `\ufeff${ONE.certificate}` }, /not a chain/],
    ['whose key is behind a byte order mark', { ...ONE, key: `\ufeff${ONE.key}` }, /not an unencrypted/],
    [
      'whose first certificate is another, by its older name',
      {
        ...ONE,
        certificate: TWO.certificate.replaceAll('CERTIFICATE', 'X509 CERTIFICATE') + ONE.certificate,
      },
      /does not belong/,
    ],
    ['of too few bits', WEAK, /does not take/],
    ['on another curve', ODD_CURVE, /does not take/],
  ])('%s is refused', (_what, pair, reason) => {
    expect(faultOf(pair)).toMatch(reason);
  });
});
