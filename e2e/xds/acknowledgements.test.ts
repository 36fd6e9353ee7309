// What the server knows of what Envoys accepted.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { FleetSummary } from '../../src/xds/index.js';
import { until } from '../harness/until.js';
import { CDS, LDS, type DeltaClient } from './client.js';
import { cluster, fixture, FLEET, listener, type Fixture } from './fixture.js';

let ads: Fixture;
let reported: string[];
beforeEach(async () => {
  reported = [];
  ads = await fixture({ onAcknowledgement: (fleet) => reported.push(fleet) });
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

  it('forget an Envoy that is gone', async () => {
    ads.set(cluster('a'), listener('l'));
    const client = await connected();
    client.close();
    await summary('nobody', ({ connected: streams }) => streams === 0);
  });
});
