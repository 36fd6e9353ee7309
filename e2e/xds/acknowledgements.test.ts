// What the server knows of what Envoys accepted.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { FleetSummary, ResourceType } from '../../src/xds/index.js';
import { until } from '../harness/until.js';
import { CDS, EDS, LDS, RDS, type DeltaClient } from './client.js';
import { cluster, endpoints, fixture, FLEET, listener, routes, type Fixture } from './fixture.js';

let ads: Fixture;
let reported: string[];
let whenReported: () => void;
beforeEach(async () => {
  reported = [];
  whenReported = () => undefined;
  ads = await fixture({
    onAcknowledgement: (fleet) => {
      reported.push(fleet);
      whenReported();
    },
  });
});
afterEach(async () => {
  await ads.close();
});

async function summary(what: string, wanted: (summary: FleetSummary) => boolean): Promise<FleetSummary> {
  return await until(what, () => {
    const seen = ads.server.summary(FLEET);
    return wanted(seen) ? seen : undefined;
  });
}

/** The server has read the acknowledgement of all that was sent of a type. */
async function accepted(type: ResourceType): Promise<void> {
  await until(`${type} to be accepted`, () => {
    const acks = ads.server.fleets()[0]?.streams[0]?.types[type];
    return acks !== undefined && acks.acked.size > 0 && acks.pending === undefined ? true : undefined;
  });
}

async function connected(): Promise<DeltaClient> {
  const client = ads.delta();
  client.subscribe(CDS);
  client.subscribe(LDS);
  await client.take(CDS);
  await client.take(LDS);
  return client;
}

describe('acknowledgements', () => {
  it('count an Envoy as current when it has accepted everything, and not while something is unanswered', async () => {
    ads.set(cluster('a'), listener('l'));
    const client = await connected();
    await summary('one current', ({ connected: streams, current }) => streams === 1 && current === 1);
    ads.set(cluster('a', 2), listener('l'));
    const change = await client.next(CDS);
    expect(ads.server.summary(FLEET)).toMatchObject({ connected: 1, current: 0 });
    client.ack(change);
    await summary('current again', ({ current }) => current === 1);
    expect(reported.length).toBeGreaterThan(0);
    expect(new Set(reported)).toEqual(new Set([FLEET]));
  });

  it('tell the version of each resource that was accepted', async () => {
    ads.set(cluster('a'), listener('l'));
    await connected();
    await summary('one current', ({ current }) => current === 1);
    const [stream] = ads.server.fleets()[0]?.streams ?? [];
    expect(stream?.types.cluster).toEqual({
      pending: undefined,
      acked: new Map([['a', cluster('a').version]]),
      nacked: [],
    });
    expect(stream?.types.routes).toBeUndefined();
    expect(ads.server.counters().types.cluster).toMatchObject({ pushes: 1, resources: 1, acks: 1, nacks: 0 });
  });

  it('name what was rejected in the words of Envoy, until something else is accepted in its place', async () => {
    ads.set(cluster('a'), listener('l'));
    const client = await connected();
    ads.set(cluster('a'), listener('l', 2));
    client.nack(await client.next(LDS), 'no such filter');
    const seen = await summary('the rejection', ({ rejected }) => rejected.length > 0);
    expect(seen).toMatchObject({ connected: 1, current: 0 });
    const version = listener('l', 2).version;
    expect(seen.rejected).toEqual([
      { type: 'listener', name: 'l', version, message: 'no such filter', suspected: false, count: 1 },
    ]);
    ads.set(cluster('a'), listener('l', 3));
    await client.take(LDS);
    await summary('no rejection', ({ rejected, current }) => rejected.length === 0 && current === 1);
  });

  it('do not count an Envoy as current that has not asked for listeners yet', async () => {
    ads.set(cluster('a'), listener('l'));
    const client = ads.delta();
    client.subscribe(CDS);
    await client.take(CDS);
    await accepted('cluster');
    expect(ads.server.summary(FLEET)).toMatchObject({ connected: 1, current: 0 });
    client.subscribe(LDS);
    await client.take(LDS);
    await summary('current', ({ current }) => current === 1);
  });

  it('do not count an Envoy as current that has not asked yet for what its clusters and listeners name', async () => {
    const table = { type: 'routes', name: 'r' } as const;
    ads.set(cluster('a', 1, [], true), endpoints('a'), listener('l', 1, [table]), routes('r', 1, ['a']));
    const client = await connected();
    const notYet = { connected: 1, current: 0 };
    await accepted('listener');
    expect(ads.server.summary(FLEET)).toMatchObject(notYet);
    client.subscribe(EDS, ['a']);
    await client.take(EDS);
    await accepted('endpoints');
    expect(ads.server.summary(FLEET)).toMatchObject(notYet);
    client.subscribe(RDS, ['r']);
    await client.take(RDS);
    await summary('current', ({ current }) => current === 1);
  });

  it('report an Envoy as current that comes back with everything, though nothing is sent to it', async () => {
    ads.set(cluster('a'), listener('l'));
    const client = ads.delta();
    client.subscribe(CDS, [], { a: cluster('a').version });
    await client.silence();
    const seen: number[] = [];
    whenReported = () => seen.push(ads.server.summary(FLEET).current);
    client.subscribe(LDS, [], { l: listener('l').version });
    await until('the report', () => (seen.at(-1) === 1 ? true : undefined));
  });

  it('forget the rejection of a table that the Envoy no longer asks for', async () => {
    ads.set(cluster('a'), listener('l'), routes('r'));
    const client = await connected();
    client.subscribe(RDS, ['r']);
    client.nack(await client.next(RDS), 'no such cluster');
    await summary('the rejection', ({ rejected }) => rejected.length === 1);
    client.unsubscribe(RDS, ['r']);
    await summary('no rejection', ({ rejected, current }) => rejected.length === 0 && current === 1);
  });

  it('name what was rejected although it had been accepted before', async () => {
    ads.set(cluster('a'), listener('l'), routes('r'));
    const client = await connected();
    client.subscribe(RDS, ['r']);
    await client.take(RDS);
    client.subscribe(RDS, ['r']);
    client.nack(await client.next(RDS), 'out of memory');
    const { rejected } = await summary('the rejection', (seen) => seen.rejected.length > 0);
    expect(rejected.map(({ name }) => name)).toEqual(['r']);
  });

  it('hold nothing against an Envoy that rejects a removal', async () => {
    ads.set(cluster('a'), listener('l'), listener('m'));
    const client = await connected();
    ads.set(cluster('a'), listener('l'));
    client.nack(await client.next(LDS), 'no such listener');
    await summary('current', ({ rejected, current }) => rejected.length === 0 && current === 1);
  });

  it('forget an Envoy that is gone', async () => {
    ads.set(cluster('a'), listener('l'));
    const client = await connected();
    client.close();
    await summary('nobody', ({ connected: streams }) => streams === 0);
  });
});
