import { randomBytes, webcrypto } from 'node:crypto';

export type KeyType = 'ecdsa' | 'rsa';

export const ALGORITHMS = {
  ecdsa: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  rsa: {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
  },
} as const;

export async function generateKeyPair(keyType: KeyType): Promise<webcrypto.CryptoKeyPair> {
  return keyType === 'ecdsa'
    ? await webcrypto.subtle.generateKey(ALGORITHMS.ecdsa, true, ['sign', 'verify'])
    : await webcrypto.subtle.generateKey(ALGORITHMS.rsa, true, ['sign', 'verify']);
}

/** Positive, as RFC 5280 4.1.2.2 asks, and never with a leading zero octet. */
export function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes.toString('hex');
}
