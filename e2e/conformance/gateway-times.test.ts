import { describe, expect, it } from '@jest/globals';
import { GatewayClock } from './gateway-times.js';

function gateway(name: string, programmed?: { readonly generation: number; readonly status?: string }): Parameters<GatewayClock['see']>[0] {
  const condition = {
    type: 'Programmed',
    status: programmed?.status ?? 'True',
    observedGeneration: programmed?.generation ?? 0,
  };
  return {
    metadata: { uid: `uid-${name}`, namespace: 'infra', name },
    status: { conditions: programmed === undefined ? [] : [condition] },
  };
} // prettier-ignore

describe('the time until a Gateway is Programmed', () => {
  it('is from when it is first seen until it is first seen Programmed', () => {
    const clock = new GatewayClock();
    clock.see(gateway('a'), 1000);
    clock.see(gateway('a', { generation: 1, status: 'False' }), 1500);
    clock.see(gateway('a', { generation: 1 }), 3000);
    clock.see(gateway('a', { generation: 1, status: 'False' }), 3500);
    clock.see(gateway('a', { generation: 2 }), 9000);
    expect(clock.times).toEqual({
      ...{ count: 1, medianMs: 2000, p95Ms: 2000, maxMs: 2000 },
      ...{ slowest: 'infra/a', changed: 0, never: [] },
    });
  });

  it('has a median, a 95th percentile and a longest, each of which one Gateway took', () => {
    const clock = new GatewayClock();
    for (let index = 1; index <= 100; index += 1) {
      clock.see(gateway(`g${index}`), 0);
      clock.see(gateway(`g${index}`, { generation: 1 }), index * 10);
    }
    const { medianMs, p95Ms, maxMs, slowest } = clock.times;
    expect([medianMs, p95Ms, maxMs, slowest]).toEqual([500, 950, 1000, 'infra/g100']);
  });

  it('leaves out who was changed before, and who never was Programmed', () => {
    const clock = new GatewayClock();
    clock.see(gateway('changed'), 0);
    clock.see(gateway('changed', { generation: 2 }), 90_000);
    clock.see(gateway('refused'), 0);
    expect(clock.times).toMatchObject({
      count: 0,
      medianMs: 0,
      slowest: '',
      changed: 1,
      never: ['infra/refused'],
    });
  });
});
