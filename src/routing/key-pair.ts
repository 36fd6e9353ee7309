import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import type { Secret } from '../resources/index.js';
import { extensionsOf, maySign, mustStaple } from './certificate-extensions.js';
import { pemBlocks } from './pem.js';

/**
 * Why a Secret cannot serve as a listener's certificate; undefined: it can. Checks type, both entries, PEM, that key and certificate belong together,
 * and that Envoy takes both. Says nothing more of the key.
 */
export function keyPairFault(secret: Secret): string | undefined {
  if (secret.type !== 'kubernetes.io/tls')
    return `is of type ${secret.type ?? 'Opaque'}, not kubernetes.io/tls`;
  const chain = decoded(secret, 'tls.crt');
  const key = decoded(secret, 'tls.key');
  if (chain === undefined) return 'has no tls.crt';
  if (key === undefined) return 'has no tls.key';
  const certificates = (pemBlocks(chain) ?? []).filter(({ label }) => CERTIFICATE_LABELS.includes(label));
  const [leaf, ...others] = certificates.map(({ text }) => parseCertificate(text));
  if (leaf === undefined || others.includes(undefined))
    return 'has a tls.crt that is not a chain of PEM certificates';
  const privateKey = parseKey(key);
  if (privateKey === undefined) return 'has a tls.key that is not an unencrypted PEM private key';
  if (!leaf.checkPrivateKey(privateKey)) return 'has a tls.key that does not belong to its tls.crt';
  if (!isTaken(privateKey)) {
    return 'has a key that Envoy does not take: RSA of at least 2,048 bits, ECDSA on P-256, P-384 or P-521, and Ed25519 are';
  }
  return leafFault(leaf);
}

const CERTIFICATE_LABELS: readonly string[] = ['CERTIFICATE', 'X509 CERTIFICATE', 'TRUSTED CERTIFICATE'];

/** Envoy 1.40 (BoringSSL) refuses the whole secret otherwise, and with it the listener. */
function isTaken({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): boolean {
  if (asymmetricKeyType === 'rsa') {
    const { modulusLength = 0, publicExponent = 0n } = asymmetricKeyDetails ?? {};
    return modulusLength >= 2_048 && publicExponent < 2n ** 33n;
  }
  if (asymmetricKeyType !== 'ec') return asymmetricKeyType === 'ed25519';
  return ['prime256v1', 'secp384r1', 'secp521r1'].includes(asymmetricKeyDetails?.namedCurve ?? '');
}

/** What Envoy refuses of a certificate that OpenSSL takes. */
function leafFault(leaf: X509Certificate): string | undefined {
  const extensions = extensionsOf(leaf.raw);
  const isEc = leaf.publicKey.asymmetricKeyType === 'ec';
  if (mustStaple(extensions))
    return 'has a certificate that requires a stapled OCSP response (must-staple), which Envoy is not given';
  if (isEc && !maySign(extensions))
    return 'has an ECDSA certificate whose key usage does not allow digital signatures';
  if (isEc && hasWrittenOutCurve(leaf))
    return 'has a certificate whose curve is written out instead of named';
  const names = leaf.subjectAltName ?? '';
  if (!/(?:^|, )(?:DNS|IP Address|URI):/.test(names) && !/^CN=/m.test(leaf.subject))
    return 'has a certificate without a name: neither a common name nor a DNS name, address or URI';
  return undefined;
}

/** The parameters of the public key are an object identifier, unless all numbers of the curve are given. */
function hasWrittenOutCurve({ publicKey }: X509Certificate): boolean {
  const der = publicKey.export({ type: 'spki', format: 'der' }).toString('hex');
  return !der.slice(0, 50).includes('06072a8648ce3d020106');
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

function parseKey(text: string): KeyObject | undefined {
  const block = pemBlocks(text)?.find(({ label }) => label.endsWith('PRIVATE KEY'));
  if (block === undefined) return undefined;
  try {
    return createPrivateKey(block.text);
  } catch {
    // As above; and its message may quote the key.
    return undefined;
  }
}
