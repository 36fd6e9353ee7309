// Delta ADS, clause by clause: https://www.envoyproxy.io/docs/envoy/v1.40.0/api-docs/xds_protocol "Incremental xDS".
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CDS, EDS, LDS, nameIn, RDS, SDS } from './client.js';
import { cluster, endpoints, fixture, listener, routes, secret, type Fixture } from './fixture.js';

let ads: Fixture;
beforeEach(async () => {
  ads = await fixture();
});
afterEach(async () => {
  await ads.close();
});

describe('delta: what is subscribed to', () => {
  it('sends nothing before the first snapshot, then everything that was asked for', async () => {
    const client = ads.delta();
    client.subscribe(CDS);
    client.subscribe('type.googleapis.com/unknown.Type', ['x']);
    ads.set(cluster('a'), cluster('b'));
    expect((await client.take(CDS)).names).toEqual(['a', 'b']);
    expect(await client.silence()).toEqual([]);
  });

  it('takes a first request without names as a subscription to everything, and sends later additions', async () => {
    ads.set(cluster('a'));
    const client = ads.delta();
    client.subscribe(CDS);
    expect((await client.take(CDS)).names).toEqual(['a']);
    ads.set(cluster('a'), cluster('b'));
    expect((await client.take(CDS)).names).toEqual(['b']);
  });

  it('answers a first wildcard request although there is nothing to send: Envoy waits for it', async () => {
    ads.set();
    const client = ads.delta();
    client.subscribe(LDS);
    expect(await client.take(LDS)).toEqual({ names: [], removed: [] });
  });

  it('takes * as a subscription to everything', async () => {
    ads.set(secret('a'), secret('b'));
    const client = ads.delta();
    client.subscribe(SDS, ['*']);
    expect((await client.take(SDS)).names).toEqual(['a', 'b']);
  });

  it('keeps a legacy wildcard when a name is added, and ends it only by unsubscribing from *', async () => {
    ads.set(cluster('a'), cluster('b'));
    const client = ads.delta();
    client.subscribe(CDS);
    await client.take(CDS);
    client.subscribe(CDS, ['a']);
    expect((await client.take(CDS)).names).toEqual(['a']);
    ads.set(cluster('a'), cluster('b', 2));
    expect((await client.take(CDS)).names).toEqual(['b']);
    client.unsubscribe(CDS, ['*']);
    ads.set(cluster('a', 2), cluster('b', 3));
    expect((await client.take(CDS)).names).toEqual(['a']);
    client.unsubscribe(CDS, ['a']);
    ads.set(cluster('a', 3), cluster('b', 4));
    expect(await client.silence()).toEqual([]);
  });

  it('removes what * brings back of a response under way: a name dropped since, and gone', async () => {
    ads.set(secret('a'));
    const client = ads.delta();
    client.subscribe(SDS, ['a']);
    const underWay = await client.next(SDS);
    client.unsubscribe(SDS, ['a']);
    ads.set();
    client.subscribe(SDS, ['*']);
    client.ack(underWay);
    expect(await client.take(SDS)).toEqual({ names: [], removed: ['a'] });
  });

  it('sends named resources only, each with its name, its version and its type', async () => {
    ads.set(endpoints('a'), endpoints('b'));
    const client = ads.delta();
    client.subscribe(EDS, ['b']);
    const response = await client.next(EDS);
    expect(response.resources.map(({ name }) => name)).toEqual(['b']);
    expect(response.resources.map(({ version }) => version)).toEqual([endpoints('b').version]);
    expect(response.resources.map(({ resource }) => [resource.type_url, nameIn(resource)])).toEqual([
      [EDS, 'b'],
    ]);
  });

  it('sends a name again when it is subscribed to again, although the client has it', async () => {
    ads.set(endpoints('a'));
    const client = ads.delta();
    client.subscribe(EDS, ['a']);
    await client.take(EDS);
    client.subscribe(EDS, ['a']);
    expect((await client.take(EDS)).names).toEqual(['a']);
  });

  it.each([CDS, EDS, LDS, RDS, SDS])(
    'answers a name that does not exist as removed, at once: %s',
    async (type) => {
      ads.set();
      const client = ads.delta();
      client.subscribe(type, ['missing']);
      expect(await client.take(type)).toEqual({ names: [], removed: ['missing'] });
    },
  );

  it('sends a name that did not exist as soon as it does', async () => {
    ads.set();
    const client = ads.delta();
    client.subscribe(SDS, ['late']);
    await client.take(SDS);
    ads.set(secret('late'));
    expect((await client.take(SDS)).names).toEqual(['late']);
  });

  it('sends nothing more of a name that was unsubscribed', async () => {
    ads.set(endpoints('a'), endpoints('b'));
    const client = ads.delta();
    client.subscribe(EDS, ['a', 'b']);
    await client.take(EDS);
    client.unsubscribe(EDS, ['a']);
    ads.set(endpoints('a', 2), endpoints('b', 2));
    expect((await client.take(EDS)).names).toEqual(['b']);
  });

  it('answers the unsubscription of a name that * covers too: with the resource, or as removed', async () => {
    ads.set(cluster('a'));
    const client = ads.delta();
    client.subscribe(CDS, ['*', 'a', 'missing']);
    expect(await client.take(CDS)).toEqual({ names: ['a'], removed: ['missing'] });
    client.unsubscribe(CDS, ['a']);
    expect(await client.take(CDS)).toEqual({ names: ['a'], removed: [] });
    client.unsubscribe(CDS, ['missing']);
    expect(await client.take(CDS)).toEqual({ names: [], removed: ['missing'] });
  });
});

describe('delta: a cluster and its endpoints', () => {
  it('in one change: the endpoints come when they are asked for', async () => {
    ads.set();
    const client = ads.delta();
    client.subscribe(CDS);
    await client.take(CDS);
    // Asked for before the cluster exists.
    client.subscribe(EDS, ['early']);
    expect(await client.take(EDS)).toEqual({ names: [], removed: ['early'] });
    ads.set(cluster('early'), endpoints('early'), cluster('late'), endpoints('late'));
    expect((await client.take(CDS)).names).toEqual(['early', 'late']);
    expect((await client.take(EDS)).names).toEqual(['early']);
    client.subscribe(EDS, ['late']);
    expect((await client.take(EDS)).names).toEqual(['late']);
  });

  it('deleted and made again are sent again, whether or not the client has noticed', async () => {
    ads.set(cluster('a'), endpoints('a'));
    const client = ads.delta();
    client.subscribe(CDS);
    await client.take(CDS);
    client.subscribe(EDS, ['a']);
    await client.take(EDS);
    ads.set();
    expect(await client.take(CDS)).toEqual({ names: [], removed: ['a'] });
    expect(await client.take(EDS)).toEqual({ names: [], removed: ['a'] });
    ads.set(cluster('a'), endpoints('a'));
    expect((await client.take(CDS)).names).toEqual(['a']);
    expect((await client.take(EDS)).names).toEqual(['a']);
    client.unsubscribe(EDS, ['a']);
    client.subscribe(EDS, ['a']);
    expect((await client.take(EDS)).names).toEqual(['a']);
  });
});

describe('delta: nonces', () => {
  it('honours subscriptions that come with a stale nonce', async () => {
    ads.set(endpoints('a'), endpoints('b'));
    const client = ads.delta();
    client.subscribe(EDS, ['a']);
    await client.take(EDS);
    client.send({ type_url: EDS, resource_names_subscribe: ['b'], response_nonce: 'made up' });
    expect((await client.take(EDS)).names).toEqual(['b']);
  });

  it('takes an acknowledgement with a stale nonce for nothing', async () => {
    ads.set(endpoints('a'));
    const client = ads.delta();
    client.subscribe(EDS, ['a']);
    const response = await client.next(EDS);
    client.send({ type_url: EDS, response_nonce: 'made up' });
    await client.silence();
    expect(ads.server.fleets()[0]?.streams[0]?.types.endpoints).toMatchObject({ pending: response.nonce });
  });

  it('takes subscriptions and an acknowledgement in one request', async () => {
    ads.set(endpoints('a'), endpoints('b'));
    const client = ads.delta();
    client.subscribe(EDS, ['a']);
    const { nonce } = await client.next(EDS);
    client.send({ type_url: EDS, resource_names_subscribe: ['b'], response_nonce: nonce });
    expect((await client.take(EDS)).names).toEqual(['b']);
    ads.set(endpoints('a', 2), endpoints('b'));
    expect((await client.take(EDS)).names).toEqual(['a']);
  });

  it('never sends what was rejected again, until its content changes', async () => {
    ads.set(listener('a'));
    const client = ads.delta();
    client.subscribe(LDS);
    await client.take(LDS);
    ads.set(listener('a', 2));
    client.nack(await client.next(LDS), 'no such filter');
    expect(await client.silence()).toEqual([]);
    ads.set(listener('a', 2), listener('b'));
    expect((await client.take(LDS)).names).toEqual(['b']);
    ads.set(listener('a', 3), listener('b'));
    expect((await client.take(LDS)).names).toEqual(['a']);
  });

  it('coalesces what changes while a push is unacknowledged to the newest', async () => {
    ads.set(listener('a'));
    const client = ads.delta();
    client.subscribe(LDS);
    const first = await client.next(LDS);
    for (const edition of [2, 3, 4]) ads.set(listener('a', edition));
    expect(await client.silence()).toEqual([]);
    client.ack(first);
    const second = await client.next(LDS);
    expect(second.resources.map(({ version }) => version)).toEqual([listener('a', 4).version]);
  });
});

describe('delta: reconnecting', () => {
  it('sends only what differs from the versions that the client brings, and removes what is gone', async () => {
    ads.set(cluster('same'), cluster('changed', 2), cluster('new'));
    const client = ads.delta();
    const known = { same: cluster('same').version, changed: cluster('changed').version, gone: 'some' };
    client.subscribe(LDS);
    await client.take(LDS);
    client.subscribe(RDS, ['none']);
    await client.take(RDS);
    client.subscribe(CDS, [], known);
    const { names, removed } = await client.take(CDS);
    expect({ names: names.toSorted(), removed }).toEqual({ names: ['changed', 'new'], removed: ['gone'] });
  });

  it('removes clusters that are gone only when the client has accepted the new tables', async () => {
    ads.set(listener('l'), routes('r', 2));
    const client = ads.delta();
    client.subscribe(CDS, [], { gone: 'some' });
    client.subscribe(LDS, [], { l: listener('l').version });
    client.subscribe(RDS, ['r'], { r: routes('r').version });
    const table = await client.next(RDS);
    expect(await client.silence()).toEqual([]);
    client.ack(table);
    expect(await client.take(CDS)).toEqual({ names: [], removed: ['gone'] });
  });

  it('sends nothing to a client that has everything, even with 50,000 known versions', async () => {
    // Names long enough for a request of 6 MB: what gRPC takes by default is 4.
    const namespace = 'n'.repeat(63);
    const all = Array.from({ length: 50_000 }, (_, i) => cluster(`${namespace}_service-${i}_8080`));
    ads.set(...all, cluster('new'));
    const client = ads.delta();
    client.subscribe(CDS, [], Object.fromEntries(all.map(({ name, version }) => [name, version])));
    expect((await client.take(CDS)).names).toEqual(['new']);
    expect(await client.silence()).toEqual([]);
  }, 30_000);

  it('sends the known endpoints and secrets of a cluster that it has just sent: Envoy may not ask for them', async () => {
    ads.set(cluster('a', 2, ['ca']), endpoints('a'), secret('ca'), endpoints('b'), cluster('b'));
    const client = ads.delta();
    client.subscribe(CDS, [], { a: cluster('a').version, b: cluster('b').version });
    expect((await client.take(CDS)).names).toEqual(['a']);
    client.subscribe(EDS, ['a', 'b'], { a: endpoints('a').version, b: endpoints('b').version });
    expect((await client.take(EDS)).names).toEqual(['a']);
    client.subscribe(SDS, ['ca'], { ca: secret('ca').version });
    expect((await client.take(SDS)).names).toEqual(['ca']);
  });
});
