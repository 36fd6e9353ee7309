import { describe, expect, it } from '@jest/globals';
import { churn } from './churn.js';

const seed = Number(process.env['WINDLASS_SEED'] ?? 7);
const changes = 500;

describe('churn under load', () => {
  it(`of ${changes} random changes fails no request, and Envoy rejects none (seed ${seed})`, async () => {
    const report = await churn({
      seed,
      changes,
      acknowledged: 0.3,
      rate: 300,
      limitMs: 60_000,
    });
    expect(report.failures).toEqual([]);
    expect(report.rejections).toEqual({ total: 0, now: [] });
    expect(report.unacknowledged).toEqual([]);
    expect(report.changes).toBe(changes);
    expect(report.acknowledged).toBeGreaterThanOrEqual(0.25 * changes);
    // Several requests for each change, however fast those go.
    expect(report.loads[0]?.sent).toBeGreaterThan(2 * changes);
  }, 120_000);
});
