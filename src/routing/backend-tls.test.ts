import { describe, expect, it } from '@jest/globals';
import { isStillPermitted } from './permits.js';
import { securityPermit } from './backend-tls.js';
import type { AncestorModel, PolicyModel } from './policy-model.js';
import type { ClusterModel } from './model.js';
import { given, reasonOf, type Scenario } from './testing/given.js';
import { caConfigMap, policy } from './testing/backend-tls.js';
import { ONE, TWO } from './testing/key-pair.js';
import { callsTo, gateway, grpcRoute, HTTP, route, service, to } from './testing/yaml.js';

// Gateway API, BackendTLSPolicy; conformance tests BackendTLSPolicy*.

const SHOP = gateway(HTTP) + service('a') + route('r', {}, to('a'));

function shop(...more: readonly string[]): Scenario {
  return given(SHOP + more.join(''));
}

function cluster(s: Scenario): ClusterModel {
  const [only, ...others] = s.fleet().clusters.values();
  if (only === undefined || others.length > 0) throw new Error('not one cluster');
  return only;
}

function policyNamed(s: Scenario, name: string): PolicyModel | undefined {
  const all = s.model().policies.flatMap((policies) => [...policies.values()]);
  return all.find(({ policy: { metadata } }) => metadata.name === name);
}

function ancestor(s: Scenario, name: string): AncestorModel | undefined {
  return policyNamed(s, name)?.ancestors[0];
}

/** Accepted and ResolvedRefs. */
function said(s: Scenario, name: string): readonly string[] {
  const found = ancestor(s, name);
  return found === undefined ? [] : [reasonOf(found.accepted), reasonOf(found.resolvedRefs)];
}

describe('a BackendTLSPolicy', () => {
  it('makes the Service another cluster, verified by its CAs and hostname', () => {
    const s = shop(policy('p', 'a'), caConfigMap('ca', ONE));
    expect(cluster(s).tls).toEqual({
      hostname: 'a.test',
      names: [{ kind: 'dns', value: 'a.test' }],
      ca: 'ca/default/ca',
    });
    expect(cluster(s).name).toMatch(/^default_a_80_[0-9a-f]{8}$/);
    expect([...s.fleet().bundles.values()]).toEqual([
      { name: 'ca/default/ca', certificates: ONE.certificate },
    ]);
    expect([...s.fleet().endpoints.keys()]).toEqual([cluster(s).name]);
    expect(said(s, 'p')).toEqual(['True', 'True']);
    expect(ancestor(s, 'p')?.ancestor).toMatchObject({ kind: 'Gateway', namespace: 'default', name: 'gw' });
  });

  it('is spoken by a GRPCRoute in HTTP/2 inside TLS, and never without it where the port asks for TLS', () => {
    const s = given(gateway(HTTP) + service('a', 'default', 'https') + grpcRoute('r', {}, callsTo('a')));
    expect([...s.fleet().clusters.keys()]).toEqual([]);
    expect(s.calls('http://h.test/x/Y')).toBe('UNAVAILABLE');
    s.change(policy('p', 'a') + caConfigMap('ca', ONE));
    expect(cluster(s)).toMatchObject({ protocol: 'http2', tls: { ca: 'ca/default/ca' } });
  });

  it('keeps cluster and name when a CA is replaced, and takes the new CA', () => {
    const s = shop(policy('p', 'a'), caConfigMap('ca', ONE));
    const before = cluster(s);
    s.change(caConfigMap('ca', TWO));
    expect(cluster(s)).toBe(before);
    expect(s.fleet().bundles.get('ca/default/ca')?.certificates).toBe(TWO.certificate);
  });

  it('is another cluster with another hostname', () => {
    const s = shop(policy('p', 'a'), caConfigMap('ca', ONE));
    const before = cluster(s).name;
    expect(cluster(s.change(policy('p', 'a', { hostname: 'b.test' }))).name).not.toBe(before);
  });

  it('that is gone leaves plain text, and no bundle', () => {
    const s = shop(policy('p', 'a'), caConfigMap('ca', ONE));
    s.remove('BackendTLSPolicy', 'p');
    expect(cluster(s)).toMatchObject({ name: 'default_a_80', tls: undefined });
    expect([s.fleet().bundles.size, policyNamed(s, 'p')]).toEqual([0, undefined]);
  });

  it('verifies by its subjectAltNames instead of its hostname', () => {
    const names = '[{ type: URI, uri: "spiffe://a/b" }, { type: Hostname, hostname: "*.b.test" }]';
    const s = shop(policy('p', 'a', { names }), caConfigMap('ca', ONE));
    expect(cluster(s).tls?.hostname).toBe('a.test');
    expect(cluster(s).tls?.names).toEqual([
      { kind: 'uri', value: 'spiffe://a/b' },
      { kind: 'dns', value: '*.b.test' },
    ]);
  });

  it('puts all its CAs into one bundle, each once', () => {
    const refs = ['x', 'ca', 'x'].map((name) => `{ group: "", kind: ConfigMap, name: ${name} }`).join();
    const s = shop(policy('p', 'a', { cas: `[${refs}]` }), caConfigMap('ca', ONE), caConfigMap('x', TWO));
    expect([...s.fleet().bundles.values()]).toEqual([
      { name: 'ca/default/ca+x', certificates: ONE.certificate + TWO.certificate },
    ]);
  });

  it.each([
    ['https', 'http1'],
    ['HTTPS', 'http1'],
    ['kubernetes.io/wss', 'http1'],
    ['kubernetes.io/ws', 'http1'],
    ['kubernetes.io/h2c', 'http2'],
  ])('secures a port of appProtocol %s', (appProtocol, protocol) => {
    const s = shop(service('a', 'default', appProtocol), policy('p', 'a'), caConfigMap('ca', ONE));
    expect(cluster(s)).toMatchObject({ protocol, tls: { hostname: 'a.test' } });
    expect(s.remove('BackendTLSPolicy', 'p').meets('http://h/')).toBe(
      /(https|wss)$/i.test(appProtocol) ? '500' : 'default/a:80',
    );
  });

  it('secures mirrors, and drops those that it forbids', () => {
    const mirror = `{ filters: [{ type: RequestMirror, requestMirror: { backendRef: { name: a, port: 80 } } }], backendRefs: [{ name: b, port: 80 }] }`;
    const s = given(gateway(HTTP) + service('a') + service('b') + route('r', {}, mirror) + policy('p', 'a'));
    expect([...s.fleet().clusters.keys()]).toEqual(['default_b_80']);
    s.change(caConfigMap('ca', ONE));
    expect([...s.fleet().clusters.values()].map(({ tls }) => tls?.hostname)).toEqual(['a.test', undefined]);
    expect(said(s, 'p')).toEqual(['True', 'True']);
  });
});

describe('a BackendTLSPolicy that cannot be honoured', () => {
  const CASES: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    [
      'whose ConfigMap does not exist',
      [policy('p', 'a')],
      ['NoValidCACertificate', 'InvalidCACertificateRef'],
    ],
    [
      'whose ConfigMap has no ca.crt',
      [
        policy('p', 'a'),
        '---\n{ apiVersion: v1, kind: ConfigMap, metadata: { name: ca }, data: { x: y } }\n',
      ],
      ['NoValidCACertificate', 'InvalidCACertificateRef'],
    ],
    [
      'whose ca.crt is not PEM',
      [policy('p', 'a'), caConfigMap('ca', { ...ONE, certificate: 'nonsense\n' })],
      ['NoValidCACertificate', 'InvalidCACertificateRef'],
    ],
    [
      'whose ca.crt is a key',
      [policy('p', 'a'), caConfigMap('ca', { ...ONE, certificate: ONE.key })],
      ['NoValidCACertificate', 'InvalidCACertificateRef'],
    ],
    [
      'whose CA is of another kind',
      [policy('p', 'a', { cas: '[{ group: "", kind: Secret, name: ca }]' })],
      ['NoValidCACertificate', 'InvalidKind'],
    ],
    [
      'that asks for the system CAs where there are none',
      [policy('p', 'a', { known: 'System' })],
      ['Invalid', 'True'],
    ],
    ['that asks for a set nobody knows', [policy('p', 'a', { known: 'a.test/all' })], ['Invalid', 'True']],
  ];

  it.each(CASES)('%s lets nothing through', (_, yaml, reasons) => {
    const s = shop(...yaml);
    expect(s.meets('http://h/')).toBe('500');
    expect(s.fleet().clusters.size).toBe(0);
    expect(said(s, 'p')).toEqual(reasons);
    // The reference of the route is right.
    expect(reasonOf(s.parent('r').resolvedRefs)).toBe('True');
  });

  it('costs its share alone, and is mended by the ConfigMap', () => {
    const both = '{ backendRefs: [{ name: a, port: 80, weight: 1 }, { name: b, port: 80, weight: 3 }] }';
    const s = shop(service('b'), route('r', {}, both), policy('p', 'a'));
    expect(s.meets('http://h/')).toBe('500=1 default/b:80=3');
    expect(s.change(caConfigMap('ca', ONE)).meets('http://h/')).toBe('default/a:80=1 default/b:80=3');
    expect(s.change(caConfigMap('ca', { ...ONE, certificate: '' })).meets('http://h/')).toBe(
      '500=1 default/b:80=3',
    );
  });

  it('goes on with the CAs that are there when one is not', () => {
    const cas = '[{ group: "", kind: ConfigMap, name: ca }, { group: "", kind: ConfigMap, name: none }]';
    const s = shop(policy('p', 'a', { cas }), caConfigMap('ca', ONE));
    expect(s.fleet().bundles.get('ca/default/ca+none')?.certificates).toBe(ONE.certificate);
    expect(said(s, 'p')).toEqual(['True', 'InvalidCACertificateRef']);
  });

  it('takes the system CAs where there are some', () => {
    const s = given(SHOP + policy('p', 'a', { known: 'System' }), {
      systemCertificates: () => ONE.certificate,
    });
    expect(cluster(s).tls?.ca).toBe('ca/system');
    expect(s.fleet().bundles.get('ca/system')?.certificates).toBe(ONE.certificate);
  });
});

describe('of several BackendTLSPolicies', () => {
  const named = (s: Scenario): string | undefined => cluster(s).tls?.hostname;

  it('the older one wins, then the first by name, and the loser is Conflicted', () => {
    const s = shop(
      caConfigMap('ca', ONE),
      policy('x', 'a', { hostname: 'x.test' }),
      policy('y', 'a', { hostname: 'y.test' }),
    );
    expect([named(s), ...said(s, 'x'), ...said(s, 'y')]).toEqual([
      'x.test',
      'True',
      'True',
      'Conflicted',
      'True',
    ]);
    s.change(policy('z', 'a', { hostname: 'z.test', created: '2026-01-01T00:00:00Z' }));
    expect([named(s), ...said(s, 'x'), ...said(s, 'z')]).toEqual([
      'z.test',
      'Conflicted',
      'True',
      'True',
      'True',
    ]);
    s.remove('BackendTLSPolicy', 'z').remove('BackendTLSPolicy', 'x');
    expect([named(s), ...said(s, 'y')]).toEqual(['y.test', 'True', 'True']);
  });

  it('one that is in force and broken is not replaced by the loser', () => {
    const broken = policy('x', 'a', { cas: '[{ group: "", kind: ConfigMap, name: none }]' });
    const s = shop(caConfigMap('ca', ONE), broken, policy('y', 'a'));
    expect(s.meets('http://h/')).toBe('500');
    expect(said(s, 'y')).toEqual(['Conflicted', 'True']);
  });

  it('the one for a port goes before the one for the Service, and both are accepted', () => {
    const two = service('a').replace('port: 80', 'port: 80 }, { name: other, port: 81');
    const s = given(
      gateway(HTTP) +
        two +
        route(
          'r',
          {},
          to('a'),
          '{ backendRefs: [{ name: a, port: 81 }], matches: [{ path: { value: /o } }] }',
        ) +
        caConfigMap('ca', ONE) +
        policy('w', 'a', { hostname: 'w.test' }) +
        policy('s', 'a', { hostname: 's.test', section: 'other' }),
    );
    const hostnames = [...s.fleet().clusters.values()].map(({ port, tls }) => [port, tls?.hostname]);
    expect(new Map(hostnames as [number, string][])).toEqual(
      new Map([
        [80, 'w.test'],
        [81, 's.test'],
      ]),
    );
    expect([...said(s, 'w'), ...said(s, 's')]).toEqual(['True', 'True', 'True', 'True']);
  });

  it('one for a port that does not exist is TargetNotFound and changes nothing', () => {
    const s = shop(caConfigMap('ca', ONE), policy('p', 'a', { section: 'none' }));
    expect(cluster(s).tls).toBeUndefined();
    expect(said(s, 'p')).toEqual(['TargetNotFound', 'True']);
  });

  it('one for a Service that does not exist is TargetNotFound', () => {
    const s = shop(caConfigMap('ca', ONE), policy('p', 'gone'), route('g', {}, to('gone', '/gone')));
    expect(said(s, 'p')).toEqual(['TargetNotFound', 'True']);
  });
});

describe('the ancestors of a BackendTLSPolicy', () => {
  const second = gateway(HTTP).replace('name: gw', 'name: gw2');
  const onSecond = route('r2', { parent: '{ name: gw2 }' }, to('a'));
  const names = (s: Scenario): readonly string[] =>
    (policyNamed(s, 'p')?.ancestors ?? []).map(({ ancestor: { name } }) => name);

  it('are the Gateways whose routes send to its Services, from moment to moment', () => {
    const s = shop(second, policy('p', 'a'), caConfigMap('ca', ONE));
    expect(names(s)).toEqual(['gw']);
    expect(names(s.change(onSecond))).toEqual(['gw', 'gw2']);
    expect(names(s.remove('HTTPRoute', 'r'))).toEqual(['gw2']);
    expect(names(s.remove('Gateway', 'gw2'))).toEqual([]);
    expect(names(s.change(second))).toEqual(['gw2']);
    expect(names(s.change(policy('p', 'b')))).toEqual([]);
  });

  it('are at most 16', () => {
    const many = Array.from({ length: 20 }, (_, i) => i + 10);
    const s = given(
      service('a') +
        policy('p', 'a') +
        many.map((i) => gateway(HTTP).replace('name: gw', `name: g${i}`)).join('') +
        route('r', { parent: many.map((i) => `{ name: g${i} }`).join() }, to('a')),
    );
    expect(names(s)).toHaveLength(16);
  });

  it('do not learn of routes that no grant lets refer to the Service', () => {
    const far = service('a', 'far') + policy('p', 'a').replace('name: p,', 'name: p, namespace: far,');
    const s = shop(far, route('f', {}, '{ backendRefs: [{ name: a, namespace: far, port: 80 }] }'));
    expect(policyNamed(s, 'p')).toBeUndefined();
  });
});

describe('what sending to a cluster relies on', () => {
  const holds = (s: Scenario, permit: string): boolean => isStillPermitted(permit, s.fleet());

  it('ends when a policy comes, whatever is wrong with it, and for its port alone', () => {
    const s = shop();
    const plain = securityPermit(cluster(s));
    expect(holds(s, plain)).toBe(true);
    expect(holds(s.change(policy('p', 'a', { section: 'none' })), plain)).toBe(true);
    expect(holds(s.change(policy('p', 'a')), plain)).toBe(false);
    expect(holds(s.change(caConfigMap('ca', ONE)), plain)).toBe(false);
    expect(holds(s.remove('BackendTLSPolicy', 'p'), plain)).toBe(true);
  });

  it('ends when the policy asks for something else or loses its CAs, not when a CA is replaced or it is gone', () => {
    const s = shop(policy('p', 'a'), caConfigMap('ca', ONE));
    const secure = securityPermit(cluster(s));
    expect(holds(s.change(caConfigMap('ca', TWO)), secure)).toBe(true);
    expect(holds(s.change(policy('p', 'a', { hostname: 'b.test' })), secure)).toBe(false);
    expect(holds(s.change(policy('p', 'a')), secure)).toBe(true);
    expect(holds(s.remove('ConfigMap', 'ca'), secure)).toBe(false);
    expect(holds(s.remove('BackendTLSPolicy', 'p'), secure)).toBe(true);
  });
});

describe('the cost of a change of a policy', () => {
  it('is that of the routes to its Services', () => {
    const others = Array.from({ length: 50 }, (_, i) => route(`o${i}`, {}, to('b', `/o${i}`))).join('');
    const s = shop(service('b'), others, policy('p', 'a'), caConfigMap('ca', ONE));
    s.model();
    const resolved = (): number => (s.model(), s.counters().routesResolved);
    const start = resolved();
    s.change(policy('p', 'a', { hostname: 'b.test' }));
    expect(resolved() - start).toBe(1);
    s.change(caConfigMap('ca', TWO));
    expect(resolved() - start).toBe(2);
    s.change(policy('q', 'none'));
    expect(resolved() - start).toBe(2);
  });
});
