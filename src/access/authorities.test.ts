import { beforeAll, describe, expect, it } from '@jest/globals';
import { createAuthority } from '../certificates/index.js';
import { WindlassError } from '../errors/index.js';
import {
  bundleOf,
  isDue,
  parseAuthorities,
  parseAuthority,
  signerOf,
  type Authority,
} from './authorities.js';

const DAY_MS = 86_400_000;
const START = Date.parse('2026-01-01T00:00:00Z');
const day = (count: number): number => START + count * DAY_MS;

async function made(createdAt: number, days: number): Promise<Authority> {
  const now = new Date(createdAt);
  const { certificate, key } = await createAuthority('ecdsa', {
    now,
    notAfter: new Date(createdAt + days * DAY_MS),
  });
  return parseAuthority(certificate, key);
}

let old: Authority;
let next: Authority;
let other: Authority;
beforeAll(async () => {
  [old, next, other] = [await made(day(0), 360), await made(day(240), 360), await made(day(500), 360)];
});

describe('a CA', () => {
  it('says itself when it was made and when it ends, so that all replicas reckon alike', () => {
    expect(old).toMatchObject({ createdAt: day(0), notAfter: day(360) });
  });

  it('gets a successor after two thirds of its life', () => {
    expect([239.9, 240].map((at) => isDue([old], day(at)))).toEqual([false, true]);
    expect(isDue([old, next], day(300))).toBe(false);
    expect(isDue([], START)).toBe(true);
  });

  it('is trusted as soon as it is there, and signs when half of the overlap has gone', () => {
    expect(bundleOf([old, next], day(241))).toBe(old.certificate + next.certificate);
    const signers = [241, 299.9, 300, 359].map((at) => signerOf([old, next], day(at)) === next);
    expect(signers).toEqual([false, false, true, true]);
  });

  it('is trusted no more when it has ended', () => {
    expect(bundleOf([old, next], day(360))).toBe(next.certificate);
    expect(signerOf([old], day(360))).toBeUndefined();
  });

  it('signs at once when the one before had ended: nobody trusts that any more', () => {
    expect(signerOf([old, other], day(500))).toBe(other);
  });
});

describe('the Secret', () => {
  it('holds the CAs and, in their order, the keys', () => {
    const [certificates, keys] = [old.certificate + next.certificate, old.key + next.key];
    expect(parseAuthorities(certificates, keys)).toEqual([old, next]);
    // As an editor may leave it.
    expect(parseAuthorities(`\n${certificates.trimEnd()}`, keys.trimEnd())).toHaveLength(2);
  });

  it.each([
    ['nothing', () => ['', '']],
    ['a certificate without its key', () => [old.certificate + next.certificate, old.key]],
    ['keys in another order', () => [old.certificate + next.certificate, next.key + old.key]],
    [
      'what is no certificate',
      () => ['-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n', old.key],
    ],
  ])('with %s is refused', (_name, make) => {
    const [certificates = '', keys = ''] = make();
    let code: string | undefined;
    try {
      parseAuthorities(certificates, keys);
    } catch (error) {
      ({ code } = WindlassError.from(error));
    }
    expect(code).toBe('XDS_AUTHORITY');
  });
});
