import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import type { ServiceAccountIssuer } from '../../kubernetes/index.js';

export const NOW = Date.parse('2026-06-01T00:00:00Z');

const RSA = generateKeyPairSync('rsa', { modulusLength: 2048 });
const EC = generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** Knows the keys `rsa` and `ec`. */
export const ISSUER: ServiceAccountIssuer = {
  issuer: 'https://kubernetes.default.svc',
  keys: new Map([
    ['rsa', RSA.publicKey],
    ['ec', EC.publicKey],
  ]),
};

const CLAIMS = {
  iss: ISSUER.issuer,
  aud: ['windlass-xds'],
  exp: NOW / 1000 + 3600,
  nbf: NOW / 1000 - 10,
  'kubernetes.io': { namespace: 'shop', serviceaccount: { name: 'edge', uid: '1' }, pod: { name: 'edge-7' } },
};

/** A token as TokenRequest makes them, but for the claims given. */
export function madeToken(
  claims: object = {},
  header: { readonly alg?: string; readonly kid?: string } = {},
  key: KeyObject = header.alg === 'ES256' ? EC.privateKey : RSA.privateKey,
): string {
  const { alg = 'RS256', kid = alg === 'ES256' ? 'ec' : 'rsa' } = header;
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg, kid })}.${part({ ...CLAIMS, ...claims })}`;
  const signature = sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' });
  return `${signed}.${signature.toString('base64url')}`;
}
