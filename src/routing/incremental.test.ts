import { describe, expect, it } from '@jest/globals';
import type { HttpRoute, KnownObject } from '../resources/index.js';
import type { Fleet, Model, RuleEntry } from './model.js';
import { given, objects, type Scenario } from './testing/given.js';
import { gateway, HTTP, route, service, services, to } from './testing/yaml.js';

const COUNT = 3_000;

function routeObject(index: number, hostname: string, weight = 1): HttpRoute {
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
          backendRefs: [{ group: '', kind: 'Service', name: `s${index % 100}`, port: 80, weight }],
        },
      ],
    },
  };
}

const backends: readonly KnownObject[] = objects(
  Array.from({ length: 100 }, (_, i) => service(`s${i}`)).join(''),
);

function many(hostname: (index: number) => string): Scenario {
  const routes = Array.from({ length: COUNT }, (_, i) => routeObject(i, hostname(i)));
  return given(gateway(HTTP)).put(...backends, ...routes);
}

function rulesOf(fleet: Fleet): readonly RuleEntry[] {
  return fleet.ports.flatMap(({ tables }) =>
    tables.flatMap((t) => [...t.virtualHosts.values()].flatMap((v) => v.rules)),
  );
}

/** Elements of `after` that `before` does not hold. */
function fresh<T>(before: Iterable<T>, after: Iterable<T>): readonly T[] {
  const known = new Set(before);
  return [...after].filter((element) => !known.has(element));
}

/** What a change computes: the counters that move. */
function cost(s: Scenario, change: () => void): Readonly<Record<string, number>> {
  s.model();
  const before = s.counters();
  change();
  s.model();
  const after = Object.entries(s.counters());
  const counts = after.map(
    ([name, n]) => [name, n - (new Map(Object.entries(before)).get(name) ?? 0)] as const,
  );
  return Object.fromEntries(counts.filter(([, n]) => n > 0));
}

describe('a change costs what changes', () => {
  it('one route of 3,000 on 3,000 hosts: one rule and one virtual host are new, all else is as it was', () => {
    const s = many((i) => `h${i}.example.com`);
    const before = s.fleet();
    s.put(routeObject(7, 'h7.example.com', 2));
    const after = s.fleet();
    expect(fresh(rulesOf(before), rulesOf(after))).toHaveLength(1);
    const hosts = (fleet: Fleet) => [...(fleet.ports[0]?.tables[0]?.virtualHosts.values() ?? [])];
    expect(hosts(after)).toHaveLength(COUNT + 1);
    expect(fresh(hosts(before), hosts(after)).map(({ domain }) => domain)).toEqual(['h7.example.com']);
    expect(after.clusters).toBe(before.clusters);
    expect(after.endpoints).toBe(before.endpoints);
  });

  it('one route of 3,000 on one host: one rule is new, every other keeps its identity', () => {
    const s = many(() => 'one.example.com');
    const before = s.fleet();
    s.put(routeObject(7, 'one.example.com', 2));
    expect(fresh(rulesOf(before), rulesOf(s.fleet()))).toHaveLength(1);
  });

  it('one rule of many in a route: the others keep their identity', () => {
    const yaml = (weight: number): string =>
      route(
        'r',
        {},
        to('a', '/a'),
        `{ backendRefs: [{ name: a, port: 80, weight: ${weight} }] }`,
        to('a', '/c'),
      );
    const s = given(gateway(HTTP) + services('a') + yaml(1));
    const before = rulesOf(s.fleet());
    s.change(yaml(2));
    expect(fresh(before, rulesOf(s.fleet())).map(({ rule }) => rule)).toEqual([1]);
  });

  it('an endpoint of one Service: its endpoints alone', () => {
    const s = many((i) => `h${i}.example.com`);
    const before = s.fleet();
    const counts = cost(s, () => s.change(service('s5').replace('10.0.0.1', '10.0.0.2')));
    expect(counts['virtualHostsAssembled']).toBeUndefined();
    expect(counts['endpointsBuilt']).toBe(1);
    const after = s.fleet();
    expect(after.ports).toBe(before.ports);
    expect(after.clusters).toBe(before.clusters);
    expect(fresh(before.endpoints.values(), after.endpoints.values()).map(({ cluster }) => cluster)).toEqual([
      'default_s5_80',
    ]);
  });

  it('a Service that changes in what no cluster reads changes nothing', () => {
    const s = given(gateway(HTTP) + services('a') + route('r', {}, to('a')));
    const before = s.model();
    const a = s.get('Service', 'a');
    s.put({ ...a, metadata: { ...a.metadata, labels: { touched: 'yes' } } });
    expect(s.model()).toBe(before);
  });

  it('an object that is put again, and one that nobody refers to, change nothing and compute nothing', () => {
    const s = given(gateway(HTTP) + services('a') + route('r', {}, to('a')));
    const before = s.model();
    const counts = cost(s, () => {
      s.put(s.get('HTTPRoute', 'r'), s.get('Service', 'a'), s.get('Gateway', 'gw'));
      s.change('{ apiVersion: v1, kind: ConfigMap, metadata: { name: unrelated } }');
      s.change(services('unrelated'));
      s.observe({ fleet: 'default/gw', addresses: ['127.0.0.1'], ports: {}, portOffset: 0 });
    });
    expect(counts).toEqual({});
    expect(s.model()).toBe(before);
  });

  it('an equal model comes of an equal store, whatever the history', () => {
    const all =
      gateway(HTTP) +
      services('a', 'b') +
      route('r', {}, to('a')) +
      route('q', { hostnames: ['q.test'] }, to('b'));
    const direct = given(all).model();
    const s = given(all);
    s.change(route('r', { hostnames: ['x.test'] }, to('b')) + route('p', {}, to('a')));
    s.model();
    s.remove('HTTPRoute', 'r').remove('HTTPRoute', 'p').remove('HTTPRoute', 'q');
    s.model();
    s.change(all);
    expect(plain(s.model())).toEqual(plain(direct));
  });

  it('a removed Gateway takes its fleet with it', () => {
    const s = given(gateway(HTTP) + services('a') + route('r', {}, to('a')));
    expect([...s.model().routes.keys()]).toEqual(['HTTPRoute default/r']);
    s.remove('Gateway', 'gw');
    const { routes, policies, ...rest } = s.model();
    expect({ ...rest, routes: [...routes], policies: policies.flatMap((each) => [...each]) }).toEqual({
      gatewayClasses: [],
      gateways: [],
      routes: [],
      policies: [],
    });
  });
});

/** Without the objects themselves, which files written anew make anew. */
function plain(model: Model): unknown {
  return model.gateways.map(({ listeners, fleet }) => ({
    listeners,
    ports: fleet?.ports,
    clusters: [...(fleet?.clusters ?? [])],
    endpoints: [...(fleet?.endpoints ?? [])],
  }));
}
