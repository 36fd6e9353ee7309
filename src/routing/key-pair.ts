import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import type { Secret } from '../resources/index.js';

/**
 * Why a Secret cannot serve as a listener's certificate; undefined: it can. Checks type, both entries, PEM, and that key and
 * certificate belong together, and that the key is one Envoy takes. Says nothing more of the key.
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
  if (!leaf.checkPrivateKey(privateKey)) return 'has a tls.key that does not belong to its tls.crt';
  return isTaken(privateKey)
    ? undefined
    : 'has a key that Envoy does not take: RSA of at least 2,048 bits, ECDSA on P-256, P-384 or P-521, and Ed25519 are';
}

/** Envoy 1.40 (BoringSSL) refuses the whole secret otherwise, and with it the listener. */
function isTaken({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): boolean {
  if (asymmetricKeyType === 'rsa') return (asymmetricKeyDetails?.modulusLength ?? 0) >= 2_048;
  if (asymmetricKeyType !== 'ec') return asymmetricKeyType === 'ed25519';
  return ['prime256v1', 'secp384r1', 'secp521r1'].includes(asymmetricKeyDetails?.namedCurve ?? '');
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

function parseKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    // As above; and its message may quote the key.
    return undefined;
  }
}
