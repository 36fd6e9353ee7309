import { describe, expect, it } from '@jest/globals';
import { trafficPolicy } from './testing/backend-traffic.js';
import { caConfigMap, policy } from './testing/backend-tls.js';
import { given, reasonOf, type Scenario } from './testing/given.js';
import { ONE, tlsSecret } from './testing/key-pair.js';
import { policiesOf } from './testing/policies.js';
import { forImport, imported, importedSlice, importRef, serviceImport } from './testing/service-import.js';
import { gateway, grpcRoute, HTTP, route, services, to } from './testing/yaml.js';
import { isStillPermitted, securityPermit } from './index.js';

// Source: Gateway API v1.7.0, HTTPBackendRef and its like; GEP-1748; KEP-1645.

const toImport = (name = 'store', more = ''): string => `{ backendRefs: [${importRef(name, more)}] }`;
const SHOP = gateway(HTTP) + route('r', {}, toImport());

const grant = (from: string, to: string): string => `---
apiVersion: gateway.networking.k8s.io/v1
kind: ReferenceGrant
metadata: { name: g, namespace: far }
spec: { from: [{ group: gateway.networking.k8s.io, kind: ${from}, namespace: default }], to: [${to}] }
`;
const TO_IMPORTS = '{ group: multicluster.x-k8s.io, kind: ServiceImport }';

function endpointsOf(s: Scenario, cluster = 'serviceimport_default_store_80'): readonly string[] {
  const { endpoints = [] } = s.fleet().endpoints.get(cluster) ?? {};
  return endpoints.map(({ address, port }) => `${address}:${port}`);
}

const clusters = (s: Scenario): readonly string[] => [...s.fleet().clusters.keys()];

describe('a backendRef of kind ServiceImport', () => {
  it('is sent to the endpoints that every cluster of the set has, and its cluster is named for it', () => {
    const s = given(SHOP + imported('store'));
    expect(s.meets('http://h/')).toBe('default/store:80');
    expect(clusters(s)).toEqual(['serviceimport_default_store_80']);
    expect(endpointsOf(s)).toEqual(['10.1.0.1:8080', '10.2.0.1:8080']);
    expect(reasonOf(s.parent('r').resolvedRefs)).toBe('True');
  });

  it('of type Headless is the same', () => {
    const s = given(SHOP + imported('store').replace('ClusterSetIP', 'Headless'));
    expect(endpointsOf(s)).toEqual(['10.1.0.1:8080', '10.2.0.1:8080']);
  });

  it('follows its slices and nothing else: not its own address, nor Pods or slices of a Service of its name', () => {
    const s = given(SHOP + services('store') + serviceImport('store', { more: ', ips: [10.9.9.9]' }));
    expect(s.meets('http://h/')).toBe('default/store:80');
    expect(endpointsOf(s)).toEqual([]);
    s.change(
      importedSlice(
        'store',
        'east',
        '[{ addresses: [10.1.0.1] }, { addresses: [10.1.0.2], conditions: { ready: false } }]',
      ),
    );
    expect(endpointsOf(s)).toEqual(['10.1.0.1:8080']);
    s.remove('EndpointSlice', 'store-east');
    expect(endpointsOf(s)).toEqual([]);
  });

  it('and the Service of the same name are two backends of one rule', () => {
    const refs = `{ backendRefs: [{ name: store, port: 80, weight: 9 }, ${importRef('store', ', weight: 1')}] }`;
    const s = given(gateway(HTTP) + services('store') + imported('store') + route('r', {}, refs));
    expect(s.meets('http://h/')).toBe('default/store:80=9 default/store:80=1');
    expect(clusters(s)).toEqual(['default_store_80', 'serviceimport_default_store_80']);
    expect(endpointsOf(s, 'default_store_80')).toEqual(['10.0.0.1:8080']);
  });

  it('that does not exist costs its share: BackendNotFound, as where nobody knows the kind', () => {
    const refs = `{ backendRefs: [{ name: a, port: 80, weight: 3 }, ${importRef('none')}] }`;
    const s = given(gateway(HTTP) + services('a', 'none') + route('r', {}, refs));
    expect(s.meets('http://h/')).toBe('default/a:80=3 500=1');
    const { resolvedRefs } = s.parent('r');
    expect(resolvedRefs).toMatchObject({
      reason: 'BackendNotFound',
      message: expect.stringContaining('ServiceImport default/none does not exist'),
    });
    expect(s.change(imported('none')).meets('http://h/')).toBe('default/a:80=3 default/none:80=1');
  });

  it.each([
    ['has no such port', '[{ name: web, port: 81 }]', 'BackendNotFound'],
    ['has a port of another protocol', '[{ name: web, port: 80, protocol: UDP }]', 'UnsupportedProtocol'],
    [
      'speaks what is not supported',
      '[{ name: web, port: 80, appProtocol: x.test/odd }]',
      'UnsupportedProtocol',
    ],
    ['asks for TLS without a policy', '[{ name: web, port: 80, appProtocol: https }]', 'UnsupportedProtocol'],
  ])('that %s answers 500 for its share', (_what, ports, reason) => {
    const s = given(SHOP + imported('store', { ports }));
    expect(s.meets('http://h/')).toBe('500');
    expect(reasonOf(s.parent('r').resolvedRefs)).toBe(reason);
  });

  it('speaks what appProtocol says, and calls over HTTP/2', () => {
    const protocols = (s: Scenario) => [...s.fleet().clusters.values()].map(({ protocol }) => protocol);
    const ports = '[{ name: web, port: 80, appProtocol: kubernetes.io/h2c }]';
    expect(protocols(given(SHOP + imported('store', { ports })))).toEqual(['http2']);
    const calls = given(gateway(HTTP) + grpcRoute('g', {}, toImport()) + imported('store'));
    expect(protocols(calls)).toEqual(['http2']);
    expect(calls.calls('http://h/x/y')).toBe('default/store:80');
  });

  it('in v1beta1 is the same', () => {
    const s = given(SHOP + imported('store').replace('x-k8s.io/v1alpha1', 'x-k8s.io/v1beta1'));
    expect(s.meets('http://h/')).toBe('default/store:80');
  });
});

describe('a ServiceImport of another namespace', () => {
  const far = `, namespace: far`;
  const world = gateway(HTTP) + route('r', {}, toImport('store', far));

  it('takes a grant to its kind, whether it exists or not', () => {
    const s = given(world);
    expect(reasonOf(s.parent('r').resolvedRefs)).toBe('RefNotPermitted');
    s.change(imported('store', { namespace: 'far' }));
    expect(reasonOf(s.parent('r').resolvedRefs)).toBe('RefNotPermitted');
    s.change(grant('HTTPRoute', TO_IMPORTS));
    expect(s.meets('http://h/')).toBe('far/store:80');
    s.remove('ReferenceGrant', 'g', 'far');
    expect(s.meets('http://h/')).toBe('500');
  });

  it.each([
    ['to Services', '{ group: "", kind: Service }'],
    ['to another group', '{ group: x.test, kind: ServiceImport }'],
    ['to another name', `${TO_IMPORTS.slice(0, -2)}, name: other }`],
  ])('is not reached by a grant %s', (_what, target) => {
    const s = given(world + imported('store', { namespace: 'far' }) + grant('HTTPRoute', target));
    expect(s.meets('http://h/')).toBe('500');
  });
});

describe('what else may send to a ServiceImport', () => {
  const filtered = (filter: string): string =>
    gateway(HTTP) +
    services('a') +
    imported('store') +
    route('r', {}, to('a').replace('{ ', `{ filters: [${filter}], `));

  it('a mirror', () => {
    const mirror = `{ type: RequestMirror, requestMirror: { backendRef: ${importRef('store')} } }`;
    expect(clusters(given(filtered(mirror)))).toEqual(['default_a_80', 'serviceimport_default_store_80']);
  });

  it('external authorisation, in plain HTTP and as a call', () => {
    const auth = (protocol: string): string =>
      `{ type: ExternalAuth, externalAuth: { protocol: ${protocol}, ${protocol.toLowerCase()}: {}, backendRef: ${importRef('store')} } }`;
    expect(clusters(given(filtered(auth('HTTP'))))).toContain('serviceimport_default_store_80');
    const calls = given(filtered(auth('GRPC')));
    const asked = [...calls.fleet().clusters.values()].find(({ backend }) => backend.name === 'store');
    expect(asked).toMatchObject({ protocol: 'http2', backend: { kind: 'ServiceImport' } });
  });
});

describe('connections and datagrams', () => {
  const l4 = (kind: string, ...refs: readonly string[]): string => `---
apiVersion: gateway.networking.k8s.io/v1
kind: ${kind}
metadata: { name: l4 }
spec: { parentRefs: [{ name: gw }], rules: [{ backendRefs: [${refs.join(', ')}] }] }
`;
  const TCP = '{ name: tcp, port: 9000, protocol: TCP }';
  const localities = (s: Scenario): readonly string[] =>
    [...s.fleet().l4Endpoints.values()].flatMap((each) =>
      each.localities.map(({ name, weight, endpoints }) => {
        const addresses = endpoints.map((one) =>
          'refuses' in one ? 'refuses' : `${one.address}:${one.port}`,
        );
        return `${name}=${weight}: ${addresses.join(' ')}`;
      }),
    );

  it('of a TCPRoute are shared with the Service of the same name', () => {
    const s = given(
      gateway(TCP) +
        services('store') +
        imported('store') +
        l4('TCPRoute', '{ name: store, port: 80, weight: 3 }', importRef('store')),
    );
    expect(s.connects(9000)).toBe('default/store:80=3 default/store:80=1');
    expect(localities(s)).toEqual([
      'default/store:80=3: 10.0.0.1:8080',
      'serviceimport_default/store:80=1: 10.1.0.1:8080 10.2.0.1:8080',
    ]);
  });

  it('of a UDPRoute go to a port of UDP', () => {
    const ports = '[{ name: web, port: 80, protocol: UDP }]';
    const udp = imported('store', { ports }).replaceAll('port: 8080', 'port: 8080, protocol: UDP');
    const listener = gateway('{ name: udp, port: 9000, protocol: UDP }');
    const s = given(listener + udp + l4('UDPRoute', importRef('store')));
    expect(s.connects(9000, undefined, 'udp')).toBe('default/store:80');
    expect(localities(s)).toEqual(['serviceimport_default/store:80=1: 10.1.0.1:8080 10.2.0.1:8080']);
  });

  it('of a TLSRoute that ends TLS are encrypted anew where a policy says so', () => {
    const listener = gateway(
      '{ name: tls, port: 443, protocol: TLS, tls: { mode: Terminate, certificateRefs: [{ name: cert }] } }',
    );
    const s = given(
      listener +
        tlsSecret('cert', ONE) +
        caConfigMap('ca', ONE) +
        imported('store') +
        l4('TLSRoute', importRef('store')).replace('rules:', 'hostnames: [a.test], rules:'),
    );
    expect(s.connects(443, 'a.test')).toBe('default/store:80');
    s.change(forImport(policy('p', 'store')));
    expect(
      [...s.fleet().l4Clusters.values()].map(({ tls }) => tls?.map((each) => each.tls.hostname)),
    ).toEqual([['a.test']]);
  });
});

describe('policies for a ServiceImport', () => {
  it('BackendTLSPolicy: TLS is spoken to it, to no Service of its name, and never less than it asks for', () => {
    const refs = `{ backendRefs: [{ name: store, port: 80 }, ${importRef('store')}] }`;
    const s = given(
      gateway(HTTP) + services('store') + imported('store') + caConfigMap('ca', ONE) + route('r', {}, refs),
    );
    const [, plain] = s.fleet().clusters.values();
    expect(plain?.name).toBe('serviceimport_default_store_80');
    const permit = plain === undefined ? '' : securityPermit(plain);
    expect(isStillPermitted(permit, s.fleet())).toBe(true);
    s.change(forImport(policy('p', 'store')));
    const [service, store] = s.fleet().clusters.values();
    expect([service?.name, service?.tls]).toEqual(['default_store_80', undefined]);
    expect(store).toMatchObject({ backend: { kind: 'ServiceImport' }, tls: { hostname: 'a.test' } });
    expect(isStillPermitted(permit, s.fleet())).toBe(false);
    const [model] = policiesOf(s, 'BackendTLSPolicy');
    expect(
      model?.ancestors.map(({ ancestor, accepted }) => `${ancestor.name} ${reasonOf(accepted)}`),
    ).toEqual(['gw True']);
  });

  it('BackendTLSPolicy: one for a port, one whose target is gone, and a target that two have', () => {
    const s = given(
      SHOP + imported('store') + caConfigMap('ca', ONE) + forImport(policy('p', 'store', { section: 'web' })),
    );
    expect([...s.fleet().clusters.values()].map(({ tls }) => tls?.hostname)).toEqual(['a.test']);
    s.change(forImport(policy('q', 'store', { section: 'web' })));
    const said = () =>
      policiesOf(s, 'BackendTLSPolicy').map(({ ancestors }) =>
        ancestors.map(({ accepted }) => reasonOf(accepted)).join(),
      );
    expect(said()).toEqual(['True', 'Conflicted']);
    s.remove('ServiceImport', 'store');
    expect(said()).toEqual(['TargetNotFound', 'TargetNotFound']);
  });

  it('BackendTLSPolicy: one that cannot be honoured lets nothing through, and the reference resolves', () => {
    const s = given(SHOP + imported('store') + forImport(policy('p', 'store')));
    expect(s.meets('http://h/')).toBe('500');
    expect(reasonOf(s.parent('r').resolvedRefs)).toBe('True');
  });

  it('XBackendTrafficPolicy: sessions and a retry budget', () => {
    const fields = 'retryConstraint: {}, sessionPersistence: { type: Cookie, cookie: { name: s } }';
    const s = given(
      SHOP + services('store') + imported('store') + forImport(trafficPolicy('p', 'store', fields)),
    );
    const { outcome } = s.evaluate('http://h/');
    expect(outcome).toMatchObject({ kind: 'forward', shares: [{ session: { name: 's' } }] });
    expect([...s.fleet().clusters.values()].map(({ retryBudget }) => retryBudget)).toEqual([
      { percent: 20, least: 3 },
    ]);
    const [model] = policiesOf(s, 'XBackendTrafficPolicy');
    expect(model?.ancestors.map(({ accepted }) => reasonOf(accepted))).toEqual(['True']);
  });

  it('are told of the Gateway whose listener asks it for authorisation', () => {
    const filter = `{ type: ExternalAuth, externalAuth: { protocol: HTTP, http: {}, backendRef: ${importRef('store')} } }`;
    const listener = `{ name: http, port: 80, protocol: HTTP, filters: { requests: [${filter}] } }`;
    const s = given(
      gateway(listener) + imported('store') + caConfigMap('ca', ONE) + forImport(policy('p', 'store')),
    );
    const [model] = policiesOf(s, 'BackendTLSPolicy');
    expect(model?.ancestors.map(({ ancestor }) => ancestor.name)).toEqual(['gw']);
  });
});
