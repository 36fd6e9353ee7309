import { hash as digest } from 'node:crypto';

/** Characters of base64url that carry 128 bits: short enough for a version, long enough never to meet twice. */
const HASH_LENGTH = 22;

export function hash(content: Uint8Array | string): string {
  return digest('sha256', content, 'base64url').slice(0, HASH_LENGTH);
}

/** Hash over the hashes of an ordered list. Hashes hold no separator, so that no two lists read the same. */
export function hashOfHashes(hashes: readonly string[]): string {
  return hash(hashes.join('\n'));
}
