import { describe, expect, it } from '@jest/globals';
import { given, reasonOf } from './testing/given.js';
import { gateway, HTTP, route, services, to } from './testing/yaml.js';

describe('hostnames of routes and listeners', () => {
  it('a route without hostnames takes every host', () => {
    const s = given(gateway(HTTP) + services('a') + route('r', {}, to('a')));
    expect(s.meets('http://any.example/x')).toBe('default/a:80');
    expect(s.meets('http://10.0.0.1/')).toBe('default/a:80');
  });

  it('a wildcard spans one label or more, never the bare domain', () => {
    const s = given(gateway(HTTP) + services('a') + route('r', { hostnames: ['*.example.com'] }, to('a')));
    expect(s.meets('http://a.example.com/')).toBe('default/a:80');
    expect(s.meets('http://a.b.example.com/')).toBe('default/a:80');
    expect(s.meets('http://example.com/')).toBe('404');
  });

  it('the host is compared without case and without its port', () => {
    const s = given(gateway(HTTP) + services('a') + route('r', { hostnames: ['a.example.com'] }, to('a')));
    expect(s.meets('http://A.Example.COM:8080/', { port: 80 })).toBe('default/a:80');
  });

  it('a route is attached only where a hostname of it meets the listener', () => {
    const s = given(
      gateway('{ name: http, port: 80, protocol: HTTP, hostname: "*.example.com" }') +
        services('a') +
        route('miss', { hostnames: ['other.test'] }, to('a')) +
        route('hit', { hostnames: ['a.example.com', 'other.test'] }, to('a')),
    );
    expect(reasonOf(s.parent('miss').accepted)).toBe('NoMatchingListenerHostname');
    expect(reasonOf(s.parent('hit').accepted)).toBe('True');
    expect(s.listener('http').attachedRoutes).toBe(1);
    expect(s.meets('http://other.test/')).toBe('404');
    expect(s.meets('http://a.example.com/')).toBe('default/a:80');
  });

  it('the most specific listener owns the host, and answers 404 without routes', () => {
    const s = given(
      gateway(
        '{ name: wide, port: 80, protocol: HTTP, hostname: "*.example.com" }',
        '{ name: own, port: 80, protocol: HTTP, hostname: a.example.com }',
      ) +
        services('a') +
        route(
          'r',
          { parent: '{ name: gw, sectionName: wide }', hostnames: ['a.example.com', 'b.example.com'] },
          to('a'),
        ) +
        route('all', { parent: '{ name: gw, sectionName: wide }' }, to('a')),
    );
    expect(s.meets('http://b.example.com/')).toBe('default/a:80');
    expect(s.meets('http://c.example.com/')).toBe('default/a:80');
    expect(s.meets('http://a.example.com/')).toBe('404');
    expect(s.evaluate('http://a.example.com/').listener).toBe('own');
  });

  it('requests that miss the rules of the narrower route fall through to the wider route of the same listener', () => {
    const s = given(
      gateway(HTTP) +
        services('narrow', 'wide', 'all') +
        route('n', { hostnames: ['a.example.com'] }, to('narrow', '/n')) +
        route('w', { hostnames: ['*.example.com'] }, to('wide', '/n'), to('wide', '/w')) +
        route('z', {}, to('all')),
    );
    expect(s.meets('http://a.example.com/n')).toBe('default/narrow:80');
    expect(s.meets('http://a.example.com/w')).toBe('default/wide:80');
    expect(s.meets('http://a.example.com/x')).toBe('default/all:80');
    expect(s.meets('http://b.example.com/n')).toBe('default/wide:80');
  });

  it("precedence goes by the route's own hostname, not by the intersection", () => {
    const s = given(
      gateway('{ name: http, port: 80, protocol: HTTP, hostname: a.example.com }') +
        services('wide', 'exact') +
        route(
          'w',
          { hostnames: ['*.example.com'] },
          '{ matches: [{ path: { type: Exact, value: /x } }], backendRefs: [{ name: wide, port: 80 }] }',
        ) +
        route('e', { hostnames: ['a.example.com'] }, to('exact', '/x')),
    );
    expect(s.meets('http://a.example.com/x')).toBe('default/exact:80');
  });

  // RouteHostnameIntersectionPrecedence of the conformance suite.
  it.each([
    ['abc.example.com', '*.example.com', 'abc.example.com'],
    ['*.example.com', '*.com', '*.example.com'],
  ])(
    'on listener %s route %s, older and with a longer path, comes after route %s',
    (listener, wide, narrow) => {
      const s = given(
        gateway(`{ name: http, port: 80, protocol: HTTP, hostname: "${listener}" }`) +
          services('wide', 'narrow') +
          route(
            'w',
            { hostnames: [wide], created: '2026-01-01T00:00:00Z' },
            to('wide', '/a/b'),
            to('wide', '/w'),
          ) +
          route('n', { hostnames: [narrow], created: '2026-02-01T00:00:00Z' }, to('narrow', '/a')),
      );
      expect(s.meets('http://abc.example.com/a/b')).toBe('default/narrow:80');
      expect(s.meets('http://abc.example.com/w')).toBe('default/wide:80');
      expect(s.meets('http://abc.example.com/x')).toBe('404');
      expect(s.listener('http').attachedRoutes).toBe(2);
    },
  );

  it('a wider route of another listener of the port is no fall-through', () => {
    const s = given(
      gateway(HTTP, '{ name: own, port: 80, protocol: HTTP, hostname: a.example.com }') +
        services('narrow', 'wide') +
        route('n', { parent: '{ name: gw, sectionName: own }' }, to('narrow', '/n')) +
        route('w', { parent: '{ name: gw, sectionName: http }' }, to('wide')),
    );
    expect(s.meets('http://a.example.com/n')).toBe('default/narrow:80');
    expect(s.meets('http://a.example.com/w')).toBe('404');
    expect(s.meets('http://b.example.com/n')).toBe('default/wide:80');
  });

  it('nothing stands behind a rule that no request can miss', () => {
    const s = given(
      gateway(HTTP) +
        services('a', 'b') +
        route('n', { hostnames: ['a.example.com'] }, to('a')) +
        route('w', { hostnames: ['*.example.com'] }, to('b', '/b')),
    );
    const table = s.fleet().ports[0]?.tables[0];
    expect([...(table?.virtualHosts ?? [])].map(([domain, { rules }]) => [domain, rules.length])).toEqual([
      ['*', 0],
      ['*.example.com', 1],
      ['a.example.com', 1],
    ]);
  });

  it('a route that reaches a host by several hostnames stands there once, by the most specific', () => {
    const both = (...hostnames: readonly string[]): string => route('both', { hostnames }, to('a', '/x'));
    const s = given(
      gateway(HTTP) +
        services('a', 'b') +
        both('a.example.com', '*.example.com') +
        route('w', { hostnames: ['*.example.com', '*.com'] }, to('b', '/x/y'), to('b', '/z')),
    );
    const rulesOf = (domain: string): readonly string[] =>
      (s.fleet().ports[0]?.tables[0]?.virtualHosts.get(domain)?.rules ?? []).map(
        (rule) => `${rule.route.name} ${rule.match.path.value}`,
      );
    expect(rulesOf('a.example.com')).toEqual(['both /x', 'w /x/y', 'w /z']);
    expect(rulesOf('*.example.com')).toEqual(['w /x/y', 'both /x', 'w /z']);
    s.change(both('*.example.com'));
    expect(rulesOf('a.example.com')).toEqual([]);
    expect(rulesOf('*.example.com')).toEqual(['w /x/y', 'both /x', 'w /z']);
    s.change(both('a.example.com', '*.example.com', '*.com'));
    expect(rulesOf('a.example.com')).toEqual(['both /x', 'w /x/y', 'w /z']);
    expect(rulesOf('*.com')).toEqual(['w /x/y', 'both /x', 'w /z']);
  });

  it('an address is no hostname', () => {
    const s = given(
      gateway(HTTP) +
        services('a') +
        route('ip', { hostnames: ['10.0.0.1'] }, to('a')) +
        route('both', { hostnames: ['10.0.0.1', 'a.test'] }, to('a')),
    );
    expect(reasonOf(s.parent('ip').accepted)).toBe('UnsupportedValue');
    expect(s.parent('both').partiallyInvalid?.at).toBe('spec.hostnames[0]');
    expect(s.meets('http://10.0.0.1/')).toBe('404');
    expect(s.meets('http://a.test/')).toBe('default/a:80');
  });
});
