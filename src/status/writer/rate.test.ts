import { describe, expect, it } from '@jest/globals';
import { createRate } from './rate.js';

describe('a rate', () => {
  it('lets through a burst at once, then so many in a second', async () => {
    const rate = createRate(100, 5, () => performance.now());
    const never = new AbortController().signal;
    const begun = performance.now();
    const times = await Promise.all(
      Array.from({ length: 20 }, async () => {
        await rate.turn(never);
        return performance.now() - begun;
      }),
    );
    expect(times.filter((ms) => ms < 8).length).toBeGreaterThanOrEqual(5);
    expect(times.at(-1)).toBeGreaterThanOrEqual(145);
  });

  it('keeps nobody who does not want any more', async () => {
    const rate = createRate(0.001, 1, () => performance.now());
    const given = new AbortController();
    await rate.turn(given.signal);
    const waiting = rate.turn(given.signal);
    given.abort();
    await waiting;
  });
});
