import { describe, expect, it } from '@jest/globals';
import { buildSnapshot, buildWhole } from './build.js';
import { allUnverified, isCurrent, settledSnapshot, unverifiedAfter, unverify } from './current.js';
import type { Snapshot } from './resource.js';
import { newStreamState } from './stream-state.js';
import type { Push } from './type-state.js';

const none = new Map<never, never>();
const snapshot: Snapshot = {
  fleet: 'f',
  resources: { cluster: none, endpoints: none, listener: none, routes: none, secret: none },
};
const push: Push = {
  nonce: '1',
  resources: new Map(),
  removed: [],
  full: false,
  sentAt: 0,
  bases: new Map(),
  trial: undefined,
  completes: undefined,
};
const stream = (completed: Partial<Record<'cluster' | 'listener' | 'routes', number>>) => {
  const state = newStreamState('delta');
  for (const type of ['cluster', 'listener', 'routes'] as const) {
    if (completed[type] === undefined) continue;
    state.types[type].requested = true;
    state.types[type].completed = completed[type];
  }
  return state;
};

/** It is the ninth. */
const view = (snapshotIs: Snapshot | undefined = snapshot) => ({ snapshot: snapshotIs, generation: 9 });
/** Something is in flight of each type that is asked for. */
function busy(completed: Parameters<typeof stream>[0]) {
  const state = stream(completed);
  for (const type of Object.values(state.types)) type.inFlight.push(push);
  return state;
}

describe('the newest snapshot that an Envoy has accepted completely', () => {
  it('is none before a first one, nor while it asks for clusters only', () => {
    expect(settledSnapshot(stream({ cluster: 1 }), view(), undefined)).toBeUndefined();
    const both = stream({ cluster: 1, listener: 1 });
    expect(settledSnapshot(both, { snapshot: undefined, generation: 0 }, undefined)).toBeUndefined();
    expect(settledSnapshot(both, view(), undefined)).toBe(9);
  });

  it('is that of the type that lags behind, of those it asks for', () => {
    expect(settledSnapshot(busy({ cluster: 7, listener: 5, routes: 6 }), view(), 2)).toBe(5);
  });

  it('moves on while more is under way, unlike being current', () => {
    expect(settledSnapshot(busy({ cluster: 7, listener: 7, routes: 6 }), view(), 5)).toBe(6);
    expect(settledSnapshot(busy({ cluster: 7, listener: 7, routes: 6 }), view(), undefined)).toBeUndefined();
  });

  it('does not wait for a removal that waits, as it does for anything else', () => {
    const due = { asked: false, generation: 9, since: 0, releaseAt: 1_000 };
    const state = stream({ cluster: 7, listener: 8 });
    state.types.cluster.due.set('gone', due);
    expect(settledSnapshot(state, view(), 5)).toBe(9);
    const cluster = new Map([['new', { type: 'cluster' as const, name: 'new', sections: [], version: '1' }]]);
    const wanted = { ...snapshot, resources: { ...snapshot.resources, cluster } };
    state.types.cluster.due.set('new', due);
    expect(settledSnapshot(state, view(wanted), 5)).toBe(7);
  });

  it('is not that of a listener before its table is asked for', () => {
    const reference = { type: 'routes' as const, name: 'r' };
    const owner = { object: '', at: '' };
    const whole = { type: 'listener', name: 'l', bytes: new Uint8Array(), references: [reference] } as const;
    const listener = new Map([['l', buildWhole({ ...whole, owner })]]);
    const wanted = { ...snapshot, resources: { ...snapshot.resources, listener } };
    const state = stream({ cluster: 7, listener: 8 });
    state.types.listener.wildcard = true;
    expect(settledSnapshot(state, view(wanted), 5)).toBe(5);
    state.types.routes.requested = true;
    state.types.routes.names.add('r');
    expect(settledSnapshot(state, view(wanted), 5)).toBe(9);
  });

  it('stays where it was while something is rejected, and never goes back', () => {
    const state = stream({ cluster: 7, listener: 7 });
    state.types.cluster.rejections = [{ resources: [{ name: 'a', version: '1' }], message: 'no', at: 0 }];
    expect(settledSnapshot(state, view(), 3)).toBe(3);
    expect(settledSnapshot(busy({ cluster: 2, listener: 2 }), view(), 3)).toBe(3);
  });
});

describe('whether an Envoy is current', () => {
  const listener = (edition: number) => {
    const bytes = Buffer.from(String(edition));
    const owner = { object: 'Gateway shop/public', at: '' };
    return buildWhole({ type: 'listener', name: 'l', bytes, references: [], owner });
  };
  const [one, two] = [buildSnapshot('f', [listener(1)]), buildSnapshot('f', [listener(2)])];
  /** It has accepted the first snapshot, and this was found out. */
  function verified() {
    const state = stream({ cluster: 1, listener: 1 });
    state.types.listener.wildcard = true;
    state.types.listener.acked.set('l', listener(1).version);
    const unverified = allUnverified();
    expect(isCurrent(state, one, unverified)).toBe(true);
    return { state, unverified };
  }

  it('is found out anew for what has changed', () => {
    const { state, unverified } = verified();
    unverify(unverified, { cluster: [], endpoints: [], listener: ['l'], routes: [], secret: [] });
    expect(isCurrent(state, two, unverified)).toBe(false);
    state.types.listener.acked.set('l', listener(2).version);
    expect(isCurrent(state, two, unverified)).toBe(true);
  });

  it('is found out anew for everything after a rejection, a trial or a subscription', () => {
    const accepted = { kind: 'accepted', push, convicted: undefined } as const;
    const rejection = { resources: [], message: 'no', at: 0 };
    const { state, unverified } = verified();
    state.types.listener.acked.set('l', 'a variant');
    expect(isCurrent(state, one, unverifiedAfter(unverified, accepted, false))).toBe(true);
    for (const after of [
      unverifiedAfter(unverified, { ...accepted, kind: 'rejected', rejection }, false),
      unverifiedAfter(unverified, { ...accepted, push: { ...push, trial: 'l' } }, false),
      unverifiedAfter(unverified, accepted, true),
      unverifiedAfter(unverified, undefined, false),
    ])
      expect(isCurrent(state, one, after)).toBe(false);
  });
});
