// x509 uses decorators, and these need the polyfill to be there first.
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

const ALGORITHMS = {
  ecdsa: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  rsa: {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
  },
} as const;
const HOUR_MS = 3_600_000;

/** PEM texts. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

export interface IssueOptions {
  /** Alternative names that are URIs, beside the DNS name. */
  readonly uris?: readonly string[];
  /** It was valid until a moment ago. */
  readonly isExpired?: boolean;
}

/** A CA that signs as many certificates for a DNS name as are asked for. */
export interface Authority {
  readonly certificate: string;
  readonly issue: (
    host: string,
    keyType: keyof typeof ALGORITHMS,
    options?: IssueOptions,
  ) => Promise<KeyPair>;
}

export async function createAuthority(): Promise<Authority> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHMS.ecdsa, true, ['sign', 'verify']);
  const issuer = 'CN=Test CA';
  const validity = { notBefore: new Date(Date.now() - HOUR_MS), notAfter: new Date(Date.now() + HOUR_MS) };
  const ca = await X509CertificateGenerator.createSelfSigned({
    ...validity,
    name: issuer,
    keys,
    signingAlgorithm: ALGORITHMS.ecdsa,
    // All have one name: only by these identifiers can they be told apart.
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const issue: Authority['issue'] = async (host, keyType, { uris = [], isExpired = false } = {}) => {
    const own = await webcrypto.subtle.generateKey(ALGORITHMS[keyType], true, ['sign', 'verify']);
    const certificate = await X509CertificateGenerator.create({
      ...validity,
      ...(isExpired && { notAfter: new Date(Date.now() - HOUR_MS / 60) }),
      subject: `CN=${host}`,
      issuer,
      publicKey: own.publicKey,
      signingKey: keys.privateKey,
      signingAlgorithm: ALGORITHMS.ecdsa,
      extensions: [
        new SubjectAlternativeNameExtension([
          { type: 'dns', value: host },
          ...uris.map((value) => ({ type: 'url', value }) as const),
        ]),
        await AuthorityKeyIdentifierExtension.create(keys.publicKey),
      ],
    });
    const key = await webcrypto.subtle.exportKey('pkcs8', own.privateKey);
    return { certificate: certificate.toString('pem'), key: PemConverter.encode(key, 'PRIVATE KEY') };
  };
  return { certificate: ca.toString('pem'), issue };
}
