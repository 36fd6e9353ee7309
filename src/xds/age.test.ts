import { describe, expect, it } from '@jest/globals';
import { DEFAULT_AGE, isTooLong, lifeOf, lifeUntil } from './age.js';

const MINUTE_MS = 60_000;
const NOW = Date.parse('2026-01-01');

describe('the age of a stream', () => {
  it('ends at 30 minutes on average, 6 earlier at the least and 6 later at the most', () => {
    const lives = [0, 0.5, 1].map((random) => Math.round(lifeOf(DEFAULT_AGE, random) / MINUTE_MS));
    expect(lives).toEqual([24, 30, 36]);
  });

  it('spreads a thousand streams that came at once over twelve minutes', () => {
    const minutes = Array.from({ length: 1_000 }, (_, i) => lifeOf(DEFAULT_AGE, i / 1_000) / MINUTE_MS);
    const perMinute = Object.values(Object.groupBy(minutes, (minute) => String(Math.floor(minute))));
    for (const come of perMinute) expect(come?.length).toBeLessThan(100);
  });

  it('is over at once for an idle stream, and a minute later for one with something under way', () => {
    const lifeMs = 30 * MINUTE_MS;
    const life = { ...DEFAULT_AGE, lifeMs };
    const ages = [lifeMs - 1, lifeMs, lifeMs + MINUTE_MS - 1, lifeMs + MINUTE_MS];
    expect(ages.map((age) => isTooLong(age, life, true, NOW))).toEqual([false, true, true, true]);
    expect(ages.map((age) => isTooLong(age, life, false, NOW))).toEqual([false, false, false, true]);
  });

  it('is over by the clock when its token ends, whatever is under way and however young it is', () => {
    const life = lifeUntil({ ...DEFAULT_AGE, lifeMs: 30 * MINUTE_MS }, NOW + 10 * MINUTE_MS, NOW);
    const at = (ageMs: number, isIdle: boolean, now = NOW + ageMs): boolean =>
      isTooLong(ageMs, life, isIdle, now);
    expect([at(9 * MINUTE_MS - 1, true), at(9 * MINUTE_MS, true)]).toEqual([false, true]);
    expect([at(10 * MINUTE_MS - 1, false), at(10 * MINUTE_MS, false)]).toEqual([false, true]);
    expect(at(1, false, NOW + 10 * MINUTE_MS)).toBe(true);
  });

  it('is what age makes it when the token lives longer, and half of it is left to find an idle moment when it hardly lives', () => {
    const of = (leftMs: number): number =>
      lifeUntil({ ...DEFAULT_AGE, lifeMs: 30 * MINUTE_MS }, NOW + leftMs, NOW).lifeMs;
    expect([of(60 * MINUTE_MS), of(20_000), of(-1)]).toEqual([30 * MINUTE_MS, 10_000, 0]);
  });
});
