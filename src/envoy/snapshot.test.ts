import { describe, expect, it } from '@jest/globals';
import { sortedMap } from '../collections/index.js';
import type { Json } from '../proto/index.js';
import { securityPermit, type Fleet, type TableModel } from '../routing/index.js';
import { closureFaults, RESERVED_CLUSTER, type Resource } from '../xds/index.js';
import { resourceJson } from './config-dump.js';
import { isList } from './json.js';
import { snapshotOf } from './snapshot.js';
import { encodedBy } from './testing/encoded-by.js';
import { byDomain, certificate, cluster, fleet, forward, httpPort, httpsListener, httpsPort, mirror, path, redirect, rule, share, virtualHost } from './testing/fleets.js'; // prettier-ignore

const ROUTES = 3000;
const plain = cluster('plain');
const to = forward([share(plain)]);

/** The same fleet with another first table on its first port, as `routing` would make it: everything else keeps its identity. */
function withTable(from: Fleet, change: (table: TableModel) => TableModel): Fleet {
  const ports = from.ports.map((port, i) =>
    i > 0 ? port : { ...port, tables: port.tables.map((table, j) => (j > 0 ? table : change(table))) },
  );
  return { ...from, ports };
}

describe('a snapshot', () => {
  const many = Array.from({ length: ROUTES }, (_, i) =>
    rule(`r${i}`, to, { match: path('prefix', `/r${i}`) }),
  );

  it('of an unchanged fleet is the same snapshot', () => {
    const web = fleet([httpPort([virtualHost('*', many)])]);
    expect(snapshotOf(web)).toBe(snapshotOf(web));
  });

  it('encodes one route when one of 3,000 on one host changes', () => {
    const web = fleet([httpPort([virtualHost('*', many)])]);
    const changed = rule('r7', redirect({ scheme: 'https' }), { match: path('prefix', '/r7') });
    const before = snapshotOf(web);
    const after = withTable(web, (table) => ({
      ...table,
      virtualHosts: byDomain([virtualHost('*', many.with(7, changed))]),
    }));
    expect(encodedBy(() => snapshotOf(after, before))).toEqual({
      routes: 1,
      virtualHosts: 1,
      tables: 1,
      snapshots: 1,
    });
    expect(changedResources(before.resources.routes, snapshotOf(after).resources.routes)).toEqual([
      'gateway/shop/web/80',
    ]);
    expect(snapshotOf(after).resources.listener).toEqual(before.resources.listener);
  });

  it('encodes one route when one on 3,000 hosts changes', () => {
    const hosts = many.map((entry, i) => virtualHost(`h${i}.example.com`, [entry]));
    const web = fleet([httpPort(hosts)]);
    const before = snapshotOf(web);
    const changed = virtualHost('h7.example.com', [rule('r7', to, { match: path('prefix', '/other') })]);
    const after = withTable(web, (table) => ({ ...table, virtualHosts: byDomain(hosts.with(7, changed)) }));
    expect(encodedBy(() => snapshotOf(after, before))).toEqual({
      routes: 1,
      virtualHosts: 1,
      tables: 1,
      snapshots: 1,
    });
    const sections = (from: typeof before) =>
      from.resources.routes.get('gateway/shop/web/80')?.sections.slice(1) ?? [];
    const kept = sections(snapshotOf(after)).filter((section, i) => section === sections(before)[i]);
    expect(kept).toHaveLength(ROUTES - 1);
  });

  it('encodes a rule once for all the hosts it stands under', () => {
    const entry = rule('everywhere', to, { match: path('exact', '/everywhere') });
    const hosts = ['a.example.com', 'b.example.com', 'c.example.com'].map((host) =>
      virtualHost(host, [entry]),
    );
    expect(encodedBy(() => snapshotOf(fleet([httpPort(hosts)])))).toMatchObject({
      routes: 1,
      virtualHosts: 3,
    });
  });

  it('encodes a redirect once for each way a request can come in', () => {
    const entry = rule('redirected', redirect({ hostname: 'other.example.com' }));
    const hosts = [virtualHost('*', [entry])];
    const web = fleet(
      [
        httpPort(hosts),
        httpPort(hosts, { port: 8080, bindPort: 8080 }),
        httpPort(hosts, { port: 80, bindPort: 81 }),
      ].slice(0, 2),
    );
    expect(encodedBy(() => snapshotOf(web))).toMatchObject({ routes: 2 });
  });

  it('encodes only the endpoints when only endpoints change', () => {
    const web = fleet([httpPort([virtualHost('*', [rule('r', to)])])]);
    const before = snapshotOf(web);
    const moved = { cluster: plain.name, endpoints: [{ address: '192.0.2.77', port: 1 }] };
    const after = { ...web, endpoints: sortedMap([[plain.name, moved]]) };
    expect(encodedBy(() => snapshotOf(after, before))).toEqual({
      endpoints: 1,
      snapshots: 1,
    });
  });

  it('of an equal fleet built anew has equal versions', () => {
    const build = (): Fleet =>
      fleet([httpPort([virtualHost('*', [rule('r', forward([share(cluster('fresh'))]))])])]);
    const versions = (from: Fleet) =>
      Object.values(snapshotOf(from).resources).flatMap((each) =>
        [...each.values()].map(({ version }) => version),
      );
    expect(versions(build())).toEqual(versions(build()));
  });
});

describe('the references of a snapshot', () => {
  const pem = { certificate: 'certificate', key: 'key' };
  const dns = cluster('dns', { discovery: { kind: 'dns', hostname: 'localhost', port: 80 } });
  const rules = [
    rule('one', to, { match: path('exact', '/1') }),
    rule(
      'two',
      forward(
        [share(cluster('a')), share(cluster('b'), { responseHeaders: { set: [], add: [], remove: ['x'] } })],
        { mirrors: [mirror(cluster('mirror'), 1)] },
      ),
      { match: path('exact', '/2') },
    ),
    rule('three', forward([share(dns), share('unresolved')]), { match: path('exact', '/3') }),
    rule('four', redirect({})),
    rule(
      'five',
      forward([
        share(cluster('a'), {
          filters: {
            redirect: undefined,
            hostRewrite: 'own.test',
            pathRewrite: undefined,
            mirrors: [mirror(cluster('own-mirror'), 1)],
            cors: undefined,
            auth: undefined,
          },
        }),
        share(cluster('b')),
      ]),
      { match: path('exact', '/5') },
    ),
  ];
  const web = fleet([
    httpPort([virtualHost('*', rules)]),
    httpsPort([
      [
        httpsListener('https', 'a.example.com', [certificate('a', pem), certificate('b', pem)]),
        [virtualHost('a.example.com', rules)],
      ],
    ]),
  ]);
  const resources = Object.values(snapshotOf(web).resources).flatMap((each) => [...each.values()]);

  it('lead nowhere outside of it', () => {
    expect(closureFaults(snapshotOf(web))).toEqual([]);
  });

  it.each(resources.map((resource) => [resource.type, resource.name, resource] as const))(
    'of %s %s are all that its message names',
    (_type, _name, resource) => {
      const listed = resource.sections.flatMap(({ parts }) =>
        parts.flatMap(({ references }) => references.map(({ type, name }) => `${type} ${name}`)),
      );
      expect([...new Set(listed)].sort()).toEqual([...namedIn(resource)].sort());
    },
  );
});

function changedResources(
  before: ReadonlyMap<string, Resource>,
  after: ReadonlyMap<string, Resource>,
): string[] {
  return [...after.values()]
    .filter((resource) => before.get(resource.name) !== resource)
    .map(({ name }) => name);
}

/** Every cluster, table, endpoint set and secret that a message names, found by the names of Envoy's fields wherever they stand. */
function namedIn(resource: Resource): Set<string> {
  const found = new Set<string>();
  const look = (value: Json, inside: string): void => {
    if (value === null || typeof value !== 'object') return;
    if (isList(value)) {
      for (const element of value) look(element, inside);
      return;
    }
    // An access log's fields have names of their own.
    if (inside === 'jsonFormat') return;
    if (inside === 'clusters') note('cluster', value['name']);
    if (inside === 'tlsCertificateSdsSecretConfigs' || inside.endsWith('SdsSecretConfig'))
      note('secret', value['name']);
    for (const [field, inner] of Object.entries(value)) {
      if (field === 'cluster') note('cluster', inner);
      if (field === 'routeConfigName') note('routes', inner);
      if (field === 'edsClusterConfig') note('endpoints', resource.name);
      look(inner, field);
    }
  };
  const note = (type: string, name: Json | undefined): void => {
    if (typeof name === 'string' && name !== RESERVED_CLUSTER) found.add(`${type} ${name}`);
  };
  look(resourceJson(resource), '');
  return found;
}

describe('a route to another namespace', () => {
  const shares = (permit: string | undefined) => [share(cluster('app'), { permit }), share(cluster('app'))];
  const partOf = (fleetOf: Fleet) =>
    [...snapshotOf(fleetOf).resources.routes.values()]
      .flatMap(({ sections }) => sections.flatMap(({ parts }) => parts))
      .find(({ key }) => key.includes('far'));
  const fleetWith = (permit: string | undefined): Fleet =>
    fleet([httpPort([virtualHost('a.b.example.com', [rule('far', forward(shares(permit)))])])]);

  const plain = securityPermit(cluster('app'));

  it('is a part that says what it relies on – a permission, and that no policy asks for TLS –; what stands in its place relies on nothing', () => {
    expect(partOf(fleetWith('one two'))?.permits).toEqual(['one two', plain]);
    expect(partOf(fleetWith('one two'))?.replacement?.permits).toBeUndefined();
    expect(partOf(fleetWith(undefined))?.permits).toEqual([plain]);
  });

  it('a share of weight 0 relies on no permission, since it is not in the route', () => {
    const action = forward([share(cluster('app')), share(cluster('app'), { permit: 'p', weight: 0 })]);
    expect(partOf(fleet([httpPort([virtualHost('*', [rule('far', action)])])]))?.permits).toEqual([plain]);
  });

  it('relies on what allows its mirrors, too; without a rejected mirror it copies nothing there', () => {
    const mirrors = [{ ...mirror(cluster('audit'), 1), permit: 'one two' }];
    const action = forward([share(cluster('app'))], { mirrors });
    const part = partOf(fleet([httpPort([virtualHost('*', [rule('far', action)])])]));
    expect(part?.permits).toEqual([plain, 'one two', securityPermit(cluster('audit'))]);
    const left = part?.without?.(new Set(['shop_audit_80']));
    expect(left?.references.map(({ name }) => name)).toEqual(['shop_app_80']);
  });

  it('loses only what relied on a permission that is gone', () => {
    const mirrors = [{ cluster: cluster('audit'), perMillion: 1_000_000, permit: 'one two' }];
    const action = forward([share(cluster('app')), share(cluster('cart'))], { mirrors });
    const part = partOf(fleet([httpPort([virtualHost('*', [rule('far', action)])])]));
    const left = (revoked: string): readonly (readonly string[])[] => {
      const { references = [], permits = [] } = part?.withoutPermits?.(new Set([revoked])) ?? {};
      return [references.map(({ name }) => name), permits];
    };
    const [app, cart, audit] = ['app', 'cart', 'audit'].map((name) => securityPermit(cluster(name)));
    expect(left('one two')).toEqual([
      ['shop_app_80', 'shop_cart_80'],
      [app, cart],
    ]);
    expect(left(cart ?? '')).toEqual([
      ['shop_app_80', 'shop_audit_80'],
      [app, 'one two', audit],
    ]);
  });

  it('a host says which others would take its requests, the nearest first', () => {
    const [table] = [...snapshotOf(fleetWith(undefined)).resources.routes.values()];
    expect(table?.sections.map(({ wider }) => wider)).toEqual([
      undefined,
      ['*.b.example.com', '*.example.com', '*.com', '*'],
    ]);
  });
});
