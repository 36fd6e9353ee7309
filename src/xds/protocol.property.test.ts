// Laws of the protocol: whatever clients do and whatever changes meanwhile, each ends with what it should have. A failure prints the seed and the
// shortest sequence; WINDLASS_SEED tries another one.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { RESOURCE_TYPES, referencesOf } from './references.js';
import type { Resource, ResourceType } from './resource.js';
import type { Protocol } from './stream-state.js';
import type { Manner, Memory } from './testing/model-client.js';
import { entriesOf, ModelWorld } from './testing/model-world.js';
import {
  cluster,
  host,
  listener,
  POISON,
  resource,
  rule,
  snapshot,
  table,
  type Piece,
} from './testing/resources.js';
import { stepsOn, type Step } from './testing/steps.js';
import { isSubscribed } from './type-state.js';

const seed = Number(process.env['WINDLASS_SEED'] ?? 20261121);
const NAMES = ['a', 'b'];
/** More than any honest exchange of so few resources needs, trials included. */
const MOST_RESPONSES = 250;

const type = fc.constantFrom<ResourceType>(...RESOURCE_TYPES, 'cluster', 'cluster', 'endpoints');
const name = fc.constantFrom(...NAMES);
const nameOrAll = fc.constantFrom(...NAMES, '*', 'ghost');

/** Some resources in some editions, which name one another, existing or not. */
function snapshots(editions: readonly string[]): fc.Arbitrary<readonly Resource[]> {
  const edition = fc.constantFrom(...editions);
  const some = <T>(one: fc.Arbitrary<T>, maxLength: number) => fc.array(one, { maxLength });
  const set = <T>(of: (called: string) => fc.Arbitrary<T>) =>
    fc.subarray(NAMES).chain((names) => fc.tuple(...names.map(of)));
  const isReplacementPoisoned = editions.includes(POISON) ? fc.boolean() : fc.constant(false);
  const rules = some(fc.tuple(some(name, 1), fc.record({ edition, isReplacementPoisoned })), 4).map((all) =>
    all.map((given, i) => rule(`r${i}`, ...given)),
  );
  const reference = fc.record({ type: fc.constantFrom<ResourceType>('routes', 'secret'), name });
  const chain: fc.Arbitrary<Piece> = fc.record({ edition, names: some(reference, 2) });
  const whole = (of: ResourceType) => set((called) => edition.map((each) => resource(of, called, each)));
  return fc
    .tuple(
      set((called) => fc.tuple(edition, some(name, 1)).map((given) => cluster(called, ...given))),
      whole('endpoints'),
      whole('secret'),
      set((called) => rules.map((all) => table(called, [host('host', all)]))),
      set((called) => fc.tuple(edition, some(chain, 3)).map((given) => listener(called, ...given))),
    )
    .map((each) => each.flat());
}

interface Torment {
  readonly editions: readonly string[];
  readonly manners: readonly Manner[];
  readonly memories: readonly Memory[];
}

const stepOf = stepsOn<ModelWorld>();

/** Weighted so that subscriptions meet states that last: a reconnection or another snapshot mends what an error broke. */
function steps({ editions, manners, memories }: Torment): fc.Arbitrary<readonly Step<ModelWorld>[]> {
  const manner = fc.constantFrom(...manners);
  const memory = fc.constantFrom(...memories);
  const nonce = fc.constantFrom<'made up' | 'spent'>('made up', 'spent');
  const step = fc.oneof(
    stepOf(3, 'snapshot', [snapshots(editions).map(legible)], ({ fleet }, { all }) =>
      fleet.setSnapshot(snapshot(...all)),
    ),
    stepOf(5, 'subscribe', [type, nameOrAll], ({ client }, of, each) => client.subscribe(of, each)),
    stepOf(1, 'subscribe twice', [type, name], ({ client }, of, each) =>
      client.subscribe(of, each, each, 'ghost'),
    ),
    stepOf(3, 'unsubscribe', [type, nameOrAll], ({ client }, of, each) => client.unsubscribe(of, each)),
    stepOf(1, 'nonce', [type, nonce, fc.constantFrom(undefined, 'no')], ({ client }, ...given) =>
      client.sendNonce(...given),
    ),
    stepOf(3, 'exchange', [], ({ client }) => client.exchange()),
    stepOf(1, 'follow', [], ({ client }) => client.followNames()),
    stepOf(3, 'serve', [], ({ client }) => client.serve()),
    stepOf(2, 'push', [fc.integer({ min: 1, max: 4 })], ({ client }, most) => client.push(most)),
    stepOf(4, 'read', [manner], ({ client }, each) => client.read(each)),
    stepOf(3, 'answer', [fc.nat(2), fc.boolean()], ({ client }, index, skip) => client.answer(index, skip)),
    stepOf(2, 'time', [fc.nat(150)], ({ fleet }, ms) => (fleet.now += ms)),
    stepOf(1, 'reconnect', [memory], ({ client }, each) => client.reconnect(each)),
  );
  return fc.array(step, { maxLength: 80, size: 'max' });
}

function legible(all: readonly Resource[]) {
  const bytesOf = ({ sections }: Resource): string =>
    sections.flatMap(({ parts }) => parts.map(({ bytes }) => Buffer.from(bytes).toString())).join(', ');
  return { all, toString: () => `{${all.map((each) => `${each.type}: ${bytesOf(each)}`).join('; ')}}` };
}

/** Everything that one client may remember of everything else: for each type, each name and each response that may be unanswered. */
const MOST_ENTRIES = 2_000;

function torment(world: ModelWorld, taken: readonly Step<ModelWorld>[]): void {
  for (const step of taken) {
    step.take(world);
    world.envoysExchange();
    if (entriesOf(world.client.stream.state) > MOST_ENTRIES) throw new Error('a stream remembers too much');
  }
}

function expectWanted(world: ModelWorld, who: readonly ModelWorld['client'][]): void {
  for (const client of who) {
    for (const { has, should } of world.comparison(client)) expect(has).toEqual(should);
  }
}

/** All is as it should be; and nothing more comes. */
function expectRest(world: ModelWorld): void {
  expect(world.settle('everyone')).toBeLessThan(MOST_RESPONSES);
  expect(world.settle('everyone')).toBe(0);
  if (world.fleet.view.snapshot === undefined) return;
  expectWanted(world, [world.client, ...world.envoys]);
  if (!world.hasPoison) expect(world.envoys.filter(({ stream }) => !stream.current)).toEqual([]);
}

const ASKED_FOR = [
  ['cluster', ['endpoints', 'secret']],
  ['listener', ['routes', 'secret']],
] as const;

/** Whether a client is current, found by looking at everything. */
function isCurrentNow({ fleet: { view } }: ModelWorld, { stream: { state } }: ModelWorld['client']): boolean {
  const { types } = state;
  const { snapshot: newest } = view;
  if (newest === undefined || !types.listener.requested) return false;
  return RESOURCE_TYPES.every((kind) => {
    const { due, inFlight, answerOwed, rejections, acked } = types[kind];
    if (due.size > 0 || inFlight.length > 0 || answerOwed || rejections.length > 0) return false;
    const has = [...newest.resources[kind].values()].filter((each) => isSubscribed(types[kind], each.name));
    const asked = ASKED_FOR.find(([by]) => by === kind)?.[1] ?? [];
    return has.every(
      (each) =>
        acked.get(each.name) === each.version &&
        asked.every((of) =>
          referencesOf(each, of).every(
            (called) => isSubscribed(types[of], called) || !newest.resources[of].has(called),
          ),
        ),
    );
  });
}

const check = (
  torments: Torment,
  protocol: Protocol,
  law: (world: ModelWorld, taken: readonly Step<ModelWorld>[]) => void,
): void => {
  fc.assert(
    fc.property(steps(torments), (taken) => law(new ModelWorld(protocol), taken)),
    { numRuns: 200, seed },
  );
};

const HOSTILE: Torment = {
  editions: ['1', '2', POISON],
  manners: ['honest', 'honest', 'picky', 'deaf'],
  memories: ['true', 'true', 'none', 'invented'],
};

describe.each<Protocol>(['delta', 'sotw'])(
  '%s: nothing is lost, and nothing is sent in a loop',
  (protocol) => {
    it('a client that accepts everything ends with exactly the wanted state', () => {
      check({ editions: ['1', '2'], manners: ['honest'], memories: ['true'] }, protocol, (world, taken) => {
        torment(world, taken);
        expectRest(world);
        for (const { rejections } of Object.values(world.client.stream.state.types))
          expect(rejections).toEqual([]);
        expect(world.fleet.convictions).toEqual([]);
      });
    });

    it('a hostile client harms no Envoy beside it, and once it behaves, it ends with exactly the wanted state', () => {
      check(HOSTILE, protocol, (world, taken) => {
        torment(world, taken);
        // While it still owes its answers, or has stalled.
        expect(world.settle('envoys')).toBeLessThan(MOST_RESPONSES);
        if (world.fleet.view.snapshot !== undefined) expectWanted(world, world.envoys);
        expectRest(world);
      });
    });

    it('a client is current when everything is as it should be', () => {
      check(HOSTILE, protocol, (world, taken) => {
        for (const take of taken) {
          take.take(world);
          world.envoysExchange();
          for (const each of [world.client, ...world.envoys])
            expect(each.stream.current).toBe(isCurrentNow(world, each));
        }
      });
    });

    it('what is refused is convicted, and nothing else', () => {
      check({ ...HOSTILE, manners: ['honest'] }, protocol, (_, taken) => {
        // By this client alone: what it does not find out, nobody does.
        const world = new ModelWorld(protocol, []);
        torment(world, taken);
        expectRest(world);
        for (let rounds = 0; rounds < 4; rounds += 1) {
          world.client.followNames();
          expectRest(world);
        }
        expect(world.fleet.convictedTexts.filter((text) => !text.includes(POISON))).toEqual([]);
        const unconvicted = world.unconvicted.filter((each) =>
          world.client.isSubscribed(each.type, each.name),
        );
        expect(unconvicted.map(({ type: of, name: called }) => `${of} ${called}`)).toEqual([]);
        if (!world.hasPoison && world.fleet.view.snapshot !== undefined)
          expect(world.client.stream.current).toBe(true);
      });
    });
  },
);
