import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { until } from '../harness/until.js';
import { openSite, type Site } from './site.js';
import { certificateAt } from './tls.js';

jest.setTimeout(900_000);
const ROTATIONS = 4;
const IN_A_ROW = 20;

let site: Site;

beforeAll(async () => {
  site = await openSite('certificates');
}, 600_000);

afterAll(async () => {
  await site.world.close();
}, 600_000);

describe('a certificate', () => {
  it('is replaced by changing its Secret: no request fails, and only the new one is served', async () => {
    const wanted: { readonly fingerprint: string; readonly from: number; readonly to: number }[] = [];
    const met = await site.during('rotation', async () => {
      for (let turn = 0; turn < ROTATIONS; turn += 1) {
        const from = Date.now();
        const fingerprint = await site.rotate();
        await until('every Envoy serves it', async () => {
          for (let asked = 0; asked < IN_A_ROW; asked += 1)
            if ((await certificateAt(site.address)) !== fingerprint) return undefined;
          return true;
        });
        wanted.push({ fingerprint, from, to: Date.now() });
      }
    });
    console.log(`served everywhere after ${wanted.map(({ from, to }) => to - from).join(', ')} ms`);
    expect(met.failed).toBe(0);
    const { certificates } = met.secure;
    // The one from before, and those; each until the next is everywhere, and no longer.
    expect(Object.keys(certificates)).toHaveLength(ROTATIONS + 1);
    wanted.forEach(({ fingerprint, from }, index) => {
      const served = certificates[fingerprint];
      expect(served?.first).toBeGreaterThanOrEqual(from);
      const next = wanted[index + 1];
      if (next !== undefined) expect(served?.last).toBeLessThanOrEqual(next.to);
    });
  });
});
