import { describe, expect, it } from '@jest/globals';
import { given, reasonOf, type Scenario } from '../testing/given.js';
import { ONE, tlsSecret } from '../testing/key-pair.js';
import { caConfigMap, policy } from '../testing/backend-tls.js';
import { gateway, route, service, services, to } from '../testing/yaml.js';

// What a connection meets. Source: Gateway API, TLSRoute, TCPRoute, UDPRoute.

interface Options {
  readonly kind?: 'TLSRoute' | 'TCPRoute' | 'UDPRoute';
  readonly hostnames?: readonly string[];
  readonly section?: string;
  readonly created?: string;
  readonly version?: string;
  /** YAML flow sequence; default: Service `a`. */
  readonly refs?: string;
}

function l4(
  name: string,
  { kind = 'TLSRoute', hostnames, section, created, version = 'v1', refs }: Options,
): string {
  return `---
apiVersion: gateway.networking.k8s.io/${version}
kind: ${kind}
metadata: { name: ${name}, namespace: default${created === undefined ? '' : `, creationTimestamp: "${created}"`} }
spec:
  parentRefs: [{ name: gw${section === undefined ? '' : `, sectionName: ${section}`} }]
${hostnames === undefined ? '' : `  hostnames: ${JSON.stringify(hostnames)}\n`}  rules: [{ backendRefs: ${refs ?? '[{ name: a, port: 80 }]'} }]
`;
}

const toService = (name: string): string => `[{ name: ${name}, port: 80 }]`;
const TCP = '{ name: tcp, port: 9000, protocol: TCP }';
const UDP = '{ name: udp, port: 9000, protocol: UDP }';
const tls = (name: string, hostname: string, mode = 'Passthrough'): string =>
  `{ name: ${name}, port: 443, protocol: TLS${hostname === '*' ? '' : `, hostname: "${hostname}"`}, tls: { mode: ${mode}${mode === 'Terminate' ? ', certificateRefs: [{ name: cert }]' : ''} } }`;
const https = (name: string, hostname: string): string =>
  `{ name: ${name}, port: 443, protocol: HTTPS, hostname: "${hostname}", tls: { certificateRefs: [{ name: cert }] } }`;
const base = services('a', 'b', 'c') + tlsSecret('cert', ONE);
const udpService = (name: string): string => service(name).replaceAll('port: 80', 'protocol: UDP, port: 80');

describe('a TCPRoute', () => {
  it('gets every connection of its port', () => {
    const s = given(base + gateway(TCP) + l4('r', { kind: 'TCPRoute' }));
    expect(s.connects(9000)).toBe('default/a:80');
    expect(s.connects(9000, undefined, 'udp')).toBe('refused');
    expect(s.listener('tcp')).toMatchObject({ attachedRoutes: 1, supportedKinds: [{ kind: 'TCPRoute' }] });
  });

  it('without a rival that is older, or else first by name, is served; all are accepted and counted', () => {
    const rival = (name: string, backend: string, created?: string): string =>
      l4(name, { kind: 'TCPRoute', refs: toService(backend), ...(created !== undefined && { created }) });
    const s = given(base + gateway(TCP) + rival('z', 'b') + rival('y', 'a'));
    expect(s.connects(9000)).toBe('default/a:80');
    s.change(rival('z', 'b', '2026-01-02T00:00:00Z'));
    expect(s.connects(9000)).toBe('default/b:80');
    s.change(rival('x', 'c', '2026-01-03T00:00:00Z'));
    expect(s.connects(9000)).toBe('default/b:80');
    expect(['x', 'y', 'z'].map((name) => reasonOf(s.parent(name).accepted))).toEqual([
      'True',
      'True',
      'True',
    ]);
    expect(s.listener('tcp').attachedRoutes).toBe(3);
    s.remove('TCPRoute', 'z');
    expect(s.connects(9000)).toBe('default/c:80');
  });

  it.each([
    ['[{ name: none, port: 80 }]', 'BackendNotFound'],
    ['[{ name: a, port: 81 }]', 'BackendNotFound'],
    ['[{ kind: Strange, group: x.test, name: a, port: 80 }]', 'InvalidKind'],
    ['[{ name: a, namespace: far, port: 80 }]', 'RefNotPermitted'],
    ['[{ name: datagrams, port: 80 }]', 'UnsupportedProtocol'],
    ['[{ name: elsewhere, port: 80 }]', 'InvalidKind'],
  ])('to %s is refused for its share alone: %s', (refs, reason) => {
    const external =
      '---\n{ apiVersion: v1, kind: Service, metadata: { name: elsewhere }, spec: { type: ExternalName, externalName: a.test } }\n';
    const both = refs.replace('[', '[{ name: b, port: 80, weight: 9 }, ');
    const s = given(
      base + udpService('datagrams') + external + gateway(TCP) + l4('r', { kind: 'TCPRoute', refs: both }),
    );
    expect(s.connects(9000)).toBe('default/b:80=9 refused=1');
    expect(s.parent('r')).toMatchObject({ accepted: { accepted: true }, resolvedRefs: { reason } });
  });

  it('all of whose weights are 0 is refused', () => {
    const refs = '[{ name: a, port: 80, weight: 0 }]';
    expect(given(base + gateway(TCP) + l4('r', { kind: 'TCPRoute', refs })).connects(9000)).toBe('refused');
  });

  it('of v1alpha2 with further rules is served by the first, and says so of the others', () => {
    const several = l4('r', { kind: 'TCPRoute', version: 'v1alpha2' }).replace(
      'rules: [',
      `rules: [{ backendRefs: ${toService('b')} }, `,
    );
    const s = given(base + gateway(TCP) + several);
    expect(s.connects(9000)).toBe('default/b:80');
    expect(s.parent('r').partiallyInvalid).toMatchObject({ reason: 'UnsupportedValue', at: 'spec.rules[1]' });
  });
});

describe('a UDPRoute', () => {
  it('has a port of its own beside TCP with the same number', () => {
    const s = given(
      base +
        udpService('d') +
        gateway(TCP, UDP) +
        l4('t', { kind: 'TCPRoute' }) +
        l4('u', { kind: 'UDPRoute', refs: toService('d') }),
    );
    expect(s.connects(9000)).toBe('default/a:80');
    expect(s.connects(9000, undefined, 'udp')).toBe('default/d:80');
    expect(['tcp', 'udp'].map((name) => s.listener(name).conflicted.accepted)).toEqual([true, true]);
  });

  it('waits for the grant of its own port', () => {
    const s = given(base + gateway(TCP, UDP));
    const observation = { fleet: 'default/gw', addresses: ['127.0.0.1'], portOffset: 0, grantsPorts: true };
    s.observe({ ...observation, ports: { 9000: { bound: true } } });
    expect(['tcp', 'udp'].map((name) => s.listener(name).served)).toEqual([true, false]);
    const refused = { bound: false, reason: 'PortUnavailable', message: 'taken' } as const;
    s.observe({ ...observation, ports: { 9000: refused }, udpPorts: { 9000: { bound: true } } });
    expect(['tcp', 'udp'].map((name) => s.listener(name).served)).toEqual([false, true]);
    expect(reasonOf(s.listener('tcp').accepted)).toBe('PortUnavailable');
  });

  it('is not allowed on TCP', () => {
    const s = given(base + gateway(TCP) + l4('r', { kind: 'UDPRoute' }));
    expect(reasonOf(s.parent('r').accepted)).toBe('NotAllowedByListeners');
  });
});

describe('a TLSRoute', () => {
  const precedence = (
    listener: string,
    ...routes: readonly (readonly [hostname: string, backend: string])[]
  ) =>
    given(
      base +
        gateway(tls('tls', listener)) +
        routes
          .map(([hostname, backend], i) =>
            l4(`r${i}`, {
              hostnames: [hostname],
              refs: toService(backend),
              created: `2026-01-0${i + 1}T00:00:00Z`,
            }),
          )
          .join(''),
    );

  it('gets the connections of its hostnames within those of the listener', () => {
    const s = given(
      base + gateway(tls('tls', '*.a.test')) + l4('r', { hostnames: ['x.a.test', '*.y.a.test', 'b.test'] }),
    );
    expect(s.connects(443, 'X.a.test')).toBe('default/a:80');
    expect(s.connects(443, 'z.y.a.test')).toBe('default/a:80');
    for (const sni of ['b.test', 'y.a.test', 'other.a.test', undefined])
      expect(s.connects(443, sni)).toBe('refused');
  });

  it('whose hostname is more specific goes first, whatever its age', () => {
    const s = precedence('*', ['*.a.test', 'a'], ['x.a.test', 'b'], ['*.y.a.test', 'c']);
    expect(s.connects(443, 'x.a.test')).toBe('default/b:80');
    expect(s.connects(443, 'z.y.a.test')).toBe('default/c:80');
    expect(s.connects(443, 'z.a.test')).toBe('default/a:80');
  });

  it('goes first by its own hostname where the meeting with the listener is the same', () => {
    const exact = precedence('abc.a.test', ['*.a.test', 'a'], ['abc.a.test', 'b']);
    expect(exact.connects(443, 'abc.a.test')).toBe('default/b:80');
    const wild = precedence('*.a.test', ['*.test', 'a'], ['*.a.test', 'b']);
    expect(wild.connects(443, 'abc.a.test')).toBe('default/b:80');
    expect(wild.remove('TLSRoute', 'r1').connects(443, 'abc.a.test')).toBe('default/a:80');
  });

  it('of a listener has nothing of one that is closer, served or not', () => {
    const broken = tls('broken', 'broken.a.test', 'Terminate').replace('name: cert', 'name: none');
    const s = given(
      base +
        gateway(tls('wide', '*.a.test'), tls('own', 'own.a.test'), https('web', 'web.a.test'), broken) +
        l4('r', { hostnames: ['*.a.test', 'own.a.test', 'web.a.test', 'broken.a.test'], section: 'wide' }) +
        route('web', { parent: '{ name: gw, sectionName: web }' }, to('b')),
    );
    expect(s.connects(443, 'x.a.test')).toBe('default/a:80');
    expect(s.connects(443, 'own.a.test')).toBe('refused');
    expect(s.connects(443, 'web.a.test')).toBe('http');
    expect(s.connects(443, 'broken.a.test')).toBe('refused');
    expect(s.listener('broken')).toMatchObject({
      served: false,
      resolvedRefs: { reason: 'InvalidCertificateRef' },
    });
    expect(s.meets('https://web.a.test/')).toBe('default/b:80');
    expect(s.meets('https://x.a.test/')).toBe('refused');
    // Nor is a request of the wider one's connection.
    expect(s.meets('https://own.a.test/', { sni: 'web.a.test' })).toBe('404');
  });

  it('on one port is handed on or ended as its listeners say, beside HTTPS', () => {
    const end = tls('end', '*.end.test', 'Terminate');
    const s = given(
      base +
        gateway(tls('pass', '*.a.test'), end, https('web', 'web.test')) +
        l4('pass', { hostnames: ['x.a.test'], section: 'pass' }) +
        l4('end', { hostnames: ['x.end.test'], section: 'end', refs: toService('b') }) +
        route('web', { parent: '{ name: gw, sectionName: web }' }, to('b')),
    );
    for (const name of ['pass', 'end', 'web']) expect(s.listener(name).served).toBe(true);
    expect(s.connects(443, 'x.a.test')).toBe('default/a:80');
    expect(s.connects(443, 'x.end.test')).toBe('default/b:80');
    expect(s.connects(443, 'web.test')).toBe('http');
    expect([...s.fleet().l4Clusters.keys()].sort()).toEqual([
      'tlsroute/default/end/rule/0/terminate',
      'tlsroute/default/pass/rule/0',
    ]);
    // Without its certificate TLS cannot be ended here; what is handed on needs none.
    s.remove('Secret', 'cert');
    expect(s.connects(443, 'x.end.test')).toBe('refused');
    expect(s.connects(443, 'x.a.test')).toBe('default/a:80');
  });

  it('says why it does not attach', () => {
    const s = given(
      base +
        gateway(tls('tls', 'a.test'), https('web', 'web.test')) +
        l4('elsewhere', { hostnames: ['b.test'] }) +
        l4('web', { hostnames: ['web.test'], section: 'web' }) +
        l4('nowhere', { hostnames: ['web.test'], section: 'none' }),
    );
    expect(['elsewhere', 'web', 'nowhere'].map((name) => reasonOf(s.parent(name).accepted))).toEqual([
      'NoMatchingListenerHostname',
      'NotAllowedByListeners',
      'NoMatchingParent',
    ]);
  });

  it('is the only kind that its listeners take', () => {
    const kinds = tls('tls', 'a.test').replace(
      ' } }',
      ' }, allowedRoutes: { kinds: [{ kind: TCPRoute }, { kind: TLSRoute }] } }',
    );
    const s = given(base + gateway(kinds));
    expect(s.listener('tls')).toMatchObject({
      supportedKinds: [{ kind: 'TLSRoute' }],
      resolvedRefs: { reason: 'InvalidRouteKinds' },
      served: true,
    });
  });

  it('of a hostname that HTTPS has too conflicts, and neither is served', () => {
    const s = given(base + gateway(tls('tls', 'a.test'), https('web', 'a.test')));
    expect(['tls', 'web'].map((name) => reasonOf(s.listener(name).conflicted))).toEqual([
      'HostnameConflict',
      'HostnameConflict',
    ]);
  });
});

describe('a BackendTLSPolicy', () => {
  const secured = (s: Scenario, cluster: string): readonly (readonly string[])[] => {
    const shares = s.fleet().l4Clusters.get(cluster);
    return (shares?.tls ?? []).map(({ tls: { hostname, ca } }) => [hostname, ca]);
  };
  const objects =
    base +
    gateway(tls('pass', 'a.test'), tls('end', 'b.test', 'Terminate'), TCP) +
    l4('r', { hostnames: ['a.test', 'b.test'], refs: '[{ name: a, port: 80 }, { name: b, port: 80 }]' }) +
    l4('t', { kind: 'TCPRoute' }) +
    caConfigMap('ca', ONE);

  it('is in force where TLS is ended and for TCP, and not where it is handed on', () => {
    const s = given(objects + policy('p', 'a', { hostname: 'secure.test' }));
    expect(secured(s, 'tlsroute/default/r/rule/0/terminate')).toEqual([['secure.test', 'ca/default/ca']]);
    expect(secured(s, 'tcproute/default/t/rule/0')).toEqual([['secure.test', 'ca/default/ca']]);
    expect(s.fleet().l4Clusters.get('tlsroute/default/r/rule/0')?.tls).toBeUndefined();
    expect([...s.fleet().bundles.keys()]).toEqual(['ca/default/ca']);
    expect(s.connects(443, 'a.test')).toBe('default/a:80=1 default/b:80=1');
    expect(s.connects(443, 'b.test')).toBe('default/a:80=1 default/b:80=1');
  });

  it('that is invalid refuses the share of its backend, and the reference resolves', () => {
    const s = given(objects + policy('p', 'a', { cas: '[{ group: "", kind: ConfigMap, name: none }]' }));
    expect(s.connects(443, 'a.test')).toBe('default/a:80=1 default/b:80=1');
    expect(s.connects(443, 'b.test')).toBe('refused=1 default/b:80=1');
    expect(s.connects(9000)).toBe('refused');
    expect(reasonOf(s.parent('r').resolvedRefs)).toBe('True');
    const [model] = s.model().policies.flatMap((models) => [...models.values()]);
    expect(model?.ancestors).toMatchObject([{ accepted: { reason: 'NoValidCACertificate' } }]);
  });
});

describe('a change', () => {
  it('of weights or backends leaves chains and clusters as they are', () => {
    const s = given(
      base +
        gateway(tls('tls', '*'), TCP) +
        l4('r', { hostnames: ['a.test'] }) +
        l4('t', { kind: 'TCPRoute' }),
    );
    const before = s.fleet();
    s.change(
      l4('r', { hostnames: ['a.test'], refs: '[{ name: a, port: 80, weight: 3 }, { name: b, port: 80 }]' }),
    );
    const after = s.fleet();
    expect(after.l4Clusters).toBe(before.l4Clusters);
    const name = 'tlsroute/default/r/rule/0';
    expect(after.l4Endpoints.get(name)).not.toBe(before.l4Endpoints.get(name));
    expect(after.l4Endpoints.get('tcproute/default/t/rule/0')).toBe(
      before.l4Endpoints.get('tcproute/default/t/rule/0'),
    );
  });

  it('of the endpoints of any backend reaches the rule alone', () => {
    const s = given(
      base +
        gateway(TCP) +
        l4('t', { kind: 'TCPRoute', refs: '[{ name: a, port: 80 }, { name: b, port: 80 }]' }),
    );
    const before = { fleet: s.fleet(), counters: s.counters() };
    const slice = s.get('EndpointSlice', 'b-1');
    s.put({ ...slice, endpoints: [{ addresses: ['10.0.0.9'] }] });
    expect(s.fleet().l4Endpoints.get('tcproute/default/t/rule/0')?.localities).toMatchObject([
      { name: 'default/a:80' },
      { name: 'default/b:80', endpoints: [{ address: '10.0.0.9' }] },
    ]);
    expect(s.fleet().ports).toBe(before.fleet.ports);
    expect(s.counters().endpointsBuilt - before.counters.endpointsBuilt).toBe(1);
  });

  it('that takes the last route away leaves nothing of it', () => {
    const s = given(
      base +
        gateway(TCP, tls('tls', '*')) +
        l4('t', { kind: 'TCPRoute' }) +
        l4('r', { hostnames: ['a.test'] }),
    );
    s.remove('TCPRoute', 't').remove('TLSRoute', 'r');
    expect([...s.fleet().l4Clusters.keys()]).toEqual([]);
    expect([...s.fleet().l4Endpoints.keys()]).toEqual([]);
    expect(s.connects(9000)).toBe('refused');
    expect(s.fleet().ports.flatMap(({ streams }) => streams.map(({ chains }) => [...chains.keys()]))).toEqual(
      [['*'], ['*']],
    );
  });
});
