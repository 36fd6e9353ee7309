// Virtual hosts of one table, that name clusters new and old, some of which never get ready, by permissions that come and go.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { buildSnapshot } from './build.js';
import { servedSection } from './convictions.js';
import type { Outgoing } from './push.js';
import { referencesOfSection } from './references.js';
import type { Resource, Section } from './resource.js';
import type { Protocol } from './stream-state.js';
import type { Manner, ModelClient } from './testing/model-client.js';
import { LIMITS, type ModelFleet } from './testing/model-fleet.js';
import { ModelWorld } from './testing/model-world.js';
import { host, resource, rule, snapshot, table } from './testing/resources.js';

const seed = Number(process.env['WINDLASS_SEED'] ?? 20261121);
const PERMITS = ['p', 'q'];
/** The client never asks for the endpoints of the dead ones. */
const CLUSTERS = ['one', 'two', 'dead', 'deader'];
/** Each with what takes its requests when it is not there. */
const HOSTS = new Map([
  ['a.x', ['*.x', '*']],
  ['b.x', ['*.x', '*']],
  ['*.x', ['*']],
  ['*', []],
]);

interface Rule {
  readonly cluster: string;
  readonly permit: string | undefined;
}
interface World {
  readonly edition: number;
  readonly granted: readonly string[];
  readonly hosts: ReadonlyMap<string, readonly Rule[]>;
}

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

/** As routing makes them: a rule without its permission forwards to nothing. */
function tableOf({ hosts, granted, edition }: World): Resource {
  const sections = [...hosts].map(([name, rules]) =>
    host(
      name,
      rules.map(({ cluster, permit }, i) =>
        permit === undefined || granted.includes(permit)
          ? rule(`rule${i}`, [cluster], { permit, edition })
          : rule(`rule${i}`, [], { edition: 'refused' }),
      ),
      HOSTS.get(name),
    ),
  );
  return table('t', sections);
}

function sectionOf(content: Resource | undefined, name: string): Section | undefined {
  return content?.sections.find(({ key, frame }) => frame !== undefined && key === name);
}

/** The host that takes requests to this one, and its content. */
function answering(content: Resource | undefined, name: string): Section | undefined {
  const [taker] = [name, ...(HOSTS.get(name) ?? [])].flatMap((each) => sectionOf(content, each) ?? []);
  return taker;
}

/** A client as Envoy is one, and an observer that sees every response as it is written. */
class Observed {
  readonly model: ModelWorld;
  sentTables = 0;
  #wanted: Resource | undefined;
  #sent: Resource | undefined;
  /** Since when the server knows nothing of the client's table, so that it waits as a whole. */
  #unknownSince: number | undefined = 0;
  readonly #allowed = new Map([...HOSTS.keys()].map((name) => [name, new Set<string>()]));
  /** Host → since when it has not been sent as it is wanted. */
  readonly #unsettled = new Map<string, number>();
  readonly #clusterSent = new Map<string, number>();
  /** Cluster → since when no snapshot has had it. */
  readonly #unwanted = new Map<string, number>();
  readonly #rejects: boolean;

  constructor(protocol: Protocol, rejects = false) {
    this.#rejects = rejects;
    this.model = new ModelWorld(protocol, []);
    this.client.subscribe('cluster', '*');
    this.client.subscribe('listener', '*');
    this.client.subscribe('routes', 't');
  }

  get client(): ModelClient {
    return this.model.client;
  }

  get fleet(): ModelFleet {
    return this.model.fleet;
  }

  setWorld(next: World): void {
    const wanted = tableOf(next);
    const clusters = new Set(wanted.sections.flatMap((section) => referencesOfSection(section, 'cluster')));
    const needed = [...clusters].flatMap((name) => [resource('cluster', name), resource('endpoints', name)]);
    this.fleet.setSnapshot(
      buildSnapshot('fleet', [...needed, resource('listener', 'l', next.edition), wanted], (permit) =>
        next.granted.includes(permit),
      ),
    );
    this.#wanted = wanted;
    for (const name of CLUSTERS) {
      if (clusters.has(name)) this.#unwanted.delete(name);
      else if (!this.#unwanted.has(name)) this.#unwanted.set(name, this.fleet.now);
    }
    for (const [name, allowed] of this.#allowed) {
      for (const form of formsOf(answering(wanted, name))) allowed.add(form);
    }
    this.#note();
  }

  /** The server writes what may be sent. */
  push(most?: number): void {
    for (const outgoing of this.client.push(most)) this.#check(outgoing);
  }

  /** Reads and answers one response, and asks for the endpoints of the clusters that the client then has. */
  read(manner: Manner): boolean {
    const { client } = this;
    const read = client.read(manner);
    client.answer();
    for (const name of CLUSTERS) {
      const asks = client.isSubscribed('endpoints', name);
      const has = client.held('cluster').has(name) && !name.startsWith('dead');
      if (has && !asks) client.subscribe('endpoints', name);
      if (asks && !has) client.unsubscribe('endpoints', name);
    }
    return read;
  }

  reconnect(): void {
    this.client.reconnect('true');
    // What was on its way is lost.
    this.#sent = this.#inUse();
    for (const name of this.client.held('cluster').keys())
      if (!this.#clusterSent.has(name)) this.#clusterSent.set(name, this.fleet.now);
    if (this.client.protocol === 'sotw' || this.#sent === undefined) this.#unknownSince = this.fleet.now;
  }

  #check({ type, resources, removed }: Outgoing): void {
    const names = resources.map(({ name }) => name);
    if (type === 'cluster') this.#noteClusters(names, removed);
    const content = type === 'routes' ? resources[0] : undefined;
    if (content === undefined) return;
    this.sentTables += 1;
    const granted = this.fleet.view.snapshot?.permitted;
    const revoked = content.sections.flatMap(({ parts }) =>
      parts.flatMap(({ permits = [] }) => permits.filter((permit) => granted?.(permit) !== true)),
    );
    expect(revoked).toEqual([]);
    if (this.#rejects) return;
    for (const name of HOSTS.keys()) {
      this.#checkReady(sectionOf(content, name), name);
      const late = [name, ...(HOSTS.get(name) ?? [])].some((each) => this.#isHostLate(each));
      const form = answering(content, name)?.hash ?? 'none';
      const asBefore = formsOf(answering(this.#sent, name)).includes(form);
      if (!late && !asBefore && this.#allowed.get(name)?.has(form) !== true)
        throw new Error(
          `${name} answers as in no snapshot: ${textOf(content)}, wanted ${textOf(this.#wanted)}`,
        );
    }
    this.#sent = content;
    this.#unknownSince = undefined;
    this.#note(true);
  }

  #checkReady(section: Section | undefined, name: string): void {
    if (section === undefined || formsOf(sectionOf(this.#sent, name)).includes(section.hash)) return;
    if (this.#isHostLate(name)) return;
    for (const cluster of referencesOfSection(section, 'cluster')) {
      if (!this.#isReady(cluster) && !this.#isLate(this.#clusterSent.get(cluster)))
        throw new Error(`${name} names ${cluster}, which is not ready`);
    }
  }

  #noteClusters(sent: readonly string[], removed: readonly string[]): void {
    const gone =
      this.client.protocol === 'sotw'
        ? [...this.#clusterSent.keys()].filter((name) => !sent.includes(name))
        : removed;
    for (const name of gone) {
      this.#clusterSent.delete(name);
      this.#checkUnused(name);
    }
    for (const name of sent) if (!this.#clusterSent.has(name)) this.#clusterSent.set(name, this.fleet.now);
  }

  #inUse(): Resource | undefined {
    return this.client.held('routes').get('t');
  }

  /** The client serves it: it has it, and its endpoints. */
  #isReady(cluster: string): boolean {
    return this.client.held('cluster').has(cluster) && this.client.held('endpoints').has(cluster);
  }

  /** A cluster that goes is named neither by the table that the client uses nor by one on its way. */
  #checkUnused(cluster: string): void {
    if (this.fleet.now >= (this.#unwanted.get(cluster) ?? Infinity) + LIMITS.removalDeadlineMs) return;
    // State-of-the-world promises nothing over a reconnection.
    if (this.#unknownSince !== undefined) return;
    for (const content of [this.#inUse(), this.#sent]) {
      if (content?.sections.some((each) => referencesOfSection(each, 'cluster').includes(cluster)) === true)
        throw new Error(`${cluster} is removed, and still named: ${textOf(content)}`);
    }
  }

  /** A host that comes to be as it was sent before the server looks has waited all the time. */
  #note(sent = false): void {
    for (const name of HOSTS.keys()) {
      const settled = sectionOf(this.#sent, name)?.hash === sectionOf(this.#wanted, name)?.hash;
      if (!settled && !this.#unsettled.has(name)) this.#unsettled.set(name, this.fleet.now);
      if (settled && sent) this.#unsettled.delete(name);
    }
  }

  #isHostLate(name: string): boolean {
    return this.#isLate(this.#unsettled.get(name)) || this.#isLate(this.#unknownSince);
  }

  #isLate(since: number | undefined): boolean {
    return since !== undefined && this.fleet.now >= since + LIMITS.readyDeadlineMs;
  }
}

/** A host as it was, and with any of its permissions gone. */
function formsOf(section: Section | undefined): readonly string[] {
  if (section === undefined) return ['none'];
  return [[], ['p'], ['q'], ['p', 'q']].map(
    (gone) =>
      servedSection(section, ({ permits = [] }) => permits.some((permit) => gone.includes(permit))).hash,
  );
}

function textOf(content: Resource | undefined): string {
  return Buffer.concat(content?.sections.map(({ bytes }) => bytes) ?? []).toString();
}

interface Step {
  readonly take: (seen: Observed) => void;
}

/** A step that says in a counterexample what it does. */
function weighted<T>(
  weight: number,
  given: fc.Arbitrary<T>,
  textOfStep: (given: T) => string,
  take: (seen: Observed, given: T) => unknown,
): { readonly weight: number; readonly arbitrary: fc.Arbitrary<Step> } {
  const arbitrary = given.map((drawn) => ({
    take: (seen: Observed) => void take(seen, drawn),
    [fc.toStringMethod]: () => textOfStep(drawn),
  }));
  return { weight, arbitrary };
}

const nothing = fc.constant(undefined);
const step = (manner: fc.Arbitrary<Manner>): fc.Arbitrary<Step> =>
  fc.oneof(
    weighted(4, world, textOfWorld, (seen, next) => seen.setWorld(next)),
    weighted(4, nothing, () => 'exchange', exchange),
    weighted(
      2,
      nothing,
      () => 'serve',
      ({ client }) => client.serve(),
    ),
    weighted(
      2,
      fc.integer({ min: 1, max: 4 }),
      (most) => `push ${most}`,
      (seen, most) => seen.push(most),
    ),
    weighted(
      3,
      manner,
      (each) => `read ${each}`,
      (seen, each) => seen.read(each),
    ),
    weighted(
      3,
      fc.nat(60),
      (ms) => `${ms} ms`,
      ({ fleet }, ms) => (fleet.now += ms),
    ),
    weighted(
      1,
      nothing,
      () => 'reconnect',
      (seen) => seen.reconnect(),
    ),
  );

function textOfWorld(next: World): string {
  return `{${textOf(tableOf(next)).replaceAll('\n', ' ')}; granted ${next.granted.join()}}`;
}

function exchange(seen: Observed): void {
  while (seen.client.serve());
  seen.push();
  while (seen.read('honest'));
  while (seen.client.serve());
}

/** From now on time passes and everything is accepted. */
function settle(seen: Observed): void {
  for (let round = 0; round < 60; round += 1) {
    exchange(seen);
    seen.fleet.now += 10;
  }
}

function expectWanted(seen: Observed): void {
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
        const seen = new Observed(protocol);
        for (const { take } of steps) take(seen);
        expectWanted(seen);
      }),
      { numRuns: 500, seed },
    );
  });

  it('a client that rejects at random ends with what is wanted, and is never sent what is no longer permitted', () => {
    const manner = fc.constantFrom<Manner>('honest', 'honest', 'picky', 'deaf');
    fc.assert(
      fc.property(fc.array(step(manner), { maxLength: 60, size: 'max' }), (steps) => {
        const seen = new Observed(protocol, true);
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
