import { describe, expect, it } from '@jest/globals';
import type { Json } from '../proto/index.js';
import type { AuthModel, CorsModel, ListenerFilters, RuleEntry, ShareFilters } from '../routing/index.js';
import type { Part, Section } from '../xds/index.js';
import { resourceJson } from './config-dump.js';
import { fieldsOf, isList } from './json.js';
import { AUTH_SLOTS, EXTENSIONS } from './names.js';
import { snapshotOf } from './snapshot.js';
import { cluster, fleet, forward, httpPort, redirect, rule, share, virtualHost } from './testing/fleets.js'; // prettier-ignore

const http = (over: Partial<AuthModel> = {}): AuthModel => ({
  cluster: cluster('auth'),
  permit: undefined,
  asks: { kind: 'http', pathPrefix: '', requestHeaders: [], responseHeaders: 'all' },
  maxBodyBytes: 0,
  ...over,
});
const grpc = http({ cluster: cluster('calls'), asks: { kind: 'grpc', requestHeaders: 'all' } });
const stable = forward([share(cluster('stable'))]);
const CORS: CorsModel = {
  origins: 'https://x',
  methods: [],
  headers: [],
  exposeHeaders: [],
  credentials: false,
  maxAgeSeconds: 5,
};

function sectionOf(entry: RuleEntry, filters?: ListenerFilters): Section {
  const host = virtualHost('*', [entry]);
  return sectionOfHost(filters === undefined ? host : { ...host, filters });
}

function sectionOfHost(host: ReturnType<typeof virtualHost>): Section {
  const section = tableOf(host)?.sections.find(({ key }) => key === '*');
  if (section === undefined) throw new Error('no virtual host');
  return section;
}

function tableOf(host: ReturnType<typeof virtualHost>) {
  return snapshotOf(fleet([httpPort([host])])).resources.routes.get('gateway/shop/web/80');
}

/** The virtual host as JSON, without what does not matter here. */
function jsonOf(entry: RuleEntry, filters?: ListenerFilters) {
  const host = virtualHost('*', [entry]);
  const table = tableOf(filters === undefined ? host : { ...host, filters });
  const [first] = listIn(fieldsOf(table === undefined ? null : resourceJson(table))['virtualHosts']);
  const fields = fieldsOf(first ?? null);
  return { fields, routes: listIn(fields['routes']).map(fieldsOf) };
}

const listIn = (json: Json | undefined): readonly Json[] => (json !== undefined && isList(json) ? json : []);

/** What stands in each slot. */
function slotsOf(fields: Readonly<Record<string, Json>>) {
  const slots = fieldsOf(fields['typedPerFilterConfig'] ?? {});
  return Object.fromEntries(Object.entries(slots).map(([slot, json]) => [slot, JSON.stringify(json)]));
}

function partOf(entry: RuleEntry): Part {
  const part = sectionOf(entry).parts.find(({ key }) => key.startsWith('httproute/'));
  if (part === undefined) throw new Error('no route');
  return part;
}

describe('the server that a rule asks', () => {
  it('stands on its route alone, in the slot for rules', () => {
    const [route] = jsonOf(rule('r', stable, { auth: http() })).routes;
    const slots = slotsOf(route ?? {});
    expect(Object.keys(slots)).toEqual([AUTH_SLOTS.rule]);
    expect(slots[AUTH_SLOTS.rule]).toContain('"cluster":"shop_auth_80"');
    expect(slots[AUTH_SLOTS.rule]).toContain('"statusOnError":{"code":"ServiceUnavailable"}');
    expect(slots[AUTH_SLOTS.rule]).not.toContain('failureModeAllow":true');
    expect(slotsOf(jsonOf(rule('r', stable)).routes[0] ?? {})).toEqual({});
  });

  it('is asked about a redirect and an answer of our own as well', () => {
    for (const action of [redirect({ hostname: 'x' }), { kind: 'respond', status: 500, reason: '' } as const])
      expect(jsonOf(rule('r', action, { auth: http() })).routes.map(slotsOf)).toMatchObject([
        { [AUTH_SLOTS.rule]: expect.any(String) },
      ]);
  });

  it('is not asked about preflights, and stands beside the CORS policy', () => {
    const { routes } = jsonOf(rule('r', stable, { auth: http(), cors: CORS }));
    expect(routes.map((route) => Object.keys(slotsOf(route)))).toEqual([
      [],
      [],
      ['envoy.filters.http.cors', AUTH_SLOTS.rule],
    ]);
  });

  it('of a backendRef stands on the route of its share, behind that of the rule', () => {
    const filters = { redirect: undefined, hostRewrite: undefined, pathRewrite: undefined, mirrors: [], cors: undefined, auth: grpc }; // prettier-ignore
    const action = forward([share(cluster('stable'), { filters }), share(cluster('canary'))]);
    const routes = jsonOf(rule('r', action, { auth: http() })).routes.map(slotsOf);
    expect(routes.map(Object.keys)).toEqual([[AUTH_SLOTS.backendRef, AUTH_SLOTS.rule], [AUTH_SLOTS.rule]]);
    expect(routes[0]?.[AUTH_SLOTS.backendRef]).toContain('"clusterName":"shop_calls_80"');
  });

  it('is asked beside all else that filters are told: a session, an answer that is changed, CORS, filters of a share', () => {
    const session = { kind: 'cookie', name: 's', path: '/', lifetime: { kind: 'session', seconds: 60 } } as const; // prettier-ignore
    const limited = cluster('stable', { retryBudget: { percent: 20, least: 1 } });
    const none = { redirect: undefined, hostRewrite: undefined, pathRewrite: undefined, mirrors: [], cors: undefined, auth: undefined }; // prettier-ignore
    const retry = { attempts: 1, codes: [503], backoffMs: undefined };
    const slots = (filters: ShareFilters | undefined): readonly string[] => {
      const to = forward([share(limited, { session, filters })], { retry });
      const { routes } = jsonOf(rule('r', to, { auth: http(), cors: CORS }));
      return Object.keys(slotsOf(routes.at(-1) ?? {})).toSorted();
    };
    const all = ['envoy.filters.http.cors', EXTENSIONS.lua, EXTENSIONS.statefulSession, AUTH_SLOTS.rule];
    expect(slots(undefined)).toEqual(all.toSorted());
    expect(slots(none)).toEqual(all.toSorted());
    expect(slots({ ...none, auth: grpc })).toEqual([...all, AUTH_SLOTS.backendRef].toSorted());
  });

  it('cannot change where the request goes, nor its host', () => {
    const text = slotsOf(jsonOf(rule('r', stable, { auth: http() })).routes[0] ?? {})[AUTH_SLOTS.rule];
    expect(text).toContain('"disallowSystem":true');
    expect(text).toContain('|host|');
    expect(text).not.toContain('clearRouteCache');
  });

  it('is shown the headers that are listed; a list of none is left out, as Envoy demands', () => {
    const text = (auth: AuthModel): string | undefined =>
      slotsOf(jsonOf(rule('r', stable, { auth })).routes[0] ?? {})[AUTH_SLOTS.rule];
    expect(text(http())).not.toContain('allowedHeaders');
    const listed = text(http({ asks: { kind: 'grpc', requestHeaders: ['x-one'] } }));
    expect(listed).toContain('"allowedHeaders":{"patterns":[{"exact":"x-one"}]}');
  });

  it('is shown the body as it is, up to the limit', () => {
    const text = slotsOf(jsonOf(rule('r', stable, { auth: http({ maxBodyBytes: 10 }) })).routes[0] ?? {});
    expect(text[AUTH_SLOTS.rule]).toContain('"withRequestBody":{"maxRequestBytes":10,"packAsBytes":true}');
  });

  it('is needed by the route, which is guarded by it and relies on what allows it', () => {
    const part = partOf(rule('r', stable, { auth: http({ permit: 'some grant' }) }));
    expect(part.references.map(({ name }) => name)).toEqual(['shop_stable_80', 'shop_auth_80']);
    expect(part.permits).toContain('some grant');
    expect(part.guard).toBeDefined();
    expect(partOf(rule('r', stable)).guard).toBeUndefined();
    const other = partOf(rule('r', stable, { auth: http({ maxBodyBytes: 1 }) }));
    expect(other.guard).not.toBe(part.guard);
    expect(other.replacement?.hash).toBe(part.replacement?.hash);
  });

  it('guards the same, however many backends share the requests, and whether any does', () => {
    const guard = partOf(rule('r', stable, { auth: http() })).guard;
    const of = (...shares: readonly ReturnType<typeof share>[]) =>
      partOf(rule('r', forward(shares), { auth: http() })).guard;
    expect(of(share(cluster('stable')), share(cluster('canary')))).toBe(guard);
    expect(of(share(cluster('stable'), { weight: 0 }))).toBe(guard);
  });

  it('that is withheld lets nothing pass', () => {
    const part = partOf(rule('r', stable, { auth: http() }));
    expect(part.without?.(new Set(['shop_auth_80']))).toBe(part.replacement);
  });
});

describe('a server that cannot be asked', () => {
  const refused = { kind: 'respond', status: 500, reason: '', unasked: true } as const;

  it('guards what is refused for its sake: no earlier version without it is served meanwhile', () => {
    const guard = partOf(rule('r', refused)).guard;
    expect(guard).toBeDefined();
    expect(guard).not.toBe(partOf(rule('r', stable, { auth: http() })).guard);
    expect(partOf(rule('r', { ...refused, unasked: undefined })).guard).toBeUndefined();
    const both = (second: Parameters<typeof share>[1]) =>
      partOf(rule('r', forward([share(cluster('stable')), share('unresolved', second)]))).guard;
    expect(both({ unasked: true })).toBeDefined();
    expect(both({})).toBeUndefined();
  });

  it('of a listener guards all its hosts', () => {
    const section = sectionOf(rule('r', stable), { auth: [], fault: 'none' });
    expect(section.parts[0]?.guard).toBeDefined();
    expect(section.fallback?.map(({ hash }) => hash)).toEqual(section.parts.map(({ hash }) => hash));
  });
});

describe('the servers that a listener asks', () => {
  const both: ListenerFilters = { auth: [grpc, http()], fault: undefined };

  it('stand on its virtual hosts, each in the slot of its place', () => {
    const { fields } = jsonOf(rule('r', stable), both);
    const slots = slotsOf(fields);
    expect(Object.keys(slots)).toEqual([AUTH_SLOTS.listener[0], AUTH_SLOTS.listener[1]]);
    expect(slots[AUTH_SLOTS.listener[0] ?? '']).toContain('"clusterName":"shop_calls_80"');
    expect(slots[AUTH_SLOTS.listener[1] ?? '']).toContain('"clearRouteCache":true');
  });

  it('are asked about requests without a route, too: they have one that answers 404', () => {
    const { routes } = jsonOf(rule('r', stable), both);
    expect(routes.at(-1)).toEqual({ match: { prefix: '/' }, directResponse: { status: 404 } });
    expect(jsonOf(rule('r', stable)).routes).toHaveLength(1);
  });

  it('are needed by the virtual host and guard it', () => {
    const [head] = sectionOf(rule('r', stable), both).parts;
    expect(head?.references.map(({ name }) => name)).toEqual(['shop_calls_80', 'shop_auth_80']);
    expect(head?.guard).toBeDefined();
    expect(head?.permits).toHaveLength(2);
  });

  it('of which one cannot be had make every request answer 500', () => {
    const { fields, routes } = jsonOf(rule('r', stable), { auth: [], fault: 'none' });
    expect(slotsOf(fields)).toEqual({});
    expect(routes).toEqual([{ match: { prefix: '/' }, directResponse: { status: 500 } }]);
  });

  it('leave the routes of the host alone when a route comes or goes', () => {
    const rules = ['a', 'b', 'c'].map((name) => rule(name, stable));
    const host = (...names: readonly number[]) => ({
      ...virtualHost(
        '*',
        names.flatMap((i) => rules[i] ?? []),
      ),
      filters: both,
    });
    const before = snapshotOf(fleet([httpPort([host(0, 2)])]));
    const after = snapshotOf(fleet([httpPort([host(0, 1, 2)])]), before);
    const fresh = snapshotOf(fleet([httpPort([host(0, 1, 2)])]));
    const table = 'gateway/shop/web/80';
    expect(after.resources.routes.get(table)?.version).toBe(fresh.resources.routes.get(table)?.version);
    const shorter = snapshotOf(fleet([httpPort([host(2)])]), after).resources.routes.get(table);
    const keys = shorter?.sections.at(-1)?.parts.map(({ key }) => key);
    expect(keys).toEqual(['virtualHost', 'httproute/shop/c/rule/0/match/0', 'unmatched']);
  });
});
