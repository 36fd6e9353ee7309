// What only a socket shows of a hostile client: it breaks off in the middle of a push, or reads nothing until the socket is full.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { encode } from '../../src/proto/index.js';
import { buildWhole, type Resource } from '../../src/xds/index.js';
import { randomOf, type Random } from '../churn/random.js';
import { until } from '../harness/until.js';
import { CDS, EDS, LDS, RDS, type DeltaClient, type DeltaResponse } from './client.js';
import { cluster, endpoints, fixture, FLEET, listener, type Fixture } from './fixture.js';

const seed = Number(process.env['WINDLASS_SEED'] ?? 20261121);
const TABLES = ['t0', 't1', 't2', 't3'];
const CLUSTERS = ['a', 'b', 'c'];
/** Of one table, in bytes: a push of all is several times what a socket takes. */
const LARGE = 300_000;

let ads: Fixture;
beforeEach(async () => {
  ads = await fixture({ limits: { readyDeadlineMs: 50, removalDeadlineMs: 100 } });
});
afterEach(async () => {
  await ads.close();
});

function largeTable(name: string, edition: number): Resource {
  const bytes = encode('envoy.config.route.v3.RouteConfiguration', {
    name,
    internalOnlyHeaders: [`${edition}`.padEnd(LARGE, 'x')],
  });
  const references = [{ type: 'cluster', name: 'a' }] as const;
  return buildWhole({
    type: 'routes',
    name,
    bytes,
    references,
    owner: { object: 'Gateway shop/public', at: '' },
  });
}

/** Cluster `a`, which the tables name, is always there; others come and go. */
function someSnapshot(random: Random, edition: number): readonly Resource[] {
  const names = ['a', ...CLUSTERS.slice(1).filter(() => random.chance(0.5))];
  return [
    listener('l', random.between(1, 2)),
    ...names.flatMap((name) => [cluster(name, random.between(1, 3), [], true), endpoints(name, edition)]),
    ...TABLES.map((name) => largeTable(name, random.chance(0.5) ? edition : 0)),
  ];
}

/** Type → name → version. */
type Held = Map<string, Map<string, string>>;

function subscribe(client: DeltaClient, held: Held): void {
  const known = (type: string): Record<string, string> => Object.fromEntries(held.get(type) ?? []);
  client.subscribe(CDS, ['*'], known(CDS));
  client.subscribe(LDS, ['*'], known(LDS));
  client.subscribe(EDS, CLUSTERS, known(EDS));
  client.subscribe(RDS, TABLES, known(RDS));
}

function apply({ type_url, resources, removed_resources }: DeltaResponse, held: Held): void {
  const known = held.get(type_url) ?? new Map<string, string>();
  held.set(type_url, known);
  for (const { name, version } of resources) known.set(name, version);
  for (const name of removed_resources) known.delete(name);
}

/** Reads and accepts until the client has exactly these resources. Returns how many responses it took. */
async function untilHeld(client: DeltaClient, held: Held, wanted: readonly Resource[]): Promise<number> {
  let responses = 0;
  await until('the wanted state', async () => {
    while (client.received.length > 0) {
      const response = await client.nextOfAny();
      apply(response, held);
      client.ack(response);
      responses += 1;
    }
    return JSON.stringify(sorted(held)) === JSON.stringify(sorted(heldOf(wanted))) ? true : undefined;
  });
  return responses;
}

function heldOf(resources: readonly Resource[]): Held {
  const types = { cluster: CDS, endpoints: EDS, listener: LDS, routes: RDS, secret: '' };
  const held: Held = new Map(Object.values(types).map((type) => [type, new Map<string, string>()]));
  for (const { type, name, version } of resources) held.get(types[type])?.set(name, version);
  return held;
}

function sorted(held: Held): readonly unknown[] {
  return [...held]
    .filter(([, names]) => names.size > 0)
    .map(([type, names]) => [type, [...names].sort()])
    .sort();
}

describe('a hostile client on a socket', () => {
  it(`that breaks off in the middle of pushes ends with everything, and the one beside it always has it (seed ${seed})`, async () => {
    const random = randomOf(seed);
    const beside = { client: ads.delta(), held: new Map() as Held };
    subscribe(beside.client, beside.held);
    const held: Held = new Map();
    let wanted: readonly Resource[] = [];
    for (let connection = 1; connection <= 25; connection += 1) {
      wanted = someSnapshot(random, connection);
      ads.set(...wanted);
      const client = ads.delta();
      subscribe(client, held);
      const responses = random.between(0, 4);
      let owes = false;
      if (random.chance(0.3)) ads.set(...(wanted = someSnapshot(random, 100 + connection)));
      for (let i = 0; i < responses; i += 1) {
        // All may have come already with what it brought; and what it has not answered holds up what comes next.
        const response = await until(
          'a response, or the whole',
          () => client.received.shift() ?? (owes || ads.server.summary(FLEET).current > 0 ? null : undefined),
        );
        if (response === null) break;
        apply(response, held);
        if (random.chance(0.5)) client.ack(response);
        else owes = true;
      }
      client.close();
      await untilHeld(beside.client, beside.held, wanted);
    }
    await until('the end of all others', () =>
      ads.server.summary(FLEET).connected === 1 ? true : undefined,
    );
    const last = ads.delta();
    subscribe(last, held);
    expect(await untilHeld(last, held, wanted)).toBeLessThan(20);
    expect(await last.silence()).toEqual([]);
    expect(ads.server.convictions(FLEET)).toEqual([]);
  }, 60_000);

  it('that reads nothing costs a few responses, and has the newest when it reads again', async () => {
    const beside = { client: ads.delta(), held: new Map() as Held };
    subscribe(beside.client, beside.held);
    const stalled = { client: ads.delta(), held: new Map() as Held };
    stalled.client.pause();
    subscribe(stalled.client, stalled.held);
    const random = randomOf(seed);
    let wanted: readonly Resource[] = [];
    for (let edition = 1; edition <= 30; edition += 1) {
      wanted = someSnapshot(random, edition);
      ads.set(...wanted);
      await untilHeld(beside.client, beside.held, wanted);
    }
    stalled.client.resume();
    const before = ads.server.counters().types.routes.pushes;
    expect(await untilHeld(stalled.client, stalled.held, wanted)).toBeLessThan(30);
    expect(ads.server.counters().types.routes.pushes - before).toBeLessThan(5);
    expect(await stalled.client.silence()).toEqual([]);
  }, 60_000);

  it('that asks for types and names that do not exist gets everything else', async () => {
    ads.set(cluster('a'), listener('l'));
    const client = ads.delta();
    client.subscribe('type.googleapis.com/envoy.service.runtime.v3.Runtime', ['x']);
    client.subscribe('', ['x']);
    client.subscribe(LDS, ['ghost', 'l']);
    const { names, removed } = await client.take(LDS);
    expect({ names, removed }).toEqual({ names: ['l'], removed: ['ghost'] });
    client.subscribe(CDS);
    expect((await client.take(CDS)).names).toEqual(['a']);
    expect(ads.server.counters().unknownTypes).toBe(2);
  });
});
