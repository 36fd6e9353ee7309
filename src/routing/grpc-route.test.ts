import { describe, expect, it } from '@jest/globals';
import { given, reasonOf } from './testing/given.js';
import { callsTo, gateway, grpcRoute, HTTP, route, service, services, to } from './testing/yaml.js';

const base = gateway(HTTP) + services('a', 'b');
const rule = (more: string, backendRefs = '{ name: a, port: 80 }'): string =>
  `{ ${more}${more === '' ? '' : ', '}backendRefs: [${backendRefs}] }`;
const parentOf = (s: ReturnType<typeof given>) => s.parent('r');
const FAR = '{ name: a, namespace: far, port: 80 }';
const grant = (kind: string): string => `---
apiVersion: gateway.networking.k8s.io/v1
kind: ReferenceGrant
metadata: { name: g, namespace: far }
spec: { from: [{ group: gateway.networking.k8s.io, kind: ${kind}, namespace: default }], to: [{ group: "", kind: Service }] }
`;

describe('what a client of a call is told', () => {
  it.each([
    ['nothing matches', rule('matches: [{ method: { service: other } }]'), 'UNIMPLEMENTED'],
    ['no backendRefs', '{ name: none }', 'UNAVAILABLE'],
    ['the only backend is missing', rule('', '{ name: none, port: 80 }'), 'UNAVAILABLE'],
    ['the only backend is of a wrong kind', rule('', '{ kind: Pod, name: a, port: 80 }'), 'UNAVAILABLE'],
    ['the only backend is forbidden', rule('', FAR), 'UNAVAILABLE'],
    ['all weights are 0', rule('', '{ name: a, port: 80, weight: 0 }'), 'UNAVAILABLE'],
    ['a filter is not supported', rule('filters: [{ type: ExtensionRef, extensionRef: { group: g.test, kind: K, name: n } }]'), 'UNAVAILABLE'], // prettier-ignore
    ['a session cannot be had', rule('sessionPersistence: { type: Header, header: { name: s }, absoluteTimeout: 1h }'), 'UNAVAILABLE'], // prettier-ignore
  ])('%s', (_what, written, status) => {
    expect(given(base + service('a', 'far') + grpcRoute('r', {}, written)).calls('http://h.test/x/Y')).toBe(
      status,
    );
  });

  it('some backends are missing: their share of the calls fails', () => {
    const s = given(
      base +
        grpcRoute('r', {}, rule('', '{ name: a, port: 80, weight: 9 }, { name: none, port: 80, weight: 1 }')),
    );
    expect(s.calls('http://h.test/x/Y')).toBe('default/a:80=9 UNAVAILABLE=1');
    expect(reasonOf(parentOf(s).accepted)).toBe('True');
    expect(parentOf(s).resolvedRefs).toMatchObject({
      reason: 'BackendNotFound',
      at: 'spec.rules[0].backendRefs[1]',
    });
  });
});

describe('a GRPCRoute', () => {
  it('reaches a backend of another namespace by a grant to GRPCRoutes alone', () => {
    const s = given(base + service('a', 'far') + grpcRoute('r', {}, rule('', FAR)) + grant('HTTPRoute'));
    expect(parentOf(s).resolvedRefs).toMatchObject({ reason: 'RefNotPermitted' });
    s.change(grant('GRPCRoute'));
    expect(s.calls('http://h.test/x/Y')).toBe('far/a:80');
    s.remove('ReferenceGrant', 'g', 'far');
    expect(s.calls('http://h.test/x/Y')).toBe('UNAVAILABLE');
  });

  it('modifies headers and mirrors by rule and by backend, and its rules have names', () => {
    const set = (type: string, value: string): string =>
      `{ type: ${type[0]?.toUpperCase()}${type.slice(1)}, ${type}: { set: [{ name: x, value: ${value} }] } }`;
    const mirror =
      '{ type: RequestMirror, requestMirror: { backendRef: { name: b, port: 80 }, percent: 20 } }';
    const filters = [set('requestHeaderModifier', 'rule'), set('responseHeaderModifier', 'answer'), mirror];
    const own = [set('requestHeaderModifier', 'own'), mirror];
    const s = given(
      base +
        grpcRoute(
          'r',
          {},
          rule(
            `name: first, filters: [${filters.join(', ')}]`,
            `{ name: a, port: 80, filters: [${own.join(', ')}] }`,
          ),
        ),
    );
    const { rule: met, outcome } = s.evaluate('http://h.test/x/Y', {
      headers: [['content-type', 'application/grpc']],
    });
    expect(met?.ruleName).toBe('first');
    expect(outcome).toMatchObject({
      kind: 'forward',
      requestTimeoutMs: 0,
      retry: undefined,
      shares: [
        {
          headers: expect.arrayContaining([['x', 'own']]),
          mirrors: [{ perMillion: 200_000 }, { perMillion: 200_000 }],
        },
      ],
    });
    expect([...s.fleet().clusters.values()].map(({ protocol }) => protocol)).toEqual(['http2', 'http2']);
  });

  it('one rule that cannot be honoured costs that rule', () => {
    const bad = rule(
      'matches: [{ method: { service: bad } }], filters: [{ type: ExtensionRef, extensionRef: { group: g.test, kind: K, name: n } }]',
    );
    const s = given(base + grpcRoute('r', {}, bad, callsTo('a', '{ service: x }')));
    expect([s.calls('http://h.test/bad/Y'), s.calls('http://h.test/x/Y')]).toEqual([
      'UNAVAILABLE',
      'default/a:80',
    ]);
    expect(parentOf(s).partiallyInvalid).toMatchObject({ reason: 'UnsupportedValue' });
  });

  it('attaches by kind: to listeners that take GRPCRoutes', () => {
    const only = (kind: string): string =>
      gateway(`{ name: http, port: 80, protocol: HTTP, allowedRoutes: { kinds: [{ kind: ${kind} }] } }`);
    const s = given(only('HTTPRoute') + services('a') + grpcRoute('r', {}, callsTo('a')));
    expect(parentOf(s).accepted).toMatchObject({ reason: 'NotAllowedByListeners' });
    expect(s.listener('http').supportedKinds.map(({ kind }) => kind)).toEqual(['HTTPRoute']);
    s.change(only('GRPCRoute'));
    expect(s.calls('http://h.test/x/Y')).toBe('default/a:80');
    expect(s.listener('http').supportedKinds.map(({ kind }) => kind)).toEqual(['GRPCRoute']);
  });

  it('has the hostnames that meet those of the listener', () => {
    const listener = '{ name: http, port: 80, protocol: HTTP, hostname: "*.b.test" }';
    const s = given(
      gateway(listener) + services('a') + grpcRoute('r', { hostnames: ['x.b.test', 'c.test'] }, callsTo('a')),
    );
    expect(['x.b.test', 'y.b.test', 'c.test'].map((host) => s.calls(`http://${host}/x/Y`))).toEqual(['default/a:80', 'UNIMPLEMENTED', 'UNIMPLEMENTED']); // prettier-ignore
    s.change(grpcRoute('r', { hostnames: ['c.test'] }, callsTo('a')));
    expect(parentOf(s).accepted).toMatchObject({ reason: 'NoMatchingListenerHostname' });
  });
});

describe('a GRPCRoute and an HTTPRoute', () => {
  it('of one name are two routes, and both count', () => {
    const s = given(base + route('r', {}, to('a')) + grpcRoute('r', {}, callsTo('b')));
    expect(s.listener('http').attachedRoutes).toBe(2);
    expect([...s.model().routes.keys()]).toEqual(['GRPCRoute default/r', 'HTTPRoute default/r']);
    s.remove('HTTPRoute', 'r');
    expect(s.listener('http').attachedRoutes).toBe(1);
    expect([s.meets('http://h.test/x/Y'), s.calls('http://h.test/x/Y')]).toEqual(['404', 'default/b:80']);
  });

  it('on one hostname are both accepted: calls meet the GRPCRoute first, all else the HTTPRoute alone', () => {
    const s = given(
      base +
        route('old', { created: '2020-01-01T00:00:00Z' }, to('a', '/x/Y'), to('a')) +
        grpcRoute('r', {}, callsTo('b', '{ service: x }')),
    );
    expect(s.meets('http://h.test/x/Y')).toBe('default/a:80');
    expect(s.calls('http://h.test/x/Y')).toBe('default/b:80');
    // What no GRPCRoute takes is an ordinary request: proxies of calls were HTTPRoutes before there were GRPCRoutes.
    expect(s.calls('http://h.test/other/Y')).toBe('default/a:80');
    expect([s.parent('old'), s.parent('r')].map(({ accepted }) => reasonOf(accepted))).toEqual([
      'True',
      'True',
    ]);
  });

  it('of different hostnames: the more specific hostname counts first, whatever the kind', () => {
    const s = given(
      base +
        grpcRoute('r', { hostnames: ['*.b.test'] }, callsTo('b')) +
        route('web', { hostnames: ['x.b.test'] }, to('a', '/x')),
    );
    expect(s.calls('http://x.b.test/x/Y')).toBe('default/a:80');
    expect(s.calls('http://x.b.test/y/Y')).toBe('default/b:80');
    expect(s.meets('http://x.b.test/y/Y')).toBe('404');
  });

  it('to one Service have a cluster each, of HTTP/1.1 and of HTTP/2', () => {
    const s = given(base + route('web', {}, to('a')) + grpcRoute('r', {}, callsTo('a')));
    expect(
      [...s.fleet().clusters.values()].map(({ name, protocol }) => [name.slice(0, 12), protocol]),
    ).toEqual([
      ['default_a_80', 'http1'],
      ['default_a_80', 'http2'],
    ]);
    expect(s.fleet().endpoints.size).toBe(2);
  });
});
