import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isDeepStrictEqual } from 'node:util';
import '../collections/testing/by-entries.js';
import { sortedMap, type SortedMap } from '../collections/index.js';
import { emptyStore } from '../store/index.js';
import type { Fleet, Model, VirtualHostModel } from './model.js';
import { OPTIONS } from './testing/given.js';
import { WORLD, worldChange } from './testing/world.js';
import { createTranslator } from './translator.js';

const history = fc.array(worldChange, { minLength: 1, maxLength: 12 });

/** Every model of a history, beside the one that is made of its store alone. */
function* modelsOf(
  changes: readonly (typeof WORLD)[],
): Generator<{ readonly model: Model; readonly anew: Model }> {
  const translator = createTranslator(OPTIONS);
  let store = emptyStore();
  for (const change of [WORLD, ...changes]) {
    store = store.apply(change);
    yield { model: translator.translate(store), anew: createTranslator(OPTIONS).translate(store) };
  }
}

/** What a fleet holds by name. */
function mapsOf(fleet: Fleet | undefined): ReadonlyMap<string, SortedMap<unknown>> {
  const streams = (fleet?.ports ?? []).flatMap((port) => port.streams);
  const tables = (fleet?.ports ?? []).flatMap((port) => port.tables);
  return new Map<string, SortedMap<unknown>>([
    ['clusters', fleet?.clusters ?? sortedMap()],
    ['endpoints', fleet?.endpoints ?? sortedMap()],
    ['l4Clusters', fleet?.l4Clusters ?? sortedMap()],
    ['l4Endpoints', fleet?.l4Endpoints ?? sortedMap()],
    ...streams.map(({ listener, chains }): [string, SortedMap<unknown>] => [`${listener} chains`, chains]),
    ['certificates', fleet?.certificates ?? sortedMap()],
    ['bundles', fleet?.bundles ?? sortedMap()],
    ...tables.map((table): [string, SortedMap<VirtualHostModel>] => [table.name, table.virtualHosts]),
  ]);
}

describe('a translation from moment to moment', () => {
  it('is the one that is made anew of the same store', () => {
    fc.assert(
      fc.property(history, (changes) => {
        for (const { model, anew } of modelsOf(changes)) expect(model).toEqual(anew);
      }),
      { numRuns: 60 },
    );
  });

  it('tells by identity exactly what differs', () => {
    fc.assert(
      fc.property(history, (changes) => {
        let last: Model | undefined;
        for (const { model } of modelsOf(changes)) {
          for (const { gateway, fleet } of model.gateways) {
            const before = last?.gateways.find(
              (g) => g.gateway.metadata.name === gateway.metadata.name,
            )?.fleet;
            const known = mapsOf(before);
            for (const [name, map] of mapsOf(fleet)) expectTrueChanges(known.get(name), map);
          }
          expectTrueChanges(last?.routes, model.routes);
          for (const [i, policies] of model.policies.entries())
            expectTrueChanges(last?.policies[i], policies);
          last = model;
        }
      }),
      { numRuns: 60 },
    );
  });
});

function expectTrueChanges(before: SortedMap<unknown> = sortedMap(), after: SortedMap<unknown>): void {
  const names = [...new Set([...before.keys(), ...after.keys()])].sort();
  const differing = names.filter((name) => !isDeepStrictEqual(before.get(name), after.get(name)));
  expect(after.changesSince(before).map(({ key }) => key)).toEqual(differing);
  if (differing.length === 0 && before.size > 0) expect(after).toBe(before);
}
