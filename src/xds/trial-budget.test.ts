import { describe, expect, it } from '@jest/globals';
import { newRecent } from './recent.js';
import { buildPart, buildResource, buildSection, buildSnapshot } from './build.js';
import { receiveDelta } from './delta-request.js';
import { DEFAULT_PACING } from './pacing.js';
import { pushes, type Limits } from './push.js';
import type { Resource } from './resource.js';
import { DEFAULT_ROLLOUT } from './rollout.js';
import { changesBetween, momentOf, newStreamState, snapshotChanged, type FleetView } from './stream-state.js';
import { DEFAULT_TRIALS } from './trial-budget.js';

const LIMITS: Limits = { ...DEFAULT_ROLLOUT, ...DEFAULT_PACING, ...DEFAULT_TRIALS };
const MINUTE_MS = 60_000;
const owner = { object: 'HTTPRoute shop/checkout', at: '' };

function table(name: string, edition: number): Resource {
  const parts = Array.from({ length: 20 }, (_, i) => {
    const replacement = buildPart({ key: `r${i}`, bytes: Buffer.from('500'), references: [], owner });
    const bytes = Buffer.from(`${name} ${i} ${edition}`);
    return buildPart({ key: `r${i}`, bytes, references: [], owner, replacement });
  });
  return buildResource({ type: 'routes', name, sections: [buildSection({ key: 's', parts })] });
}

/** A client that answers at once and as `accepts` says. What it was sent by minute: variants, and of the table that it accepts. */
function live(
  minutes: number,
  accepts: (pushes: number) => boolean,
): { readonly variants: readonly number[]; readonly good: readonly number[] } {
  const stream = newStreamState('delta');
  const state = stream.types.routes;
  let view: FleetView = { snapshot: undefined, generation: 0, recent: newRecent() };
  const request = {
    subscribe: ['bad', 'good'],
    unsubscribe: [],
    known: new Map(),
    nonce: '',
    error: undefined,
  };
  receiveDelta(state, request, momentOf(view, 'routes', 0), () => true);
  const variants = new Array<number>(minutes).fill(0);
  const good = new Array<number>(minutes).fill(0);
  let count = 0;
  for (let now = 0; now < minutes * MINUTE_MS; now += 100) {
    const minute = Math.floor(now / MINUTE_MS);
    // Both tables change forever, each in its own second.
    if (now % 2_000 < 200) {
      const at = Math.floor(now / 2_000);
      const bad = table('bad', at);
      const goodTable = now % 2_000 === 0 ? table('good', at - 1) : table('good', at);
      const snapshot = buildSnapshot('f', [bad, goodTable]);
      const changes = changesBetween(view.snapshot, snapshot);
      view = { ...view, snapshot, generation: view.generation + 1 };
      snapshotChanged(stream, changes, view, now);
    }
    // As many round trips as fit: the client is not what limits it.
    for (let trip = 0; trip < 20; trip += 1) {
      for (const { nonce, resources } of [...pushes(stream, view, now, LIMITS)]) {
        count += 1;
        const names = resources.map(({ name }) => name);
        if (state.inFlight.at(-1)?.trial !== undefined) variants[minute] = (variants[minute] ?? 0) + 1;
        if (names.includes('good')) good[minute] = (good[minute] ?? 0) + 1;
        const error = names.includes('bad') && !accepts(count) ? 'no' : undefined;
        receiveDelta(
          state,
          { ...request, subscribe: [], nonce, error },
          momentOf(view, 'routes', now),
          () => true,
        );
      }
    }
  }
  return { variants, good };
}

describe('the budget of trials', () => {
  const { trialsPerMinute } = DEFAULT_TRIALS;

  it.each([
    ['everything', () => false],
    ['two of three', (count: number) => count % 3 === 0],
    ['at random', (count: number) => (count * 2_654_435_761) % 2 ** 32 < 2 ** 31],
  ])(
    'bounds what a client gets that rejects %s, for five minutes while its table changes',
    (_what, accepts) => {
      const { variants, good } = live(5, accepts);
      const [first = 0, ...later] = variants;
      // The whole budget at once, and what comes free in the first minute.
      expect(first).toBeLessThanOrEqual(2 * trialsPerMinute);
      for (const count of later) expect(count).toBeLessThanOrEqual(trialsPerMinute + 1);
      expect(Math.max(...variants)).toBeGreaterThan(trialsPerMinute / 2);
      // The other table goes on, once per change.
      for (const count of good) expect(count).toBeGreaterThanOrEqual(29);
    },
  );
});
