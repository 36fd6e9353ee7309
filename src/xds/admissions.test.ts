import { Metadata, status } from '@grpc/grpc-js';
import { describe, expect, it } from '@jest/globals';
import { silentLogger } from '../telemetry/index.js';
import { createAdmissions } from './admissions.js';
import { admissionTo, type Admission, type Admit } from './authenticate.js';
import type { Call, Status } from './call.js';
import { newCounters } from './counters.js';

const refused = (details: string): Admission => ({
  kind: 'refused',
  reason: 'expired',
  code: status.UNAUTHENTICATED,
  details,
});

function doorkeeper() {
  const clock = { ms: 0 };
  const logged: unknown[] = [];
  const ended: (Status | undefined)[] = [];
  const counters = newCounters();
  const log = { ...silentLogger, warn: (event: string, fields = {}) => void logged.push([event, fields]) };
  const admissions = createAdmissions(log, counters, () => clock.ms);
  const call = {
    peer: 'pod:1',
    metadata: new Metadata(),
    end: (as?: Status) => void ended.push(as),
  } as unknown as Call;
  return { clock, logged, ended, counters, ask: (admit: Admit) => admissions(call, admit) };
}

describe('a call', () => {
  it('that is admitted is left alone', async () => {
    const { ask, ended, logged } = doorkeeper();
    expect(await ask(() => admissionTo('shop/edge'))).toEqual({ kind: 'admitted', fleet: 'shop/edge' });
    expect([ended, logged]).toEqual([[], []]);
  });

  it('that is refused ends with the status, is counted by reason, and logged once a minute with what was not', async () => {
    const { ask, ended, logged, counters, clock } = doorkeeper();
    for (const ms of [0, 1_000, 59_999, 60_000]) {
      clock.ms = ms;
      expect(await ask(() => refused('it has ended'))).toBeUndefined();
    }
    await ask(() => refused('another'));
    expect(ended[0]).toEqual({ code: status.UNAUTHENTICATED, details: 'it has ended' });
    expect(counters).toMatchObject({ unauthenticated: 5, refusals: { expired: 5 } });
    const first = { peer: 'pod:1', reason: 'expired', details: 'it has ended' };
    expect(logged).toEqual([
      ['xds stream refused', first],
      ['xds stream refused', { ...first, unsaid: 2 }],
      ['xds stream refused', { ...first, details: 'another' }],
    ]);
  });

  it('is told to come again when looking at it fails', async () => {
    const { ask, ended } = doorkeeper();
    expect(await ask(() => Promise.reject(new Error('broken')))).toBeUndefined();
    expect(ended).toMatchObject([{ code: status.UNAVAILABLE }]);
  });
});
