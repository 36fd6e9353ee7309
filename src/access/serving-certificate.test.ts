import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { createAuthority } from '../certificates/index.js';
import { parseAuthority, type Authority } from './authorities.js';
import { servingCertificate } from './serving-certificate.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const START = Date.parse('2026-01-01T00:00:00Z');
const OPTIONS = { serverNames: ['windlass-xds.windlass-system.svc', '::1'], lifeMs: DAY_MS, random: () => 1 };

let authority: Authority;
let successor: Authority;
beforeAll(async () => {
  const made = async (createdAt: number): Promise<Authority> => {
    const validity = { now: new Date(createdAt), notAfter: new Date(createdAt + 3 * DAY_MS) };
    const { certificate, key } = await createAuthority('ecdsa', validity);
    return parseAuthority(certificate, key);
  };
  [authority, successor] = [await made(START), await made(START + 2 * DAY_MS)];
});

describe('a serving certificate', () => {
  it('carries all names, and is signed by the CA', async () => {
    const pair = await servingCertificate(undefined, [authority], OPTIONS, START);
    const certificate = new X509Certificate(pair?.certificate ?? '');
    expect(certificate.checkHost('windlass-xds.windlass-system.svc')).toBeDefined();
    expect(certificate.checkIP('::1')).toBeDefined();
    expect(certificate.verify(new X509Certificate(authority.certificate).publicKey)).toBe(true);
    expect(certificate.ca).toBe(false);
  });

  it('stays for half of its life, and is renewed before two thirds of it', async () => {
    const [soon, late] = [
      { ...OPTIONS, random: () => 0 },
      { ...OPTIONS, random: () => 1 },
    ];
    const first = await servingCertificate(undefined, [authority], soon, START);
    expect(await servingCertificate(first, [authority], soon, START + 11.9 * HOUR_MS)).toBe(first);
    const second = await servingCertificate(first, [authority], soon, START + 12 * HOUR_MS);
    expect(second?.notAfter).toBe(START + 36 * HOUR_MS);
    const last = await servingCertificate(undefined, [authority], late, START);
    expect(await servingCertificate(last, [authority], late, START + 15.9 * HOUR_MS)).not.toBe(last);
  });

  it('is renewed when another CA signs, and lives no longer than its CA', async () => {
    const first = await servingCertificate(undefined, [authority], OPTIONS, START + 2.4 * DAY_MS);
    expect(first?.notAfter).toBe(authority.notAfter);
    const both = [authority, successor];
    const before = await servingCertificate(first, both, OPTIONS, START + 2.4 * DAY_MS);
    expect(before).toBe(first);
    const after = await servingCertificate(first, both, OPTIONS, START + 2.5 * DAY_MS);
    expect(after?.signer).toBe(successor);
  });

  it('cannot be made without a CA that is valid', async () => {
    expect(await servingCertificate(undefined, [authority], OPTIONS, authority.notAfter)).toBeUndefined();
  });
});
