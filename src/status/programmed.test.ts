import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { changesAt, GRACE_MS, holds, next, type Programmed, type Said } from './programmed.js';

const said = (counted: number, accepted: number, now = 0, generation = 1): Said => ({
  generation,
  counted,
  accepted,
  now,
});
const after = (...all: readonly Said[]): Programmed | undefined =>
  all.reduce<Programmed | undefined>((state, one) => next(state, one), undefined);

describe('a Gateway', () => {
  it('is programmed once every Envoy that counts has accepted its generation', () => {
    expect(after(said(0, 0))?.kind).toBe('waiting');
    expect(after(said(2, 1))?.kind).toBe('waiting');
    expect(after(said(2, 1), said(2, 2))?.kind).toBe('programmed');
  });

  it('stays programmed when another Envoy comes that is behind', () => {
    expect(after(said(1, 1), said(2, 1))?.kind).toBe('programmed');
  });

  it('is not programmed for a new generation until that is accepted too', () => {
    expect(after(said(1, 1), said(1, 0, 0, 2))).toEqual({ kind: 'waiting', generation: 2 });
    expect(after(said(1, 1), said(1, 0, 0, 2), said(1, 1, 0, 2))?.kind).toBe('programmed');
  });

  it('stays programmed while its Envoys come back within the grace period', () => {
    const alone = after(said(1, 1), said(0, 0, 100), said(0, 0, 99 + GRACE_MS));
    expect(alone).toEqual({ kind: 'alone', generation: 1, since: 100 });
    expect(after(said(1, 1), said(0, 0, 100), said(1, 0, 200))?.kind).toBe('programmed');
  });

  it('is deserted when nobody comes back in time, and says when that will be', () => {
    const alone = next(after(said(1, 1)), said(0, 0, 100));
    expect(changesAt(alone)).toBe(100 + GRACE_MS);
    expect(next(alone, said(0, 0, 100 + GRACE_MS)).kind).toBe('deserted');
  });

  it('that was deserted is programmed again once all that came back have accepted it', () => {
    const deserted = after(said(1, 1), said(0, 0, 0), said(0, 0, GRACE_MS));
    expect(next(deserted ?? { kind: 'waiting', generation: 1 }, said(2, 1)).kind).toBe('deserted');
    expect(next(deserted, said(2, 2)).kind).toBe('programmed');
  });

  it('is not programmed before every replica has said what its Envoys accepted', () => {
    const awaited = { awaited: 1, silent: 0 };
    const waiting = next(undefined, { ...said(1, 1), unknown: awaited });
    expect(waiting.kind).toBe('waiting');
    expect(next(waiting, said(2, 2)).kind).toBe('programmed');
  });

  it('is programmed by those that can be heard when a replica is silent', () => {
    expect(next(undefined, { ...said(1, 1), unknown: { awaited: 0, silent: 1 } }).kind).toBe('programmed');
  });

  it('is not deserted while there are Envoys of which nothing is known', () => {
    for (const unknown of [
      { awaited: 1, silent: 0 },
      { awaited: 0, silent: 1 },
    ]) {
      const programmed = next(undefined, said(1, 1));
      const later = next(programmed, { ...said(0, 0, 0), unknown });
      expect(next(later, { ...said(0, 0, 10 * GRACE_MS), unknown }).kind).toBe('programmed');
      // Once it is known that there are none, they have the grace period.
      const alone = next(later, said(0, 0, 10 * GRACE_MS));
      expect(alone).toEqual({ kind: 'alone', generation: 1, since: 10 * GRACE_MS });
    }
  });

  it('that is programmed, and is never without Envoys for the grace period, is programmed for good, whatever is said', () => {
    const step = fc.record({ counted: fc.nat(3), accepted: fc.nat(3), wait: fc.nat(GRACE_MS - 1) });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        let state = next(undefined, said(1, 1));
        let now = 0;
        for (const { counted, accepted, wait } of steps) {
          state = next(state, said(counted, accepted, now));
          expect(holds(state)).toBe(true);
          now += wait;
          // Somebody is there at the end of each wait.
          state = next(state, said(1, 0, now));
        }
      }),
    );
  });

  it('keeps its identity while nothing changes', () => {
    const state = next(undefined, said(1, 1));
    expect(next(state, said(3, 1, 5))).toBe(state);
  });
});
