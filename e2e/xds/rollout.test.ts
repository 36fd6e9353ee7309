// The order of a change on the wire, pacing, and what is sent again.
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { CDS, EDS, LDS, RDS, SDS, type DeltaClient } from './client.js';
import { cluster, endpoints, fixture, listener, routes, secret, type Fixture } from './fixture.js';

let ads: Fixture;
beforeEach(async () => {
  ads = await fixture({ limits: { readyDeadlineMs: 300, clusterBoundMs: 50 } });
});
afterEach(async () => {
  await ads.close();
});

/** A client as Envoy is one, that has accepted cluster, endpoints, listener and table `a`. */
async function connected(): Promise<DeltaClient> {
  ads.set(cluster('a'), endpoints('a'), listener('l'), routes('r', 1, ['a']));
  const client = ads.delta();
  client.subscribe(CDS);
  await client.take(CDS);
  client.subscribe(EDS, ['a']);
  await client.take(EDS);
  client.subscribe(LDS);
  await client.take(LDS);
  client.subscribe(RDS, ['r']);
  await client.take(RDS);
  return client;
}

describe('roll-out', () => {
  it('sends a change of everything in the order CDS, EDS, LDS, RDS', async () => {
    const client = await connected();
    ads.set(cluster('a', 2), endpoints('a', 2), listener('l', 2), routes('r', 2, ['a']));
    for (const type of [CDS, EDS, LDS, RDS]) await client.take(type);
    expect(await client.silence()).toEqual([]);
  });

  it('holds a table back until the client has accepted the endpoints of the new cluster that it names', async () => {
    const client = await connected();
    ads.set(
      cluster('a'),
      endpoints('a'),
      cluster('b'),
      endpoints('b'),
      listener('l'),
      routes('r', 2, ['a', 'b']),
    );
    expect((await client.take(CDS)).names).toEqual(['b']);
    client.subscribe(EDS, ['b']);
    const load = await client.next(EDS);
    expect(await client.silence()).toEqual([]);
    client.ack(load);
    expect((await client.take(RDS)).names).toEqual(['r']);
  });

  it('sends a table at its deadline, though its new cluster is not ready', async () => {
    const client = await connected();
    ads.set(cluster('a'), endpoints('a'), cluster('b'), endpoints('b'), listener('l'), routes('r', 2, ['b']));
    await client.take(CDS);
    expect((await client.take(RDS)).names).toEqual(['r']);
  });

  it('waits no longer when the clock of the machine is set back', async () => {
    const { now } = Date;
    let backMs = 0;
    const clock = jest.spyOn(Date, 'now').mockImplementation(() => now() - backMs);
    try {
      const client = await connected();
      const table = routes('r', 2, ['b']);
      ads.set(cluster('a'), endpoints('a'), cluster('b'), endpoints('b'), listener('l'), table);
      await client.take(CDS);
      backMs = 3_600_000;
      expect((await client.take(RDS)).names).toEqual(['r']);
    } finally {
      clock.mockRestore();
    }
  });

  it('sends the endpoints of a changed cluster again, and the secrets that it names', async () => {
    const client = await connected();
    client.subscribe(SDS, ['ca']);
    expect((await client.take(SDS)).removed).toEqual(['ca']);
    ads.set(cluster('a', 2, ['ca']), endpoints('a'), secret('ca'), listener('l'), routes('r', 1, ['a']));
    await client.take(CDS);
    expect((await client.take(EDS)).names).toEqual(['a']);
    expect((await client.take(SDS)).names).toEqual(['ca']);
    ads.set(cluster('a', 3, ['ca']), endpoints('a'), secret('ca'), listener('l'), routes('r', 1, ['a']));
    await client.take(CDS);
    expect((await client.take(EDS)).names).toEqual(['a']);
    expect((await client.take(SDS)).names).toEqual(['ca']);
    expect(await client.silence()).toEqual([]);
  });

  it('removes a cluster only after the client has accepted the table that no longer names it', async () => {
    const client = await connected();
    ads.set(listener('l'), routes('r', 2));
    const table = await client.next(RDS);
    expect(await client.silence()).toEqual([]);
    client.ack(table);
    expect(await client.take(CDS)).toEqual({ names: [], removed: ['a'] });
    expect(await client.take(EDS)).toEqual({ names: [], removed: ['a'] });
  });

  it('sends a table that comes back before the listener that names it: the client may still have the former one', async () => {
    const client = await connected();
    const kept = [cluster('a'), endpoints('a'), listener('l'), routes('r', 1, ['a'])];
    const extra = listener('m', 1, [{ type: 'routes', name: 's' }]);
    ads.set(...kept, extra, routes('s'));
    await client.take(LDS);
    client.subscribe(RDS, ['s']);
    await client.take(RDS);
    ads.set(...kept);
    expect((await client.take(LDS)).removed).toEqual(['m']);
    expect((await client.take(RDS)).removed).toEqual(['s']);
    ads.set(...kept, extra, routes('s', 2));
    expect((await client.take(RDS)).names).toEqual(['s']);
    expect((await client.take(LDS)).names).toEqual(['m']);
  });

  it('sends a secret that was rotated before a listener that names it anew', async () => {
    const client = await connected();
    const kept = [cluster('a'), endpoints('a'), routes('r', 1, ['a'])];
    const naming = (edition: number) => listener('l', edition, [{ type: 'secret', name: 'tls' }]);
    ads.set(...kept, naming(2), secret('tls'));
    await client.take(LDS);
    client.subscribe(SDS, ['tls']);
    await client.take(SDS);
    ads.set(...kept, listener('l', 3));
    await client.take(LDS);
    ads.set(...kept, naming(4), secret('tls', 2));
    expect((await client.take(SDS)).names).toEqual(['tls']);
    expect((await client.take(LDS)).names).toEqual(['l']);
  });

  it('sends nothing for a snapshot whose content is equal', async () => {
    const client = await connected();
    ads.set(cluster('a'), endpoints('a'), listener('l'), routes('r', 1, ['a']));
    expect(await client.silence()).toEqual([]);
  });
});

describe('pacing', () => {
  it('sends endpoints while an acknowledgement of CDS is withheld', async () => {
    const client = await connected();
    ads.set(cluster('a', 2), endpoints('a'), listener('l'), routes('r', 1, ['a']));
    await client.next(CDS);
    await client.take(EDS);
    ads.set(cluster('a', 2), endpoints('a', 2), listener('l'), routes('r', 1, ['a']));
    expect((await client.take(EDS)).names).toEqual(['a']);
  });

  it('sends further clusters while an acknowledgement of CDS is withheld, after a bound', async () => {
    const client = await connected();
    ads.set(cluster('a'), endpoints('a'), cluster('b'), listener('l'), routes('r', 1, ['a']));
    await client.next(CDS);
    ads.set(cluster('a'), endpoints('a'), cluster('b'), cluster('c'), listener('l'), routes('r', 1, ['a']));
    expect((await client.take(CDS)).names).toEqual(['c']);
  });
});
