// State-of-the-world ADS, clause by clause.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { until } from '../harness/until.js';
import { CDS, EDS, LDS, RDS, SDS, nameIn } from './client.js';
import { cluster, endpoints, fixture, FLEET, listener, routes, secret, type Fixture } from './fixture.js';

let ads: Fixture;
beforeEach(async () => {
  ads = await fixture();
});
afterEach(async () => {
  await ads.close();
});

describe('state of the world: full sets', () => {
  it('sends the full set of clusters with every change', async () => {
    ads.set(cluster('a'), cluster('b'));
    const client = ads.sotw();
    client.request(CDS);
    expect(await client.take(CDS)).toEqual(['a', 'b']);
    ads.set(cluster('a'), cluster('b', 2), cluster('c'));
    expect(await client.take(CDS)).toEqual(['a', 'b', 'c']);
  });

  it('removes a listener by leaving it out, together with the addition that takes its place', async () => {
    ads.set(listener('a'), listener('b'));
    const client = ads.sotw();
    client.request(LDS);
    await client.take(LDS);
    ads.set(listener('b'), listener('c'));
    expect(await client.take(LDS)).toEqual(['b', 'c']);
  });

  it('keeps a cluster in the set until the client has accepted the table that no longer names it', async () => {
    ads.set(cluster('old'), routes('r', 1, ['old']), listener('l'));
    const client = ads.sotw();
    client.request(CDS);
    await client.take(CDS);
    client.request(LDS);
    await client.take(LDS);
    client.request(RDS, ['r']);
    await client.take(RDS, ['r']);
    ads.set(cluster('new'), routes('r', 2, ['new']), listener('l'));
    expect(await client.take(CDS)).toEqual(['new', 'old']);
    const table = await client.next(RDS);
    client.ack(table, ['r']);
    expect(await client.take(CDS)).toEqual(['new']);
  });

  it('answers a first request although there is nothing to send', async () => {
    ads.set();
    const client = ads.sotw();
    client.request(LDS);
    expect(await client.take(LDS)).toEqual([]);
  });

  it('gives equal sets equal versions, on every stream and in whatever order they came to be', async () => {
    ads.set(cluster('a'));
    const first = ads.sotw();
    first.request(CDS);
    await first.take(CDS);
    ads.set(cluster('b'), cluster('a'));
    const grown = await first.next(CDS);
    const second = ads.sotw();
    second.request(CDS);
    expect((await second.next(CDS)).version_info).toBe(grown.version_info);
  });
});

describe('state of the world: partial sets', () => {
  it('sends only the endpoints that changed', async () => {
    ads.set(endpoints('a'), endpoints('b'));
    const client = ads.sotw();
    client.request(EDS, ['a', 'b']);
    expect(await client.take(EDS, ['a', 'b'])).toEqual(['a', 'b']);
    ads.set(endpoints('a'), endpoints('b', 2));
    expect(await client.take(EDS, ['a', 'b'])).toEqual(['b']);
  });

  it('sends a name when it is added to the list, and again when it comes back to it', async () => {
    ads.set(secret('a'), secret('b'));
    const client = ads.sotw();
    client.request(SDS, ['a']);
    expect(await client.take(SDS, ['a', 'b'])).toEqual(['a']);
    expect(await client.take(SDS, ['a'])).toEqual(['b']);
    const third = await client.silence();
    expect(third).toEqual([]);
  });

  it('sends again what was dropped from the list and taken up again', async () => {
    ads.set(endpoints('a'), endpoints('b'));
    const client = ads.sotw();
    client.request(EDS, ['a', 'b']);
    const first = await client.next(EDS);
    client.ack(first, ['b']);
    client.ack(first, ['a', 'b']);
    expect(await client.take(EDS, ['a', 'b'])).toEqual(['a']);
  });

  it('says nothing of a name that does not exist, and sends it as soon as it does', async () => {
    ads.set();
    const client = ads.sotw();
    client.request(RDS, ['late']);
    expect(await client.silence()).toEqual([]);
    ads.set(routes('late'));
    expect(await client.take(RDS, ['late'])).toEqual(['late']);
  });

  it('sends endpoints again when their cluster was gone and came back', async () => {
    ads.set(cluster('a'), endpoints('a'));
    const client = ads.sotw();
    client.request(CDS);
    await client.take(CDS);
    client.request(EDS, ['a']);
    await client.take(EDS, ['a']);
    ads.set();
    expect(await client.take(CDS)).toEqual([]);
    ads.set(cluster('a'), endpoints('a'));
    expect(await client.take(CDS)).toEqual(['a']);
    expect(await client.take(EDS, ['a'])).toEqual(['a']);
  });
});

describe('state of the world: subscriptions and nonces', () => {
  it('ignores a request with a stale nonce altogether', async () => {
    ads.set(endpoints('a'), endpoints('b'));
    const client = ads.sotw();
    client.request(EDS, ['a']);
    const first = await client.next(EDS);
    client.request(EDS, ['a', 'b'], 'made up');
    expect(await client.silence()).toEqual([]);
    client.ack(first, ['a', 'b']);
    expect(await client.take(EDS, ['a', 'b'])).toEqual(['b']);
  });

  it('takes an empty list for everything only until a name was sent', async () => {
    ads.set(cluster('a'), cluster('b'));
    const client = ads.sotw();
    client.request(CDS);
    const all = await client.next(CDS);
    client.ack(all, ['a']);
    const one = await client.next(CDS);
    expect(one.resources.map(nameIn)).toEqual(['a']);
    client.ack(one, []);
    expect((await client.next(CDS)).resources).toEqual([]);
  });

  it('keeps everything when * is listed beside a name', async () => {
    ads.set(cluster('a'), cluster('b'));
    const client = ads.sotw();
    client.request(CDS);
    const all = await client.next(CDS);
    client.ack(all, ['*', 'a']);
    expect(await client.take(CDS, ['*', 'a'])).toEqual(['a', 'b']);
    ads.set(cluster('a'), cluster('b', 2));
    expect(await client.take(CDS, ['*', 'a'])).toEqual(['a', 'b']);
  });

  it('never sends a rejected set again, until something changes', async () => {
    ads.set(cluster('a'));
    const client = ads.sotw();
    client.request(CDS);
    const good = await client.next(CDS);
    client.ack(good);
    ads.set(cluster('a'), cluster('b'));
    client.nack(await client.next(CDS), 'no', good.version_info);
    expect(await client.silence()).toEqual([]);
    expect(ads.server.summary('shop/public').rejected).toMatchObject([{ name: 'b', suspected: false }]);
    ads.set(cluster('a'), cluster('b', 2));
    expect(await client.take(CDS)).toEqual(['a', 'b']);
  });

  it('sends the endpoints and secrets of a changed cluster again', async () => {
    ads.set(cluster('a', 1, ['ca']), endpoints('a'), secret('ca'));
    const client = ads.sotw();
    client.request(CDS);
    await client.take(CDS);
    client.request(EDS, ['a']);
    await client.take(EDS, ['a']);
    client.request(SDS, ['ca']);
    await client.take(SDS, ['ca']);
    ads.set(cluster('a', 2, ['ca']), endpoints('a'), secret('ca'));
    expect(await client.take(CDS)).toEqual(['a']);
    expect(await client.take(EDS, ['a'])).toEqual(['a']);
    expect(await client.take(SDS, ['ca'])).toEqual(['ca']);
  });

  it('forgets a rejection when what was rejected is gone', async () => {
    ads.set(endpoints('a'), endpoints('b'));
    const client = ads.sotw();
    const both = ['a', 'b'];
    client.request(EDS, both);
    client.nack(await client.next(EDS), 'no such address', '', both);
    const rejected = (): number => ads.server.summary(FLEET).rejected.length;
    await until('the rejection', () => (rejected() === 2 ? true : undefined));
    ads.set(endpoints('b'));
    // Each of the two is tried alone: this is the one that is gone meanwhile.
    expect(await client.take(EDS, both)).toEqual(['a']);
    await until('one rejection', () => (rejected() === 1 ? true : undefined));
  });

  it('never names a resource twice in a response, though it is covered twice', async () => {
    ads.set(secret('a'));
    const client = ads.sotw();
    client.request(SDS, ['*', 'a', 'a']);
    expect(await client.take(SDS, ['*', 'a'])).toEqual(['a']);
  });
});
