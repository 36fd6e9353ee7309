import { memoByIdentity } from '../collections/index.js';
import { X509Certificate } from 'node:crypto';
import type { Secret } from '../resources/index.js';
import { pemBlocks } from './pem.js';

/** The DNS names, in lower case, that the certificate of a checked Secret is good for; its common name where it has none. */
export const certificateNames = memoByIdentity(({ data }: Secret): readonly string[] => {
  const chain = Buffer.from(data?.['tls.crt'] ?? '', 'base64').toString();
  const [leaf] = (pemBlocks(chain) ?? []).filter(({ label }) => label.endsWith('CERTIFICATE'));
  const certificate = leaf && parsed(leaf.text);
  if (certificate === undefined) return [];
  const { subjectAltName = '', subject } = certificate;
  const names = [...subjectAltName.matchAll(/(?:^|, )DNS:([^,]+)/g)].map(([, name = '']) => name);
  const [, common] = /^CN=(.+)$/m.exec(subject) ?? [];
  const all = names.length > 0 || common === undefined ? names : [common];
  return all.map((name) => name.toLowerCase());
});

function parsed(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    // Nothing can be said of one that nobody has checked.
    return undefined;
  }
}
