import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { RESOURCE_TYPES } from './references.js';
import type { Resource, ResourceType } from './resource.js';
import type { Protocol } from './stream-state.js';
import { Model } from './testing/model-client.js';
import { resource, snapshot } from './testing/resources.js';

const NAMES = ['a', 'b', 'c'];

type Step = (model: Model) => void;

const type = fc.constantFrom<ResourceType>(...RESOURCE_TYPES);
const name = fc.constantFrom(...NAMES);
const nameOrAll = fc.constantFrom(...NAMES, '*');

/** Some resources in some editions; tables name clusters, some of which do not exist. */
const resources: fc.Arbitrary<readonly Resource[]> = fc
  .uniqueArray(fc.record({ type, name, edition: fc.nat(2), cluster: name }), {
    selector: ({ type: kind, name: called }) => `${kind} ${called}`,
    maxLength: 12,
  })
  .map((some) =>
    some.map((one) =>
      resource(
        one.type,
        one.name,
        one.edition,
        one.type === 'routes' || one.type === 'listener' ? [one.cluster] : [],
      ),
    ),
  );

const step: fc.Arbitrary<Step> = fc.oneof(
  resources.map((some) => (model: Model) => model.setSnapshot(snapshot(...some))),
  fc.tuple(type, nameOrAll).map(
    ([kind, called]) =>
      (model: Model) =>
        model.subscribe(kind, called),
  ),
  fc.tuple(type, nameOrAll).map(
    ([kind, called]) =>
      (model: Model) =>
        model.unsubscribe(kind, called),
  ),
  type.map((kind) => (model: Model) => model.sendStaleNonce(kind)),
  fc.constant((model: Model) => void model.serve()),
  fc.nat(3).map((most) => (model: Model) => void model.push(most + 1)),
  fc.boolean().map((accept) => (model: Model) => void model.read(accept)),
  fc.nat(150).map((ms) => (model: Model) => void (model.now += ms)),
  fc.constant((model: Model) => model.reconnect()),
);

/** From now on the client accepts everything and time passes: how many responses come before it is quiet? */
function settle(model: Model): number {
  const before = model.sent;
  for (let quiet = 0, rounds = 0; quiet < 30 && rounds < 500; rounds += 1) {
    let busy = model.push(Number.MAX_SAFE_INTEGER) > 0;
    while (model.read(true)) busy = true;
    while (model.serve()) busy = true;
    model.now += 10;
    quiet = busy ? 0 : quiet + 1;
  }
  return model.sent - before;
}

function wantedOf(model: Model, kind: ResourceType): ReadonlyMap<string, string> {
  const all = model.view.snapshot?.resources[kind] ?? new Map<string, Resource>();
  return new Map(
    [...all]
      .filter(([called]) => model.isSubscribed(kind, called))
      .map(([called, { version }]) => [called, version]),
  );
}

function finalEdition(): readonly Resource[] {
  return RESOURCE_TYPES.flatMap((kind) => ['a', 'b'].map((called) => resource(kind, called, 'final')));
}

describe.each<Protocol>(['delta', 'sotw'])('%s: whatever a client does', (protocol) => {
  it('it ends with exactly the wanted state, and nothing is sent in a loop', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const model = new Model(protocol);
        for (const take of steps) take(model);
        // What was rejected is due again only when its content changes: let everything change once.
        settle(model);
        model.setSnapshot(snapshot(...finalEdition()));
        expect(settle(model)).toBeLessThan(60);
        expect(settle(model)).toBe(0);
        for (const kind of RESOURCE_TYPES) {
          const held = [...model.held(kind)];
          // A partial state-of-the-world response cannot say that something is gone.
          const cannotRemove = protocol === 'sotw' && kind !== 'cluster' && kind !== 'listener';
          const kept = held.filter(([called]) => !cannotRemove || called !== 'c');
          expect([kind, new Map(kept)]).toEqual([kind, wantedOf(model, kind)]);
        }
      }),
      { numRuns: 400 },
    );
  });
});
