import { describe, expect, it } from '@jest/globals';
import { gateway, grpcRoute, HTTP, route, service, services } from './testing/yaml.js';
import { lbPolicy, trafficPolicy } from './testing/backend-traffic.js';
import { given, reasonOf, type Scenario } from './testing/given.js';
import type { SessionModel } from './index.js';
import { translateSession } from './session.js';

// SessionPersistence: who is kept with an endpoint, by what, and for how long. Source: Gateway API v1.7.0; GEP-1619.

const cookie = (fields: string, more = ''): string =>
  `sessionPersistence: { type: Cookie, cookie: { ${fields} }${more} }`;
const header = (name: string, more = ''): string =>
  `sessionPersistence: { type: Header, header: { name: ${name} }${more} }`;
const rule = (refs: string, fields = ''): string => `{ backendRefs: [${refs}]${fields && `, ${fields}`} }`;
const ref = (name: string, more = ''): string => `{ name: ${name}, port: 80${more} }`;
const SHOP = gateway(HTTP) + services('a', 'b');
const shop = (...rules: readonly string[]): Scenario => given(SHOP + route('r', {}, ...rules));

/** Of each share that a request may meet. */
function sessionsOf(s: Scenario, path = '/'): readonly (SessionModel | undefined)[] {
  const { outcome } = s.evaluate(`http://h${path}`);
  return outcome.kind === 'forward' ? outcome.shares.map(({ session }) => session) : [];
}

function namesOf(s: Scenario, path = '/'): readonly (string | undefined)[] {
  return sessionsOf(s, path).map((session) => session?.name);
}

describe('a session of a rule', () => {
  it('is a cookie for / without an end, by default', () => {
    expect(sessionsOf(shop(rule(ref('a'), cookie('name: s'))))).toEqual([
      { kind: 'cookie', name: 's', path: '/', lifetime: { kind: 'session', seconds: undefined } },
    ]);
  });

  it('is permanent for its absoluteTimeout, and otherwise ended by the proxy; in whole seconds', () => {
    const lifetimes = (fields: string, timeout: string) => {
      const [session] = sessionsOf(shop(rule(ref('a'), cookie(fields, `, absoluteTimeout: ${timeout}`))));
      return session?.kind === 'cookie' ? session.lifetime : undefined;
    };
    expect(lifetimes('lifetimeType: Permanent', '1h30m')).toEqual({ kind: 'permanent', seconds: 5_400 });
    expect(lifetimes('lifetimeType: Session', '1500ms')).toEqual({ kind: 'session', seconds: 2 });
  });

  it('may be a header, whose name has no case', () => {
    expect(sessionsOf(shop(rule(ref('a'), header('X-Session'))))).toEqual([
      { kind: 'header', name: 'x-session' },
    ]);
  });

  it('is there for calls as well', () => {
    const s = given(SHOP + grpcRoute('r', {}, rule(ref('a'), cookie('name: s'))));
    const { outcome } = s.evaluate('http://h/x/y', {
      method: 'POST',
      headers: [['content-type', 'application/grpc']],
    });
    expect(outcome).toMatchObject({ kind: 'forward', shares: [{ session: { name: 's' } }] });
  });

  it('is another one for each backend: the first has the name, the others begin with it', () => {
    const [first, second, again] = namesOf(
      shop(rule([ref('a'), ref('b'), ref('a')].join(', '), cookie('name: s'))),
    );
    expect([first, again]).toEqual(['s', 's']);
    expect(second).toMatch(/^s-[0-9a-f]{8}$/);
  });

  it('does not change its name with weights, or with whether backends resolve', () => {
    const both = (weight: number): string =>
      rule(`${ref('a', `, weight: ${weight}`)}, ${ref('b')}`, cookie('name: s'));
    const [, second] = namesOf(shop(both(1)));
    expect(namesOf(shop(both(0)))).toEqual([second]);
    const s = shop(both(1)).remove('Service', 'a');
    expect(namesOf(s)[1]).toBe(second);
  });

  it('without a name has one of its own for each backend of each rule, which the others do not change', () => {
    const prefix = (path: string, refs: string): string =>
      `{ matches: [{ path: { type: PathPrefix, value: ${path} } }], backendRefs: [${refs}], ${cookie('lifetimeType: Session')} }`;
    const s = shop(prefix('/x', ref('a')), prefix('/y', `${ref('b')}, ${ref('a')}`));
    const [x, y] = [namesOf(s, '/x'), namesOf(s, '/y')];
    expect(new Set([...x, ...y]).size).toBe(3);
    for (const name of [...x, ...y]) expect(name).toMatch(/^windlass-[0-9a-f]{16}$/);
    s.change(route('r', {}, prefix('/x', `${ref('b')}, ${ref('a')}`), prefix('/y', ref('b'))));
    expect(namesOf(s, '/x')[1]).toBe(x[0]);
    expect(namesOf(s, '/y')[0]).toBe(y[0]);
  });

  it.each([
    [header('x', ', absoluteTimeout: 1h'), 'absoluteTimeout'],
    [header('Content-Length'), 'header.name'],
    [cookie('name: s', ', absoluteTimeout: 0s'), 'absoluteTimeout'],
    [cookie('name: s, path: shop'), 'cookie.path'],
    [cookie('name: s, path: "/; Domain=test"'), 'cookie.path'],
    [cookie('name: s, path: "/\\n"'), 'cookie.path'],
  ])('is refused with its rule, and no other, where it cannot be had: %s', (fields, at) => {
    const s = shop(
      `{ matches: [{ path: { type: PathPrefix, value: /x } }], backendRefs: [${ref('a')}], ${fields} }`,
      rule(ref('b')),
    );
    expect([s.meets('http://h/x'), s.meets('http://h/')]).toEqual(['500', 'default/b:80']);
    const { accepted, partiallyInvalid } = s.parent('r');
    expect([reasonOf(accepted), partiallyInvalid?.reason]).toEqual(['True', 'UnsupportedValue']);
    expect(partiallyInvalid?.message).toContain(`spec.rules[0].sessionPersistence.${at}`);
  });

  it('needs an absoluteTimeout to be permanent, schema or not', () => {
    expect(translateSession({ cookie: { lifetimeType: 'Permanent' } }, 'spec')).toMatchObject({
      reason: 'UnsupportedValue',
      at: 'spec.absoluteTimeout',
    });
  });
});

describe('a session of a backend', () => {
  const plain = route('r', {}, rule(ref('a')));
  const policy = (name: string, fields = cookie(`name: ${name}`), created?: string): string =>
    trafficPolicy(name, 'a', fields, created);

  it('is what the policy on its Service says, on every rule that sends there, and on no other', () => {
    const s = given(SHOP + policy('p') + route('r', {}, rule(`${ref('a')}, ${ref('b')}`)));
    expect(namesOf(s)).toEqual(['p', undefined]);
    expect(namesOf(s.remove('XBackendTrafficPolicy', 'p'))).toEqual([undefined, undefined]);
  });

  it('gives way to that of a rule', () => {
    expect(namesOf(given(SHOP + policy('p') + route('r', {}, rule(ref('a'), cookie('name: own')))))).toEqual([
      'own',
    ]);
  });

  it('is that of the older policy, then of the first by name; the current kind goes before the former', () => {
    const s = given(SHOP + plain + lbPolicy('old', 'a', 'sessionPersistence: { sessionName: old }', '2020-01-01T00:00:00Z')); // prettier-ignore
    expect(namesOf(s)).toEqual(['old']);
    expect(namesOf(s.change(policy('q')))).toEqual(['q']);
    expect(namesOf(s.change(policy('p')))).toEqual(['p']);
    expect(namesOf(s.change(policy('z', undefined, '2026-01-01T00:00:00Z')))).toEqual(['z']);
    const told = s.model().policies.flatMap((each) => [...each.values()]);
    expect(
      told.map(({ policy: { kind, metadata }, ancestors }) => [
        kind,
        metadata.name,
        ancestors.map(({ accepted }) => reasonOf(accepted)),
      ]),
    ).toEqual([
      ['BackendLBPolicy', 'old', ['Conflicted']],
      ['XBackendTrafficPolicy', 'p', ['Conflicted']],
      ['XBackendTrafficPolicy', 'q', ['Conflicted']],
      ['XBackendTrafficPolicy', 'z', ['True']],
    ]);
  });

  it('that cannot be had has no effect, and its policy keeps the target', () => {
    const s = given(
      SHOP + plain + policy('p', header('x', ', absoluteTimeout: 1h'), '2026-01-01T00:00:00Z') + policy('q'),
    );
    expect(namesOf(s)).toEqual([undefined]);
    expect(s.meets('http://h/')).toBe('default/a:80');
  });

  it('with a name that two backends of a rule ask for is another one for each', () => {
    const same = (name: string): string => trafficPolicy(name, name, cookie('name: s'));
    const s = given(SHOP + same('a') + same('b') + route('r', {}, rule(`${ref('a')}, ${ref('b')}`)));
    expect(namesOf(s)).toEqual(['s', expect.stringMatching(/^s-[0-9a-f]{8}$/)]);
  });

  it('changes no cluster', () => {
    const s = given(SHOP + plain);
    const before = [...s.fleet().clusters.keys()];
    expect([...s.change(policy('p')).fleet().clusters.keys()]).toEqual(before);
  });

  it('reaches a Service that comes later', () => {
    const s = given(gateway(HTTP) + policy('p') + plain);
    expect(namesOf(s)).toEqual([]);
    expect(namesOf(s.change(service('a')))).toEqual(['p']);
  });
});
