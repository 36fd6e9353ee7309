import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { RESOURCE_TYPES } from './references.js';
import type { Resource, ResourceType } from './resource.js';
import type { Protocol } from './stream-state.js';
import { Model } from './testing/model-client.js';
import { resource, snapshot } from './testing/resources.js';

const NAMES = ['a', 'b'];

type Step = (model: Model) => void;

const type = fc.constantFrom<ResourceType>(...RESOURCE_TYPES, 'cluster', 'cluster', 'endpoints');
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

/** Everything under way arrives and is accepted. */
function exchange(model: Model): void {
  while (model.serve());
  model.push(Number.MAX_SAFE_INTEGER);
  while (model.read(true));
  while (model.serve());
}

/** Weighted so that subscriptions meet states that last: a reconnection or another snapshot mends what an error broke. */
const step = (verdict: fc.Arbitrary<boolean>): fc.Arbitrary<Step> =>
  fc.oneof(
    { weight: 2, arbitrary: resources.map((some) => (model: Model) => model.setSnapshot(snapshot(...some))) },
    {
      weight: 6,
      arbitrary: fc.tuple(type, nameOrAll).map(
        ([kind, each]) =>
          (model: Model) =>
            model.subscribe(kind, each),
      ),
    },
    {
      weight: 4,
      arbitrary: fc.tuple(type, nameOrAll).map(
        ([kind, each]) =>
          (model: Model) =>
            model.unsubscribe(kind, each),
      ),
    },
    { weight: 1, arbitrary: type.map((kind) => (model: Model) => model.sendStaleNonce(kind)) },
    { weight: 3, arbitrary: fc.constant(exchange) },
    { weight: 3, arbitrary: fc.constant((model: Model) => void model.serve()) },
    { weight: 2, arbitrary: fc.nat(3).map((most) => (model: Model) => void model.push(most + 1)) },
    { weight: 3, arbitrary: verdict.map((accept) => (model: Model) => void model.read(accept)) },
    { weight: 2, arbitrary: fc.nat(150).map((ms) => (model: Model) => void (model.now += ms)) },
    { weight: 1, arbitrary: fc.constant((model: Model) => model.reconnect()) },
  );

/** After each step, the server knows the same whether it looked at what changed or at everything. */
function takeStep(model: Model, take: (model: Model) => void): void {
  take(model);
  const [stepwise, whole] = model.current();
  expect(stepwise).toBe(whole);
}

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
  return RESOURCE_TYPES.flatMap((kind) => NAMES.map((called) => resource(kind, called, 'final')));
}

function expectWantedState(model: Model): void {
  expect(settle(model)).toBeLessThan(60);
  expect(settle(model)).toBe(0);
  if (model.view.snapshot === undefined) return;
  // Otherwise it would never count as current.
  for (const { type: kind, due, inFlight, answerOwed, rejections } of Object.values(model.stream.types)) {
    expect({ kind, due: [...due.keys()], inFlight, answerOwed, rejections }).toEqual({
      kind,
      due: [],
      inFlight: [],
      answerOwed: false,
      rejections: [],
    });
  }
  for (const kind of RESOURCE_TYPES) {
    const wanted = wantedOf(model, kind);
    // A partial state-of-the-world response cannot say that something is gone.
    const cannotRemove = model.protocol === 'sotw' && kind !== 'cluster' && kind !== 'listener';
    const held = [...model.held(kind)].filter(([called]) => !cannotRemove || wanted.has(called));
    expect([kind, new Map(held)]).toEqual([kind, wanted]);
  }
}

describe.each<Protocol>(['delta', 'sotw'])(
  '%s: nothing is lost, and nothing is sent in a loop',
  (protocol) => {
    it('a client that accepts everything ends with exactly the wanted state', () => {
      fc.assert(
        fc.property(fc.array(step(fc.constant(true)), { maxLength: 80, size: 'max' }), (steps) => {
          const model = new Model(protocol);
          for (const take of steps) takeStep(model, take);
          expectWantedState(model);
        }),
        { numRuns: 1_000 },
      );
    });

    it('a client that rejects at random does so once the content has changed', () => {
      fc.assert(
        fc.property(fc.array(step(fc.boolean()), { maxLength: 80, size: 'max' }), (steps) => {
          const model = new Model(protocol);
          for (const take of steps) takeStep(model, take);
          expect(settle(model)).toBeLessThan(60);
          model.setSnapshot(snapshot(...finalEdition()));
          expectWantedState(model);
        }),
        { numRuns: 300 },
      );
    });
  },
);
