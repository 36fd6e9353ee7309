import { describe, expect, it } from '@jest/globals';
import { DEFAULT_AGE, isTooLong, lifeOf } from './age.js';

const MINUTE_MS = 60_000;

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
    const life = 30 * MINUTE_MS;
    const ages = [life - 1, life, life + MINUTE_MS - 1, life + MINUTE_MS];
    expect(ages.map((age) => isTooLong(age, life, true, DEFAULT_AGE))).toEqual([false, true, true, true]);
    expect(ages.map((age) => isTooLong(age, life, false, DEFAULT_AGE))).toEqual([false, false, false, true]);
  });
});
