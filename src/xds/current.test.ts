import { describe, expect, it } from '@jest/globals';
import { settledSnapshot } from './current.js';
import type { Snapshot } from './resource.js';
import { newStreamState } from './stream-state.js';

const none = new Map<never, never>();
const snapshot: Snapshot = {
  fleet: 'f',
  resources: { cluster: none, endpoints: none, listener: none, routes: none, secret: none },
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

describe('the newest snapshot that an Envoy has accepted completely', () => {
  it('is none before a first one, nor while it asks for clusters only', () => {
    expect(settledSnapshot(stream({ cluster: 1 }), snapshot, undefined)).toBeUndefined();
    expect(settledSnapshot(stream({ cluster: 1, listener: 1 }), undefined, undefined)).toBeUndefined();
    expect(settledSnapshot(stream({ cluster: 1, listener: 1 }), snapshot, undefined)).toBe(1);
  });

  it('is that of the type that lags behind, of those it asks for', () => {
    expect(settledSnapshot(stream({ cluster: 7, listener: 5, routes: 6 }), snapshot, 2)).toBe(5);
  });

  it('moves on while more is under way, unlike being current', () => {
    const busy = stream({ cluster: 7, listener: 7, routes: 6 });
    busy.types.routes.answerOwed = true;
    expect(settledSnapshot(busy, snapshot, 5)).toBe(6);
    expect(settledSnapshot(busy, snapshot, undefined)).toBeUndefined();
  });

  it('stays where it was while something is rejected, and never goes back', () => {
    const state = stream({ cluster: 7, listener: 7 });
    state.types.cluster.rejections = [{ resources: [{ name: 'a', version: '1' }], message: 'no', at: 0 }];
    expect(settledSnapshot(state, snapshot, 3)).toBe(3);
    expect(settledSnapshot(stream({ cluster: 2, listener: 2 }), snapshot, 3)).toBe(3);
  });
});
