// x509 uses decorators, and these need the polyfill to be there first.
import 'reflect-metadata';
import { webcrypto, X509Certificate as NodeCertificate } from 'node:crypto';
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
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { ALGORITHMS, generateKeyPair, serialNumber, type KeyType } from './keys.js';

/** PEM texts. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

/** When it is made, and when it ends; it is valid from {@link SKEW_MS} before the first. */
export interface Validity {
  readonly now: Date;
  readonly notAfter: Date;
}

/** Clocks differ: certificates are valid from a little earlier. Milliseconds. */
export const SKEW_MS = 300_000;

/** Makes a self-signed CA that signs server certificates and nothing else. Source: RFC 5280. */
export async function createAuthority(keyType: KeyType, validity: Validity): Promise<KeyPair> {
  const keys = await generateKeyPair(keyType);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    ...datesOf(validity),
    signingAlgorithm: ALGORITHMS[keyType],
    serialNumber: serialNumber(),
    name: 'CN=Windlass self-signed CA',
    keys,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: pemOf(certificate), key: await keyPem(keys.privateKey) };
}

/**
 * Makes a key and a server certificate for `hosts`: DNS names (a wildcard for the first label) and IP addresses. Its key is of the authority's type.
 * @throws Error the authority's PEM is none
 */
export async function signCertificate(
  authority: KeyPair,
  hosts: readonly string[],
  validity: Validity,
): Promise<KeyPair> {
  const ca = new X509Certificate(authority.certificate);
  const keyType: KeyType =
    new NodeCertificate(authority.certificate).publicKey.asymmetricKeyType === 'rsa' ? 'rsa' : 'ecdsa';
  const algorithm = ALGORITHMS[keyType];
  const keys = await generateKeyPair(keyType);
  const caKey = await webcrypto.subtle.importKey('pkcs8', derOf(authority.key), algorithm, false, ['sign']);
  const caPublicKey = await webcrypto.subtle.importKey('spki', ca.publicKey.rawData, algorithm, true, [
    'verify',
  ]);
  const certificate = await X509CertificateGenerator.create({
    ...datesOf(validity),
    signingAlgorithm: algorithm,
    serialNumber: serialNumber(),
    subject: subjectOf(hosts),
    issuer: ca.subject,
    publicKey: keys.publicKey,
    signingKey: caKey,
    extensions: await leafExtensions(hosts, keys.publicKey, caPublicKey),
  });
  return { certificate: pemOf(certificate), key: await keyPem(keys.privateKey) };
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

function datesOf({ now, notAfter }: Validity): { readonly notBefore: Date; readonly notAfter: Date } {
  return { notBefore: new Date(now.getTime() - SKEW_MS), notAfter };
}

function pemOf(certificate: X509Certificate): string {
  return `${certificate.toString('pem')}\n`;
}

async function keyPem(key: webcrypto.CryptoKey): Promise<string> {
  return `${PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY')}\n`;
}

function derOf(pem: string): ArrayBuffer {
  return PemConverter.decodeFirst(pem);
}

/** A common name holds at most 64 characters (RFC 5280, ub-common-name). */
function subjectOf([first = '']: readonly string[]): string {
  return first.length <= 64 ? `CN=${first}` : 'CN=windlass';
}
