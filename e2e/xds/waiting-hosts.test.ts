// A new cluster that does not get ready holds back the virtual hosts that name it, and nothing else.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { buildSnapshot, type Resource, type Section } from '../../src/xds/index.js';
import {
  CDS,
  EDS,
  hostsIn,
  LDS,
  RDS,
  type DeltaClient,
  type DeltaResponse,
  type SotwClient,
  type SotwResponse,
} from './client.js';
import { cluster, endpoints, fixture, FLEET, host, listener, table, type Fixture } from './fixture.js';

const READY_DEADLINE_MS = 300;

let ads: Fixture;
beforeEach(async () => {
  ads = await fixture({ limits: { readyDeadlineMs: READY_DEADLINE_MS, clusterBoundMs: 20 } });
});
afterEach(async () => {
  await ads.close();
});

/** The configuration with these clusters, one listener and these tables; `permits` are those that hold. */
function set(
  clusters: readonly string[],
  tables: readonly Resource[],
  permits: readonly string[] = [],
): void {
  const needed = clusters.flatMap((name) => [cluster(name), endpoints(name)]);
  ads.server.setSnapshot(
    buildSnapshot(FLEET, [...needed, listener('l'), ...tables], (permit) => permits.includes(permit)),
  );
}

const t = (...hosts: readonly Section[]): Resource => table('t', ...hosts);

/** A client as Envoy is one, that has accepted cluster `old` and the tables. */
async function connected(...tables: readonly string[]): Promise<DeltaClient> {
  const client = ads.delta();
  client.subscribe(CDS);
  await client.take(CDS);
  client.subscribe(EDS, ['old']);
  await client.take(EDS);
  client.subscribe(LDS);
  await client.take(LDS);
  client.subscribe(RDS, tables);
  await client.take(RDS);
  return client;
}

/** Takes the next response, which is of tables, and says what their hosts do. */
async function takeTables(client: DeltaClient): Promise<Readonly<Record<string, string>>> {
  const response = await client.next(RDS);
  client.ack(response);
  return allHosts(response);
}

function allHosts({ resources }: DeltaResponse): Readonly<Record<string, string>> {
  return Object.assign({}, ...resources.map(({ resource }) => hostsIn(resource))) as Readonly<
    Record<string, string>
  >;
}

async function expectNotBefore<T>(since: number, what: Promise<T>): Promise<T> {
  const result = await what;
  // Timers may be a millisecond early.
  expect(Date.now() - since).toBeGreaterThanOrEqual(READY_DEADLINE_MS - 2);
  return result;
}

describe('a host that names a new cluster', () => {
  it('waits alone: what else changed in its table, and in others, is sent at once', async () => {
    set(['old'], [t(host('a', ['old']), host('b', ['old'])), table('u', host('c', ['old']))]);
    const client = await connected('t', 'u');
    set(
      ['old', 'new'],
      [t(host('a', ['new']), host('b', ['old', 'old'])), table('u', host('c', ['old', 'old']))],
    );
    expect((await client.take(CDS)).names).toEqual(['new']);
    expect(await takeTables(client)).toEqual({ a: 'old', b: 'old,old', c: 'old,old' });
    client.subscribe(EDS, ['new']);
    const load = await client.next(EDS);
    expect(await client.silence()).toEqual([]);
    client.ack(load);
    expect(await takeTables(client)).toEqual({ a: 'new', b: 'old,old' });
    expect(await client.silence()).toEqual([]);
  });

  it('goes at its deadline, though the cluster is not ready', async () => {
    set(['old'], [t(host('a', ['old']), host('b', ['old']))]);
    const client = await connected('t');
    const since = Date.now();
    set(['old', 'dead'], [t(host('a', ['dead']), host('b', ['old', 'old']))]);
    await client.take(CDS);
    expect(await takeTables(client)).toEqual({ a: 'old', b: 'old,old' });
    expect(await expectNotBefore(since, takeTables(client))).toEqual({ a: 'dead', b: 'old,old' });
  });

  it('is left out while it waits when it is new, and what takes its requests stays as it was', async () => {
    set(['old'], [t(host('b', ['old']), host('*', ['old']))]);
    const client = await connected('t');
    set(['old', 'dead'], [t(host('a', ['dead']), host('b', ['old', 'old']), host('*', ['old', 'old']))]);
    await client.take(CDS);
    expect(await takeTables(client)).toEqual({ b: 'old,old', '*': 'old' });
    expect(await takeTables(client)).toEqual({ a: 'dead', b: 'old,old', '*': 'old,old' });
  });

  it('that was removed stays while what takes its requests waits', async () => {
    set(['old'], [t(host('a', ['old']), host('*', ['old']))]);
    const client = await connected('t');
    set(['old', 'dead'], [t(host('*', ['dead']))]);
    await client.take(CDS);
    expect(await client.silence()).toEqual([]);
    expect(await takeTables(client)).toEqual({ '*': 'dead' });
  });

  it('is not starved by changes that name one dead cluster after the other', async () => {
    set(['old'], [t(host('a', ['old']))]);
    const client = await connected('t');
    const since = Date.now();
    const dead: string[] = [];
    let table: Readonly<Record<string, string>> | undefined;
    while (table === undefined) {
      dead.push(`dead${dead.length}`);
      set(['old', ...dead], [t(host('a', [`dead${dead.length - 1}`]))]);
      for (const response of await client.silence()) {
        client.ack(response);
        if (response.type_url === RDS) table = allHosts(response);
      }
      if (Date.now() > since + 20 * READY_DEADLINE_MS) throw new Error('it is starved');
    }
    expect(Date.now() - since).toBeGreaterThanOrEqual(READY_DEADLINE_MS - 2);
    expect(table['a']).toMatch(/^dead/);
  });

  it('keeps the clusters that it used, until the client has accepted what no longer needs them', async () => {
    set(['old'], [t(host('a', ['old']), host('b', ['old']))]);
    const client = await connected('t');
    set(['new'], [t(host('a', ['new']), host('b', []))]);
    expect(await client.take(CDS)).toEqual({ names: ['new'], removed: [] });
    expect(await takeTables(client)).toEqual({ a: 'old', b: '' });
    expect(await client.silence()).toEqual([]);
    client.subscribe(EDS, ['new']);
    await client.take(EDS);
    expect(await takeTables(client)).toEqual({ a: 'new', b: '' });
    expect(await client.take(CDS)).toEqual({ names: [], removed: ['old'] });
  });

  it('a part of a table that is rejected is looked into like the whole: the rule is convicted, and the host goes on waiting', async () => {
    set(['old'], [t(host('a', ['old']), host('b', ['old']))]);
    const client = await connected('t');
    set(['old', 'dead'], [t(host('a', ['dead']), host('b', ['old', 'RESERVED']))]);
    await client.take(CDS);
    client.nack(await client.next(RDS), 'no such thing');
    expect(await takeTables(client)).toEqual({ a: 'old', b: 'old,500' });
    expect(ads.server.convictions(FLEET)).toMatchObject([{ part: 'RESERVED', message: 'no such thing' }]);
    expect(await takeTables(client)).toEqual({ a: 'dead', b: 'old,500' });
  });
});

describe('permissions while a host waits', () => {
  it('what was not permitted any more when it began to wait is not kept', async () => {
    set(['old'], [t(host('a', ['old'], 'grant'), host('b', ['old'], 'other'))], ['grant', 'other']);
    const client = await connected('t');
    set(['old', 'dead'], [t(host('a', ['dead']), host('b', ['dead']))], ['other']);
    await client.take(CDS);
    expect(await takeTables(client)).toEqual({ a: '500', b: 'old' });
  });

  it('what is no longer permitted while it waits is taken back at once', async () => {
    set(['old'], [t(host('a', ['old'], 'grant'))], ['grant']);
    const client = await connected('t');
    set(['old', 'dead'], [t(host('a', ['dead']))], ['grant']);
    await client.take(CDS);
    expect(await client.silence()).toEqual([]);
    set(['old', 'dead'], [t(host('a', ['dead']))], []);
    expect(await takeTables(client)).toEqual({ a: '500' });
    expect(await takeTables(client)).toEqual({ a: 'dead' });
  });
});

describe('what is guarded from now on, while its host waits', () => {
  it('is refused at once, whatever the host was like; the other routes go on', async () => {
    set(['old'], [t(host('a', ['old']))]);
    const client = await connected('t');
    const since = Date.now();
    set(['old', 'dead'], [t(host('a', ['dead', 'old'], undefined, { dead: 'auth' }))]);
    await client.take(CDS);
    expect(await takeTables(client)).toEqual({ a: '500,old' });
    expect(await expectNotBefore(since, takeTables(client))).toEqual({ a: 'auth:dead,old' });
  });

  it('is served at once where it needs nothing new, while the other routes go on', async () => {
    set(['old'], [t(host('a', ['old']))]);
    const client = await connected('t');
    set(['old', 'dead'], [t(host('a', ['old', 'dead'], undefined, { old: 'auth' }))]);
    await client.take(CDS);
    expect(await takeTables(client)).toEqual({ a: 'auth:old' });
    expect(await takeTables(client)).toEqual({ a: 'auth:old,dead' });
  });

  it('that was guarded in the same way before waits like any other', async () => {
    const guard = { old: 'auth' };
    set(['old'], [t(host('a', ['old'], undefined, guard))]);
    const client = await connected('t');
    set(['old', 'dead'], [t(host('a', ['old', 'dead'], undefined, guard))]);
    await client.take(CDS);
    expect(await client.silence()).toEqual([]);
    expect(await takeTables(client)).toEqual({ a: 'auth:old,dead' });
  });

  it('is not got by on a host that is no more, and whose requests it is to have', async () => {
    set(['old'], [t(host('a', ['old']), host('*', ['old'], undefined, { old: 'auth' }))]);
    const client = await connected('t');
    set(['old', 'dead'], [t(host('*', ['old', 'dead'], undefined, { old: 'auth' }))]);
    await client.take(CDS);
    expect(await takeTables(client)).toEqual({ a: 'auth:old', '*': 'auth:old' });
    expect(await takeTables(client)).toEqual({ '*': 'auth:old,dead' });
  });

  it('is refused while another table that came with it is tried, too', async () => {
    set(['old'], [t(host('a', ['old'])), table('u', host('c', ['old']))]);
    const client = await connected('t', 'u');
    set(
      ['old', 'dead'],
      [
        t(host('a', ['old', 'dead'], undefined, { dead: 'auth' })),
        table('u', host('c', ['old', 'RESERVED'])),
      ],
    );
    await client.take(CDS);
    client.nack(await client.next(RDS), 'no such thing');
    const seen = [await takeTables(client), await takeTables(client)];
    expect(seen.flatMap((each) => each['a'] ?? [])).not.toContain('old');
  });
});

describe('a client that reconnects with what it has', () => {
  const before = (): void => set(['old'], [t(host('a', ['old']), host('b', ['old']))]);
  const after = (): void => set(['old', 'dead'], [t(host('a', ['dead']), host('b', ['old', 'old']))]);

  /** It states version `version` of the table, and has everything else. */
  async function reconnected(known: Readonly<Record<string, string>>): Promise<DeltaClient> {
    const client = ads.delta();
    client.subscribe(CDS, [], { old: cluster('old').version });
    client.subscribe(EDS, ['old'], { old: endpoints('old').version });
    client.subscribe(LDS, [], { l: listener('l').version });
    client.subscribe(RDS, ['t'], known);
    await client.take(CDS);
    return client;
  }

  it('gets at once what does not wait, when the server has sent what it has', async () => {
    before();
    const first = await connected('t');
    first.close();
    after();
    const client = await reconnected({ t: t(host('a', ['old']), host('b', ['old'])).version });
    expect(await takeTables(client)).toEqual({ a: 'old', b: 'old,old' });
    expect(await takeTables(client)).toEqual({ a: 'dead', b: 'old,old' });
  });

  it('gets the table at the deadline, when nobody knows what it has', async () => {
    after();
    const since = Date.now();
    const client = await reconnected({ t: 'of another process' });
    expect(await client.silence()).toEqual([]);
    expect(await expectNotBefore(since, takeTables(client))).toEqual({ a: 'dead', b: 'old,old' });
  });

  it('a cluster that was not ready when the stream broke is not taken for ready', async () => {
    after();
    const first = ads.delta();
    first.subscribe(CDS);
    await first.take(CDS);
    first.close();
    const client = ads.delta();
    client.subscribe(CDS, [], { old: cluster('old').version, dead: cluster('dead').version });
    client.subscribe(EDS, ['old'], { old: endpoints('old').version });
    client.subscribe(RDS, ['t']);
    expect(await client.silence()).toEqual([]);
    expect(await takeTables(client)).toEqual({ a: 'dead', b: 'old,old' });
  });
});

describe('state of the world', () => {
  const hostsOf = ({ resources }: SotwResponse) => resources.map(hostsIn);

  async function takeTable(client: SotwClient): Promise<readonly Readonly<Record<string, string>>[]> {
    const response = await client.next(RDS);
    client.ack(response, ['t']);
    return hostsOf(response);
  }

  it('a host waits alone, and goes when its cluster is ready', async () => {
    set(['old'], [t(host('a', ['old']), host('b', ['old']))]);
    const client = ads.sotw();
    client.request(CDS);
    await client.take(CDS);
    client.request(EDS, ['old']);
    const load = await client.next(EDS);
    client.ack(load, ['old']);
    client.request(LDS);
    await client.take(LDS);
    client.request(RDS, ['t']);
    expect(await takeTable(client)).toEqual([{ a: 'old', b: 'old' }]);
    set(['old', 'new'], [t(host('a', ['new']), host('b', ['old', 'old']))]);
    await client.take(CDS);
    expect(await takeTable(client)).toEqual([{ a: 'old', b: 'old,old' }]);
    client.ack(load, ['old', 'new']);
    expect(await client.take(EDS, ['old', 'new'])).toEqual(['new']);
    expect(await takeTable(client)).toEqual([{ a: 'new', b: 'old,old' }]);
  });
});
