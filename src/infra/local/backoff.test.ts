import { describe, expect, it } from '@jest/globals';
import { backoffMs } from './backoff.js';

const options = { firstMs: 100, maxMs: 1_000 };

describe('the wait before a restart', () => {
  it('doubles with each failure, up to the cap', () => {
    expect([1, 2, 3, 4, 5, 60].map((failures) => backoffMs(failures, options, () => 1))).toEqual([
      100, 200, 400, 800, 1000, 1000,
    ]);
  });

  it('lies between half and the whole, so that many do not start at once', () => {
    expect(backoffMs(1, options, () => 0)).toBe(50);
  });
});
