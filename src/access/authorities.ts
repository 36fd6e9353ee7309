import { createPrivateKey, X509Certificate } from 'node:crypto';
import { SKEW_MS, type KeyPair } from '../certificates/index.js';
import { WindlassError } from '../errors/index.js';

/** A CA that signs serving certificates. */
export interface Authority extends KeyPair {
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly notAfter: number;
}

/** CAs, oldest first. All that is decided about them follows from their own dates: so all replicas decide the same. */
export type Authorities = readonly Authority[];

/** Share of its life after which a certificate gets a successor. */
const RENEWED_AT = 2 / 3;

const BLOCK = /-----BEGIN ([A-Z ]+)-----[^-]*-----END \1-----\n?/g;

/**
 * Reads CAs from PEM bundles: the keys in the order of the certificates.
 * @throws WindlassError XDS_AUTHORITY
 */
export function parseAuthorities(certificates: string, keys: string): Authorities {
  const keysInOrder = keys.match(BLOCK) ?? [];
  const parsed = (certificates.match(BLOCK) ?? []).map((certificate, i) =>
    parseAuthority(certificate, keysInOrder[i] ?? ''),
  );
  if (parsed.length === 0 || parsed.length !== keysInOrder.length)
    throw new WindlassError(
      'XDS_AUTHORITY',
      `there are ${parsed.length} certificates and ${keysInOrder.length} keys`,
    );
  return parsed;
}

/** @throws WindlassError XDS_AUTHORITY */
export function parseAuthority(certificate: string, key: string): Authority {
  try {
    const parsed = new X509Certificate(certificate);
    if (!parsed.ca || !parsed.checkPrivateKey(createPrivateKey(key)))
      throw new WindlassError('XDS_AUTHORITY', 'a certificate is no CA, or its key is that of another one');
    return {
      certificate,
      key,
      createdAt: Date.parse(parsed.validFrom) + SKEW_MS,
      notAfter: Date.parse(parsed.validTo),
    };
  } catch (cause) {
    throw WindlassError.from(cause, 'XDS_AUTHORITY');
  }
}

/** Those that are valid still. */
export function lasting(authorities: Authorities, now: number): Authorities {
  return authorities.filter(({ notAfter }) => notAfter > now);
}

/** Is it time for another one? */
export function isDue(authorities: Authorities, now: number): boolean {
  const youngest = lasting(authorities, now).at(-1);
  if (youngest === undefined) return true;
  const { createdAt, notAfter } = youngest;
  return now >= createdAt + (notAfter - createdAt) * RENEWED_AT;
}

/**
 * The CA that signs. A new one is first only trusted; it signs when half of the time that is left to the one before has gone: until then every Envoy must have
 * the bundle that holds both. Undefined: none is valid.
 */
export function signerOf(authorities: Authorities, now: number): Authority | undefined {
  const valid = lasting(authorities, now);
  return valid.findLast(({ createdAt }, i) => {
    const before = valid[i - 1];
    return before === undefined || now >= (createdAt + before.notAfter) / 2;
  });
}

/** What Envoys trust: PEM of all CAs that are valid still. */
export function bundleOf(authorities: Authorities, now: number): string {
  return lasting(authorities, now)
    .map(({ certificate }) => certificate)
    .join('');
}
