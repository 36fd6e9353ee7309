import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isCurrent } from './current.js';
import { RESOURCE_TYPES, referencesOf } from './references.js';
import type { Resource, ResourceType } from './resource.js';
import type { Protocol } from './stream-state.js';
import { Model } from './testing/model-client.js';
import { resource, snapshot } from './testing/resources.js';
import { isSubscribed } from './type-state.js';

const NAMES = ['a', 'b'];

type Step = (model: Model) => void;

const type = fc.constantFrom<ResourceType>(...RESOURCE_TYPES, 'cluster', 'cluster', 'endpoints');
const name = fc.constantFrom(...NAMES);
const nameOrAll = fc.constantFrom(...NAMES, '*');

const ASKED_FOR = [
  ['cluster', 'endpoints'],
  ['listener', 'routes'],
] as const;

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
        // Of what an Envoy asks for by itself, a snapshot has everything.
        ASKED_FOR.filter(
          ([by, of]) => by === one.type && some.some((each) => each.type === of && each.name === one.cluster),
        ).map(([, of]) => ({ type: of, name: one.cluster })),
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

/** By looking at everything. */
function isCurrentNow({ stream, view }: Model): boolean {
  const { snapshot: newest } = view;
  if (newest === undefined || !stream.types.listener.requested) return false;
  return RESOURCE_TYPES.every((kind) => {
    const { due, inFlight, answerOwed, rejections, acked } = stream.types[kind];
    if (due.size > 0 || inFlight.length > 0 || answerOwed || rejections.length > 0) return false;
    return [...newest.resources[kind].values()]
      .filter((each) => isSubscribed(stream.types[kind], each.name))
      .every(
        (each) =>
          acked.get(each.name) === each.version &&
          ASKED_FOR.every(
            ([by, of]) =>
              by !== kind || referencesOf(each, of).every((called) => isSubscribed(stream.types[of], called)),
          ),
      );
  });
}

describe.each<Protocol>(['delta', 'sotw'])(
  '%s: nothing is lost, and nothing is sent in a loop',
  (protocol) => {
    it('a client that accepts everything ends with exactly the wanted state', () => {
      fc.assert(
        fc.property(fc.array(step(fc.constant(true)), { maxLength: 80, size: 'max' }), (steps) => {
          const model = new Model(protocol);
          for (const take of steps) take(model);
          expectWantedState(model);
        }),
        { numRuns: 1_000 },
      );
    });

    it('it is current when everything is as it should be', () => {
      fc.assert(
        fc.property(fc.array(step(fc.boolean()), { maxLength: 80, size: 'max' }), (steps) => {
          const model = new Model(protocol);
          for (const take of [...steps, exchange]) {
            take(model);
            expect(isCurrent(model.stream, model.view.snapshot)).toBe(isCurrentNow(model));
          }
        }),
        { numRuns: 1_000 },
      );
    });

    it('a client that rejects at random does so once the content has changed', () => {
      fc.assert(
        fc.property(fc.array(step(fc.boolean()), { maxLength: 80, size: 'max' }), (steps) => {
          const model = new Model(protocol);
          for (const take of steps) take(model);
          expect(settle(model)).toBeLessThan(60);
          model.setSnapshot(snapshot(...finalEdition()));
          expectWantedState(model);
        }),
        { numRuns: 300 },
      );
    });
  },
);
