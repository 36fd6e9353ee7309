import { beforeAll, describe, expect, it } from '@jest/globals';
import type { HttpRoute } from '../resources/index.js';
import { given, type Scenario } from './testing/given.js';
import { ONE, tlsSecret, TWO } from './testing/key-pair.js';
import { callsTo, gateway, grpcRoute, HTTP, route, service, services, to } from './testing/yaml.js';

// What a change looks at, by the counters of every step: DESIGN promise 5. They are the same for few routes and for many.

const HTTPS = '{ name: https, port: 443, protocol: HTTPS, tls: { certificateRefs: [{ name: cert }] } }';

function routeObject(index: number, hostname: string): HttpRoute {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name: `r${index}`, namespace: 'default' },
    spec: {
      parentRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'gw' }],
      hostnames: [hostname],
      rules: [
        {
          matches: [{ path: { type: 'PathPrefix', value: `/p${index}` } }],
          backendRefs: [{ group: '', kind: 'Service', name: `s${index % 10}`, port: 80 }],
        },
      ],
    },
  };
}

/** The route that is changed, among many others: on its own backend and on one that a grant lets it refer to. */
function special(hostname: string, weight: number, more = ''): string {
  return route(
    'special',
    { hostnames: [hostname] },
    to('own', '/special'),
    `{ matches: [{ path: { type: PathPrefix, value: /far } }], backendRefs: [{ name: far, namespace: far, port: 80, weight: ${weight} }] }`,
    ...(more === '' ? [] : [more]),
  );
}

const GRANT = `---
apiVersion: gateway.networking.k8s.io/v1
kind: ReferenceGrant
metadata: { name: g, namespace: far }
spec: { from: [{ group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: default }], to: [{ group: "", kind: Service }] }
`;

const SHAPES = [
  ['300 routes of as many hosts', 300, (i: number) => `h${i}.example.com`],
  ['10,000 routes of as many hosts', 10_000, (i: number) => `h${i}.example.com`],
  ['300 routes of one host', 300, () => 'h.example.com'],
  ['10,000 routes of one host', 10_000, () => 'h.example.com'],
] as const;

describe.each(SHAPES)('among %s', (_name, count, hostOf) => {
  const host = hostOf(7);
  let s: Scenario;
  beforeAll(() => {
    const backends = Array.from({ length: 10 }, (_, i) => `s${i}`);
    s = given(
      gateway(HTTP, HTTPS) +
        services('own', ...backends) +
        service('far', 'far') +
        GRANT +
        tlsSecret('cert', ONE),
    );
    s.change(special(host, 1)).put(...Array.from({ length: count }, (_, i) => routeObject(i, hostOf(i))));
    s.model();
  });

  /** The counters that a change moves. */
  const visited = (change: () => unknown): Readonly<Record<string, number>> => {
    s.model();
    const before = new Map(Object.entries(s.counters()));
    change();
    s.model();
    const moved = Object.entries(s.counters()).map(
      ([name, n]) => [name, n - (before.get(name) ?? 0)] as const,
    );
    return Object.fromEntries(moved.filter(([, n]) => n !== 0));
  };

  // It stands on two listeners, hence in two tables.
  const ONE_ROUTE = { routesVisited: 1, routesResolved: 1, tablesAssembled: 2, virtualHostsAssembled: 2 };

  it('an edited route is resolved, and its rule that changed is counted', () => {
    expect(visited(() => s.change(special(host, 2)))).toEqual({
      ...ONE_ROUTE,
      routesAttached: 1,
      rulesCounted: 4,
      routeModelsMade: 1,
    });
  });

  it('a route that comes, and goes, is alone looked at', () => {
    const added = { ...ONE_ROUTE, routesAttached: 1, rulesCounted: 2, routeModelsMade: 1 };
    expect(visited(() => s.put(routeObject(count, hostOf(count))))).toEqual(added);
    expect(visited(() => s.remove('HTTPRoute', `r${count}`))).toEqual({
      tablesAssembled: 2,
      virtualHostsAssembled: 2,
      rulesCounted: 2,
      routeModelsMade: 1,
    });
  });

  it('a GRPCRoute among them costs as little', () => {
    const calls = (method: string) =>
      grpcRoute('calls', { hostnames: [host] }, callsTo('own', `{ service: x, method: ${method} }`));
    const visit = { ...ONE_ROUTE, routesAttached: 1, routeModelsMade: 1 };
    // Its cluster, of HTTP/2, comes and goes with it.
    const endpoints = { endpointsVisited: 1, endpointsBuilt: 1 };
    expect(visited(() => s.change(calls('A')))).toEqual({
      ...visit,
      ...endpoints,
      clustersBuilt: 1,
      rulesCounted: 2,
    });
    expect(visited(() => s.change(calls('B')))).toEqual({ ...visit, rulesCounted: 4 });
    s.remove('GRPCRoute', 'calls');
  });

  it('a route that moves to another host touches both hosts', () => {
    expect(visited(() => s.change(special('moved.example.com', 2)))).toEqual({
      ...ONE_ROUTE,
      virtualHostsAssembled: 4,
      routesAttached: 1,
      rulesCounted: 8,
      routeModelsMade: 1,
    });
    s.change(special(host, 2));
  });

  it('a changed EndpointSlice touches the endpoints of its Service', () => {
    const slices = service('s3').replace('10.0.0.1', '10.0.0.2');
    const before = s.fleet();
    expect(visited(() => s.put(s.get('Service', 's3')).change(sliceOf(slices)))).toEqual({
      endpointsVisited: 1,
      endpointsBuilt: 1,
    });
    expect(
      s
        .fleet()
        .endpoints.changesSince(before.endpoints)
        .map(({ key }) => key),
    ).toEqual(['default_s3_80']);
    expect(s.fleet().ports).toBe(before.ports);
  });

  it('a Service that speaks another protocol touches the routes that name it, and its cluster', () => {
    const h2c = service('own', 'default', 'kubernetes.io/h2c');
    expect(visited(() => s.change(h2c))).toEqual({
      ...ONE_ROUTE,
      clustersBuilt: 1,
      rulesCounted: 4,
      endpointsVisited: 1,
      endpointsBuilt: 1,
      routeModelsMade: 1,
    });
    s.change(service('own'));
  });

  it('a grant that goes touches the routes that refer into its namespace', () => {
    expect(visited(() => s.remove('ReferenceGrant', 'g', 'far'))).toEqual({
      ...ONE_ROUTE,
      rulesCounted: 4,
      routeModelsMade: 1,
    });
    s.change(GRANT);
  });

  it('a rotated certificate touches its listener', () => {
    expect(visited(() => s.change(tlsSecret('cert', TWO)))).toEqual({
      listenersAnalysed: 1,
      certificatesChecked: 1,
      tablesAssembled: 1,
    });
  });

  it('what nobody refers to, what is put again, and another observation of the same touch nothing', () => {
    const before = s.model();
    const nothing = visited(() => {
      s.put(s.get('HTTPRoute', 'special'), s.get('Service', 'own'), s.get('Gateway', 'gw'));
      s.change('{ apiVersion: v1, kind: ConfigMap, metadata: { name: unrelated } }');
      s.change(services('unrelated'));
      s.observe({ fleet: 'default/gw', addresses: ['127.0.0.1'], ports: {}, portOffset: 0 });
    });
    expect(nothing).toEqual({});
    expect(s.model()).toBe(before);
  });
});

/** The slice alone of a Service and its slice. */
function sliceOf(yaml: string): string {
  return yaml.slice(yaml.lastIndexOf('---'));
}
