import { describe, expect, it } from '@jest/globals';
import { sortedMap } from '../collections/index.js';
import { buildWhole } from './build.js';
import { settledSnapshot } from './current.js';
import { newRecent } from './recent.js';
import type { Resource, Snapshot } from './resource.js';
import { newStreamState } from './stream-state.js';
import type { Push } from './type-state.js';

const none = sortedMap<Resource>();
const snapshot: Snapshot = {
  fleet: 'f',
  resources: { cluster: none, endpoints: none, listener: none, routes: none, secret: none },
};
const push: Push = {
  nonce: '1',
  resources: new Map(),
  offers: new Map(),
  removed: [],
  full: false,
  sentAt: 0,
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
const view = (snapshotIs: Snapshot | undefined = snapshot) => ({
  snapshot: snapshotIs,
  generation: 9,
  recent: newRecent(),
});
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
    expect(
      settledSnapshot(both, { ...view(), snapshot: undefined, generation: 0 }, undefined),
    ).toBeUndefined();
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
    const cluster = sortedMap([
      ['new', { type: 'cluster' as const, name: 'new', sections: [], version: '1' }],
    ]);
    const wanted = { ...snapshot, resources: { ...snapshot.resources, cluster } };
    state.types.cluster.due.set('new', due);
    expect(settledSnapshot(state, view(wanted), 5)).toBe(7);
  });

  it('waits for the removal of a listener, which waits for nothing', () => {
    const state = stream({ cluster: 7, listener: 8 });
    state.types.listener.due.set('gone', { asked: false, generation: 9, since: 0, releaseAt: undefined });
    expect(settledSnapshot(state, view(), 5)).toBe(8);
  });

  it('is not that of a listener before its table is asked for', () => {
    const reference = { type: 'routes' as const, name: 'r' };
    const owner = { object: '', at: '' };
    const whole = { type: 'listener', name: 'l', bytes: new Uint8Array(), references: [reference] } as const;
    const listener = sortedMap([['l', buildWhole({ ...whole, owner })]]);
    const routes = sortedMap([['r', { type: 'routes' as const, name: 'r', sections: [], version: '1' }]]);
    const wanted = { ...snapshot, resources: { ...snapshot.resources, listener, routes } };
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
