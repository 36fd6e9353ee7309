import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { Secret } from '../resources/index.js';

/**
 * Why a Secret cannot serve as a listener's certificate; undefined: it can. Checks type, both entries, PEM, and that key and
 * certificate belong together. Says nothing of the key itself.
 */
export function keyPairFault(secret: Secret): string | undefined {
  if (secret.type !== 'kubernetes.io/tls')
    return `is of type ${secret.type ?? 'Opaque'}, not kubernetes.io/tls`;
  const chain = decoded(secret, 'tls.crt');
  const key = decoded(secret, 'tls.key');
  if (chain === undefined) return 'has no tls.crt';
  if (key === undefined) return 'has no tls.key';
  const certificates = chain.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  const [leaf] = certificates.map(parseCertificate);
  if (leaf === undefined || certificates.some((pem) => parseCertificate(pem) === undefined)) {
    return 'has a tls.crt that is not a chain of PEM certificates';
  }
  const privateKey = parseKey(key);
  if (privateKey === undefined) return 'has a tls.key that is not an unencrypted PEM private key';
  return leaf.checkPrivateKey(privateKey) ? undefined : 'has a tls.key that does not belong to its tls.crt';
}

function decoded(secret: Secret, entry: string): string | undefined {
  const text = secret.data?.[entry];
  return text === undefined || text === '' ? undefined : Buffer.from(text, 'base64').toString('utf8');
}

function parseCertificate(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    // The caller says what is wrong; OpenSSL's words help nobody.
    return undefined;
  }
}

function parseKey(pem: string): ReturnType<typeof createPrivateKey> | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    // As above; and its message may quote the key.
    return undefined;
  }
}
