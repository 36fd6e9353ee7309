import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { walkedBy } from '../collections/testing/walked-by.js';
import type { Fleet, VirtualHostModel } from '../routing/index.js';
import { given, objects } from '../routing/testing/given.js';
import { changesBetween } from '../xds/stream-state.js';
import { closureFaults, resourceBytes, type Snapshot } from '../xds/index.js';
import { snapshotOf } from './snapshot.js';
import { encodedBy } from './testing/encoded-by.js';
import { byDomain, certificate, cluster, endpoints, fleet, forward, httpPort, httpsListener, httpsPort, path, redirect, rule, share, virtualHost } from './testing/fleets.js'; // prettier-ignore

// What a change costs follows the size of the change, and what comes of it does not depend on how it came.

/** All that matters of a snapshot: names, versions, bytes and references. */
function contentOf({ fleet: id, resources }: Snapshot) {
  const content = Object.entries(resources).map(([type, named]) => [
    type,
    [...named.values()].map((resource) => ({
      name: resource.name,
      version: resource.version,
      bytes: Buffer.from(resourceBytes(resource)).toString('base64'),
      parts: resource.sections.map(({ key, parts }) => ({
        key,
        parts: parts.map((part) => [part.key, part.hash, part.references, part.owner]),
      })),
    })),
  ]);
  return { id, content };
}

/** The same fleet in objects that nobody has seen before. */
function anew(from: Fleet): Fleet {
  const table = (virtualHosts: Fleet['ports'][number]['tables'][number]['virtualHosts']) =>
    byDomain(
      [...virtualHosts.values()].map((host) => ({ ...host, rules: host.rules.map((each) => ({ ...each })) })),
    );
  return {
    ...from,
    ports: from.ports.map((port) => ({
      ...port,
      tables: port.tables.map((each) => ({ ...each, virtualHosts: table(each.virtualHosts) })),
    })),
  };
}

describe('a snapshot that is made from the one before', () => {
  const services = ['a', 'b', 'c'].map((name) => cluster(name));
  const pem = { certificate: 'certificate', key: 'key' };
  const entry = fc.constantFrom(
    ...services.flatMap((service, i) =>
      ['/', '/x', '/y'].map((prefix) =>
        rule(`r${i}`, forward([share(service)]), { match: path('prefix', prefix) }),
      ),
    ),
    rule('redirected', redirect({ hostname: 'other.example.com' })),
  );
  const host = fc
    .tuple(
      fc.constantFrom('*', 'a.example.com', 'b.example.com', 'c.example.com', '*.example.com'),
      fc.array(entry, { maxLength: 6 }),
      fc.constantFrom('http', 'other'),
    )
    .map((of): VirtualHostModel => virtualHost(...of));
  const hosts = fc.uniqueArray(host, { selector: ({ domain }) => domain, maxLength: 5 });
  const port = fc.oneof(
    fc.tuple(hosts, fc.constantFrom(80, 8080)).map(([some, number]) => httpPort(some, { port: number })),
    fc
      .tuple(fc.uniqueArray(fc.constantFrom('x', 'y'), { minLength: 1 }), hosts)
      .map(([names, some]) =>
        httpsPort(
          names.map(
            (name) => [httpsListener(name, `${name}.example.com`, [certificate(name, pem)]), some] as const,
          ),
        ),
      ),
  );
  const ports = fc.uniqueArray(port, { selector: ({ port: number }) => number, maxLength: 3 });
  const addresses = fc.constantFrom(['127.0.0.1'], ['127.0.0.1', '::1']);
  const moved = fc.array(fc.constantFrom(...services), { maxLength: 2 });

  /** A fleet after another one: what did not change keeps its identity, as `routing` has it. */
  const step = fc
    .tuple(ports, addresses, moved, fc.nat(3))
    .map(([some, bound, of, edition]) => (before: Fleet): Fleet => {
      const next = fleet(
        some.map((each) => keptFrom(before, each)),
        { addresses: bound },
      );
      const sets = of.flatMap((each) => {
        const set = endpoints(each.backend.name, ['192.0.2.1', 1000 + edition]);
        return next.endpoints.has(each.name) ? [[each.name, set] as const] : [];
      });
      return {
        ...next,
        clusters: before.clusters.edit(
          next.clusters.changesSince(before.clusters).map(({ key, after }) => [key, after]),
        ),
        endpoints: next.endpoints.edit(sets),
      };
    });
  const keptFrom = (before: Fleet, next: Fleet['ports'][number]): Fleet['ports'][number] => ({
    ...next,
    tables: next.tables.map((table) => {
      const former = before.ports.flatMap(({ tables }) => tables).find(({ name }) => name === table.name);
      if (former === undefined) return table;
      const changes = table.virtualHosts.changesSince(former.virtualHosts);
      return {
        ...table,
        virtualHosts: former.virtualHosts.edit(changes.map(({ key, after }) => [key, after])),
      };
    }),
  });

  it('equals the one that is made from nothing', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 6 }), (steps) => {
        let current = fleet([]);
        let snapshot = snapshotOf(current);
        for (const take of steps) {
          const before = snapshot;
          current = take(current);
          snapshot = snapshotOf(current, before);
          expect(contentOf(snapshot)).toEqual(contentOf(snapshotOf(anew(current))));
          expect(changedNames(before, snapshot)).toEqual(changesBetween(before, snapshot));
        }
      }),
      { numRuns: 100 },
    );
  });

  it('of another fleet is made from nothing', () => {
    const web = fleet([httpPort([virtualHost('*', [rule('r', redirect({}))])])]);
    const other = { ...anew(web), id: 'shop/other' };
    expect(snapshotOf(other, snapshotOf(web)).resources.routes.get('gateway/shop/web/80')).not.toBe(
      snapshotOf(web).resources.routes.get('gateway/shop/web/80'),
    );
  });
});

/** By comparing everything. */
function changedNames(before: Snapshot, after: Snapshot) {
  const of = (type: keyof Snapshot['resources']): readonly string[] => {
    const [old, wanted] = [before.resources[type], after.resources[type]];
    const names = [...new Set([...old.keys(), ...wanted.keys()])].sort();
    return names.filter((name) => old.get(name)?.version !== wanted.get(name)?.version);
  };
  return {
    cluster: of('cluster'),
    endpoints: of('endpoints'),
    listener: of('listener'),
    routes: of('routes'),
    secret: of('secret'),
  };
}

describe.each(['many', 'one'] as const)('a change with its routes on %s host(s)', (hosts) => {
  /** What a changed route, and a changed endpoint set, make of a fleet with so many. */
  function costsAt(count: number) {
    const services = Array.from({ length: count }, (_, i) => cluster(`s${i}`));
    const entries = services.map((service, i) =>
      rule(`r${i}`, forward([share(service)]), { match: path('prefix', `/r${i}`) }),
    );
    const onHosts = (rules: typeof entries): readonly VirtualHostModel[] =>
      hosts === 'many'
        ? rules.map((entry, i) => virtualHost(`h${i}.example.com`, [entry]))
        : [virtualHost('*', rules)];
    const all = fleet([httpPort(onHosts(entries))]);
    const before = snapshotOf(all);

    const [service = cluster('none')] = services;
    const other = rule('r7', forward([share(service)]), { match: path('prefix', '/other') });
    const changed =
      hosts === 'many' ? [virtualHost('h7.example.com', [other])] : onHosts(entries.with(7, other));
    const ports = all.ports.map((port) => ({
      ...port,
      tables: port.tables.map((table) => ({
        ...table,
        virtualHosts: table.virtualHosts.edit(changed.map((host) => [host.domain, host])),
      })),
    }));
    const edited = { ...all, ports };
    const moved = {
      ...all,
      endpoints: all.endpoints.edit([[service.name, endpoints('s0', ['192.0.2.9', 1])]]),
    };

    const costOf = (next: Fleet) => {
      let encoded = {};
      const walked = walkedBy(() => {
        encoded = encodedBy(() => snapshotOf(next, before));
        changesBetween(before, snapshotOf(next));
      });
      return { encoded, walked };
    };
    return { route: costOf(edited), endpoints: costOf(moved) };
  }

  it('costs the same with 300 and with 10,000', () => {
    const few = costsAt(300);
    expect(few.route.encoded).toEqual({ routes: 1, virtualHosts: 1, tables: 1, snapshots: 1 });
    expect(few.endpoints.encoded).toEqual({ endpoints: 1, snapshots: 1 });
    expect(costsAt(10_000)).toEqual(few);
  });
});

const BASE = `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: web }
spec:
  gatewayClassName: windlass
  listeners: [{ name: http, port: 80, protocol: HTTP }]
---
apiVersion: v1
kind: Service
metadata: { name: app }
spec: { ports: [{ port: 80 }] }
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: app-1, labels: { kubernetes.io/service-name: app } }
addressType: IPv4
endpoints: [{ addresses: [192.0.2.1] }]
ports: [{ port: 8080 }]
`;

/** @param timeout makes one version of the route differ from another */
function route(i: number, hosts: 'many' | 'one', timeout: string, resourceVersion = '1'): string {
  const hostname = hosts === 'many' ? `h${i}.example.com` : 'shop.example.com';
  return `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: r${i}, resourceVersion: '${resourceVersion}' }
spec:
  parentRefs: [{ name: web }]
  hostnames: [${hostname}]
  rules:
    - matches: [{ path: { type: PathPrefix, value: /r${i} } }]
      backendRefs: [{ name: app, port: 80 }]
      timeouts: { request: ${timeout} }
`;
}

describe.each(['many', 'one'] as const)('from YAML to bytes, with 300 routes on %s host(s)', (hosts) => {
  const scenario = given(BASE);
  scenario.put(...Array.from({ length: 300 }, (_, i) => objects(route(i, hosts, '1s'))).flat());
  const first = snapshotOf(scenario.fleet());
  let last = first;
  const next = (): Snapshot => (last = snapshotOf(scenario.fleet(), last));

  it('the snapshot is closed', () => {
    expect(closureFaults(first)).toEqual([]);
  });

  it('a touched object encodes nothing', () => {
    scenario.change(route(7, hosts, '1s', '2'));
    expect(encodedBy(next)).toEqual({});
  });

  it('a changed route encodes one route', () => {
    scenario.change(route(7, hosts, '2s'));
    expect(encodedBy(next)).toEqual({ routes: 1, virtualHosts: 1, tables: 1, snapshots: 1 });
    const listener = 'gateway/default/web/80';
    expect(last.resources.listener.get(listener)).toBe(first.resources.listener.get(listener));
  });

  it('a changed endpoint encodes its endpoint set alone', () => {
    scenario.change(BASE.replace('192.0.2.1', '192.0.2.2'));
    expect(encodedBy(next)).toEqual({ endpoints: 1, snapshots: 1 });
  });
});
