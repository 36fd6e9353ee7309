// Virtual hosts of one table, that name clusters new and old, some of which never get ready, by permissions that come and go. A failure prints the seed
// and the shortest sequence; WINDLASS_SEED tries another one.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Protocol } from './stream-state.js';
import { CLUSTERS, HOSTS, PERMITS, tableOf, textOf, type Rule, type World } from './testing/host-world.js';
import type { Manner } from './testing/model-client.js';
import { ObservedClient } from './testing/observed-client.js';
import { snapshot } from './testing/resources.js';
import { stepsOn, type Step } from './testing/steps.js';

const seed = Number(process.env['WINDLASS_SEED'] ?? 20261121);

const oneRule: fc.Arbitrary<Rule> = fc.record({
  cluster: fc.constantFrom(...CLUSTERS, 'one', 'two'),
  permit: fc.constantFrom(undefined, undefined, ...PERMITS),
});
const world: fc.Arbitrary<World> = fc.record({
  edition: fc.nat(1),
  granted: fc.subarray(PERMITS),
  hosts: fc
    .subarray([...HOSTS.keys()])
    .chain((names) =>
      fc.tuple(
        ...names.map((name) =>
          fc.tuple(fc.constant(name), fc.array(oneRule, { minLength: 1, maxLength: 2 })),
        ),
      ),
    )
    .map((hosts) => new Map(hosts)),
});

const stepOf = stepsOn<ObservedClient>();
const step = (manner: fc.Arbitrary<Manner>): fc.Arbitrary<Step<ObservedClient>> =>
  fc.oneof(
    stepOf(4, 'snapshot', [world.map(legible)], (seen, { next }) => seen.setWorld(next)),
    stepOf(4, 'exchange', [], exchange),
    stepOf(2, 'serve', [], ({ client }) => client.serve()),
    stepOf(2, 'push', [fc.integer({ min: 1, max: 4 })], (seen, most) => seen.push(most)),
    stepOf(3, 'read', [manner], (seen, each) => seen.read(each)),
    stepOf(3, 'time', [fc.nat(60)], ({ fleet }, ms) => (fleet.now += ms)),
    stepOf(1, 'reconnect', [], (seen) => seen.reconnect()),
  );

function legible(next: World) {
  const text = textOf(tableOf(next)).replaceAll('\n', ' ');
  return { next, toString: () => `{${text}; granted ${next.granted.join()}}` };
}

function exchange(seen: ObservedClient): void {
  while (seen.client.serve());
  seen.push();
  while (seen.read('honest'));
  while (seen.client.serve());
}

/** From now on time passes and everything is accepted. */
function settle(seen: ObservedClient): void {
  for (let round = 0; round < 60; round += 1) {
    exchange(seen);
    seen.fleet.now += 10;
  }
}

function expectWanted(seen: ObservedClient): void {
  settle(seen);
  const sent = seen.sentTables;
  settle(seen);
  expect(seen.sentTables).toBe(sent);
  const { model, client, fleet } = seen;
  if (fleet.view.snapshot === undefined) return;
  for (const { has, should } of model.comparison(client)) expect(has).toEqual(should);
  for (const { due, waits } of Object.values(client.stream.state.types)) {
    expect([...due.keys()]).toEqual([]);
    expect([...waits.values()].filter(({ size }) => size > 0)).toEqual([]);
  }
}

const FINAL: World = {
  edition: 7,
  granted: [],
  hosts: new Map([['*', [{ cluster: 'one', permit: undefined }]]]),
};

describe.each<Protocol>(['delta', 'sotw'])('%s: hosts that wait for clusters', (protocol) => {
  it('each is sent when its clusters are ready or it has waited long enough, entirely, and without what is no longer permitted', () => {
    fc.assert(
      fc.property(fc.array(step(fc.constant('honest')), { maxLength: 60, size: 'max' }), (steps) => {
        const seen = new ObservedClient(protocol);
        for (const { take } of steps) take(seen);
        expectWanted(seen);
      }),
      { numRuns: 1_000, seed },
    );
  });

  it('a client that rejects at random ends with what is wanted, and is never sent what is no longer permitted', () => {
    const manner = fc.constantFrom<Manner>('honest', 'honest', 'picky', 'deaf');
    fc.assert(
      fc.property(fc.array(step(manner), { maxLength: 60, size: 'max' }), (steps) => {
        const seen = new ObservedClient(protocol, true);
        for (const { take } of steps) take(seen);
        settle(seen);
        // What it had convicted is gone, and comes back.
        seen.fleet.setSnapshot(snapshot());
        seen.setWorld(FINAL);
        expect(seen.fleet.convictions).toEqual([]);
        expectWanted(seen);
      }),
      { numRuns: 300, seed },
    );
  });
});
