// x509 uses decorators, and these need the polyfill to be there first.
import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

export interface IssueOptions {
  /** DNS names (a wildcard for the first label) and IP addresses. */
  readonly hosts: readonly string[];
  readonly days: number;
  readonly keyType: 'ecdsa' | 'rsa';
  readonly now: Date;
}

/** PEM texts. The CA's key is forgotten once it has signed: nobody can sign another certificate with it. */
export interface Issued {
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

const DAY_MS = 86_400_000;
/** Clocks differ: certificates are valid from a little earlier. */
const SKEW_MS = 300_000;
const ALGORITHMS = {
  ecdsa: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  rsa: {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
  },
} as const;

/** Makes a CA, and a server certificate for `hosts` signed by it. Source: RFC 5280. */
export async function issueCertificate({ hosts, days, keyType, now }: IssueOptions): Promise<Issued> {
  const algorithm = ALGORITHMS[keyType];
  const [caKeys, keys] = await Promise.all([keyPair(keyType), keyPair(keyType)]);
  const validity = {
    notBefore: new Date(now.getTime() - SKEW_MS),
    notAfter: new Date(now.getTime() + days * DAY_MS),
    signingAlgorithm: algorithm,
  };
  const issuer = 'CN=Windlass self-signed CA';
  const ca = await X509CertificateGenerator.createSelfSigned({
    ...validity,
    serialNumber: serialNumber(),
    name: issuer,
    keys: caKeys,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(caKeys.publicKey),
    ],
  });
  const certificate = await X509CertificateGenerator.create({
    ...validity,
    serialNumber: serialNumber(),
    subject: subjectOf(hosts),
    issuer,
    publicKey: keys.publicKey,
    signingKey: caKeys.privateKey,
    extensions: await leafExtensions(hosts, keys.publicKey, caKeys.publicKey),
  });
  const privateKey = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return {
    ca: `${ca.toString('pem')}\n`,
    certificate: `${certificate.toString('pem')}\n`,
    key: `${PemConverter.encode(privateKey, 'PRIVATE KEY')}\n`,
  };
}

async function leafExtensions(
  hosts: readonly string[],
  publicKey: webcrypto.CryptoKey,
  caKey: webcrypto.CryptoKey,
): Promise<Extension[]> {
  const names = hosts.map((value) => ({
    type: isIP(value) === 0 ? ('dns' as const) : ('ip' as const),
    value,
  }));
  return [
    new BasicConstraintsExtension(false, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    // A client, or a Gateway towards its backends, may present it as well.
    new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
    // The subject may be empty, and nobody reads it: the alternative names decide.
    new SubjectAlternativeNameExtension(names),
    await SubjectKeyIdentifierExtension.create(publicKey),
    await AuthorityKeyIdentifierExtension.create(caKey),
  ];
}

async function keyPair(keyType: IssueOptions['keyType']): Promise<webcrypto.CryptoKeyPair> {
  return keyType === 'ecdsa'
    ? await webcrypto.subtle.generateKey(ALGORITHMS.ecdsa, true, ['sign', 'verify'])
    : await webcrypto.subtle.generateKey(ALGORITHMS.rsa, true, ['sign', 'verify']);
}

/** Positive, as RFC 5280 4.1.2.2 asks, and never with a leading zero octet. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes.toString('hex');
}

/** A common name holds at most 64 characters (RFC 5280, ub-common-name). */
function subjectOf([first = '']: readonly string[]): string {
  return first.length <= 64 ? `CN=${first}` : 'CN=windlass';
}
