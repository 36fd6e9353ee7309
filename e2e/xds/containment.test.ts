// What a rejection leads to: who is convicted, what is served in place, and that everything else goes on.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { encodeField } from '../../src/proto/index.js';
import { buildPart, buildResource, buildSection, type Part, type Resource } from '../../src/xds/index.js';
import { until } from '../harness/until.js';
import { CDS, EDS, LDS, nameIn, RDS, SDS, type DeltaClient } from './client.js';
import { cluster, endpoints, fixture, FLEET, listener, secret, type Fixture } from './fixture.js';

let ads: Fixture;
beforeEach(async () => {
  ads = await fixture({ limits: { readyDeadlineMs: 200, removalDeadlineMs: 100 } });
});
afterEach(async () => {
  await ads.close();
});

/** A rule of a table, told apart by a header that the table would strip; its replacement names the same rule with 500. */
function rule(name: string, content: string, clusters: readonly string[] = []): Part {
  const part = (text: string, replacement?: Part): Part =>
    buildPart({
      key: name,
      bytes: encodeField(
        'envoy.config.route.v3.RouteConfiguration',
        'internalOnlyHeaders',
        `${name}=${text}`,
      ),
      references: replacement === undefined ? [] : clusters.map((each) => ({ type: 'cluster', name: each })),
      owner: { object: `HTTPRoute shop/${name}`, at: 'rule[0]' },
      replacement,
    });
  return part(content, part('500'));
}

function table(name: string, ...rules: readonly Part[]): Resource {
  const bytes = encodeField('envoy.config.route.v3.RouteConfiguration', 'name', name);
  const head = buildPart({
    key: 'table',
    bytes,
    references: [],
    owner: { object: 'Gateway shop/public', at: '' },
  });
  return buildResource({
    type: 'routes',
    name,
    sections: [buildSection({ key: 'table', parts: [head, ...rules] })],
  });
}

/** What the client uses of each table, while it refuses each that holds one of these texts. Returns when nothing comes any more. */
async function behave(client: DeltaClient, held: Map<string, string>, bad: readonly string[]): Promise<void> {
  for (let rounds = 0; rounds < 50; rounds += 1) {
    const responses = await client.silence();
    if (responses.length === 0) return;
    for (const response of responses) {
      const refused = response.resources.filter(({ resource }) =>
        bad.some((text) => Buffer.from(resource.value).includes(text)),
      );
      for (const each of response.resources) {
        if (!refused.includes(each))
          held.set(nameIn(each.resource), Buffer.from(each.resource.value).toString());
      }
      for (const name of response.removed_resources) held.delete(name);
      if (refused.length > 0) client.nack(response, `refused: ${refused.map(({ name }) => name).join()}`);
      else client.ack(response);
    }
  }
  throw new Error('it never ends');
}

async function convicted(count: number): Promise<readonly string[]> {
  return await until(`${count} convictions`, () => {
    const all = ads.server.convictions(FLEET);
    return all.length === count ? all.map(({ owner }) => owner.object) : undefined;
  });
}

describe('containment of a rejection', () => {
  it('convicts the rule, serves its replacement and everything else, to newcomers too, until the rule changes', async () => {
    const good = Array.from({ length: 30 }, (_, i) => rule(`r${i}`, 'fine'));
    ads.set(table('t', ...good), table('u', rule('other', 'old')));
    const client = ads.delta();
    const held = new Map<string, string>();
    client.subscribe(RDS, ['t', 'u']);
    await behave(client, held, ['broken']);
    const broken = good.map((part, i) => (i === 17 ? rule('r17', 'broken') : rule(part.key, 'new')));
    ads.set(table('t', ...broken), table('u', rule('other', 'new')));
    await behave(client, held, ['broken']);
    expect(await convicted(1)).toEqual(['HTTPRoute shop/r17']);
    expect(ads.server.convictions(FLEET)[0]).toMatchObject({
      type: 'routes',
      resource: 't',
      part: 'r17',
      message: 'refused: t',
      replaced: true,
    });
    await behave(client, held, ['broken']);
    expect(held.get('t')).toContain('r17=500');
    expect(held.get('t')?.match(/=new/g)).toHaveLength(29);
    expect(held.get('u')).toContain('other=new');

    const newcomer = ads.delta();
    newcomer.subscribe(RDS, ['t']);
    const first = await newcomer.next(RDS);
    newcomer.ack(first);
    expect(Buffer.from(first.resources[0]?.resource.value ?? '').toString()).toBe(held.get('t'));

    ads.set(table('t', ...good), table('u', rule('other', 'new')));
    expect(ads.server.convictions(FLEET)).toEqual([]);
    await behave(client, held, ['broken']);
    expect(held.get('t')).toContain('r17=fine');
  });

  it('convicts nobody for the company of a bad one', async () => {
    ads.set(table('t', rule('a', 'broken')), table('u', rule('b', 'fine')));
    const client = ads.delta();
    const held = new Map<string, string>();
    client.subscribe(RDS, ['t', 'u']);
    await behave(client, held, ['broken']);
    expect(await convicted(1)).toEqual(['HTTPRoute shop/a']);
    await behave(client, held, ['broken']);
    expect(held.get('t')).toContain('a=500');
    expect(held.get('u')).toContain('b=fine');
  });

  it('withholds a cluster, and what names it is replaced', async () => {
    ads.set(cluster('good'), endpoints('good'), table('t', rule('a', 'x', ['good'])));
    const client = ads.delta();
    const held = new Map<string, string>();
    client.subscribe(CDS);
    client.subscribe(RDS, ['t']);
    await behave(client, held, []);
    ads.set(
      cluster('good'),
      cluster('bad'),
      endpoints('good'),
      table('t', rule('a', 'x', ['good']), rule('b', 'y', ['bad'])),
    );
    await behave(client, held, ['bad']);
    await convicted(1);
    await behave(client, held, ['bad']);
    await until('the table', async () => {
      await behave(client, held, ['bad']);
      return held.get('t')?.includes('b=500') === true ? true : undefined;
    });
    expect(held.get('t')).toContain('a=x');
    expect(held.has('bad')).toBe(false);
  });
});

describe('containment in state of the world', () => {
  it('tries each new cluster beside the accepted ones, and convicts the one that is refused', async () => {
    ads.set(cluster('a'));
    const client = ads.sotw();
    client.request(CDS);
    const first = await client.next(CDS);
    client.ack(first);
    ads.set(cluster('a'), cluster('b'), cluster('c'));
    client.nack(await client.next(CDS), 'no', first.version_info);
    expect(await client.take(CDS)).toEqual(['a', 'b']);
    const other = await client.next(CDS);
    expect(other.resources.map(nameIn).sort()).toEqual(['a', 'b', 'c']);
    client.nack(other, 'c is bad', first.version_info);
    await convicted(1);
    expect(ads.server.convictions(FLEET)[0]).toMatchObject({ resource: 'c', message: 'c is bad' });
  });

  it('sends no response again with what was rejected in it, although its removal waits', async () => {
    await ads.close();
    ads = await fixture({ limits: { removalGraceMs: 5_000 } });
    ads.set(cluster('a'));
    const client = ads.sotw();
    client.request(CDS);
    const first = await client.next(CDS);
    client.ack(first);
    ads.set(cluster('a'), cluster('bad'));
    client.nack(await client.next(CDS), 'bad is bad', first.version_info);
    await convicted(1);
    ads.set(cluster('a'), cluster('bad'), cluster('b'));
    for (let names: readonly string[] = []; !names.includes('b');) {
      names = await client.take(CDS);
      expect(names).not.toContain('bad');
      expect(names).toContain('a');
    }
  });
});

describe('a listener whose chain has another secret than the client', () => {
  it('waits until the client has answered that secret: it would take the chain with what it has', async () => {
    const names = [{ type: 'secret', name: 's' }] as const;
    ads.set(listener('l', 1, names), secret('s'));
    const client = ads.delta();
    client.subscribe(LDS);
    await client.take(LDS);
    client.subscribe(SDS, ['s']);
    await client.take(SDS);
    ads.set(listener('l', 2, names), secret('s', 2));
    const rotated = await client.next(SDS);
    // Nothing else has come before this is answered. An answer of the same type would have to wait for its own acknowledgement.
    client.subscribe(EDS, ['none']);
    await client.take(EDS);
    client.ack(rotated);
    expect((await client.take(LDS)).names).toEqual(['l']);
  });
});
