import { createAuthority, signCertificate, type KeyPair } from './authority.js';
import type { KeyType } from './keys.js';

export interface IssueOptions {
  /** DNS names (a wildcard for the first label) and IP addresses. */
  readonly hosts: readonly string[];
  readonly days: number;
  readonly keyType: KeyType;
  readonly now: Date;
}

/** PEM texts. The CA's key is forgotten once it has signed: nobody can sign another certificate with it. */
export interface Issued extends KeyPair {
  readonly ca: string;
}

const DAY_MS = 86_400_000;

/** Makes a CA, and a server certificate for `hosts` signed by it. */
export async function issueCertificate({ hosts, days, keyType, now }: IssueOptions): Promise<Issued> {
  const validity = { now, notAfter: new Date(now.getTime() + days * DAY_MS) };
  const authority = await createAuthority(keyType, validity);
  return { ca: authority.certificate, ...(await signCertificate(authority, hosts, validity)) };
}
