import { describe, expect, it } from '@jest/globals';
import { churn } from './churn.js';
import { kills } from './kills.js';
import { randomOf } from './random.js';

const seed = Number(process.env['WINDLASS_SEED'] ?? 7);

describe('churn under load with the control plane killed and restarted', () => {
  it(`fails no request, and the Envoy that runs is adopted each time (seed ${seed})`, async () => {
    const report = await churn({
      seed,
      // As many as fit.
      changes: 1_000_000,
      acknowledged: 0.2,
      rate: 200,
      limitMs: 20_000,
      disturbance: kills(randomOf(seed + 1)),
    });
    expect(report.failures).toEqual([]);
    expect(report.rejections).toEqual({ total: 0, now: [] });
    expect(report.unacknowledged).toEqual([]);
    expect(report.disturbance.faults).toEqual([]);
    expect(report.changes).toBeGreaterThanOrEqual(20);
    expect(report.acknowledged).toBeGreaterThanOrEqual(2);
    expect(report.loads[0]?.sent).toBeGreaterThan(500);
  }, 120_000);
});
