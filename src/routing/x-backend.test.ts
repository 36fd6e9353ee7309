import { describe, expect, it } from '@jest/globals';
import { caConfigMap, policy } from './testing/backend-tls.js';
import { policiesOf } from './testing/policies.js';
import { given, reasonOf, type Scenario } from './testing/given.js';
import { ONE, tlsSecret, TWO } from './testing/key-pair.js';
import { external, pod, selector, tlsMode, toXBackend, xBackend, xRef } from './testing/x-backend.js';
import { callsTo, gateway, grpcRoute, HTTP, route, services, to } from './testing/yaml.js';
import { isStillPermitted, securityPermit } from './index.js';
import type { ClusterModel } from './model.js';

// Source: Gateway API v1.7.0, XBackend; HTTPBackendRef, GRPCBackendRef.

const SHOP = gateway(HTTP) + route('r', {}, toXBackend('x'));

function clusterOf(s: Scenario): ClusterModel {
  const [cluster] = s.fleet().clusters.values();
  if (cluster === undefined) throw new Error('there is no cluster');
  return cluster;
}

const conditions = (s: Scenario): string => {
  const [model] = policiesOf(s, 'XBackend');
  return (model?.ancestors ?? [])
    .map((each) => `${reasonOf(each.accepted)} ${reasonOf(each.resolvedRefs)}`)
    .join();
};

describe('a backendRef of kind XBackend', () => {
  it('is sent to the Pods that the XBackend selects, and its cluster is named for it', () => {
    const s = given(SHOP + selector('x', 'web') + pod('a', '10.0.0.1', 'web') + pod('b', '10.0.0.2', 'api'));
    expect(s.meets('http://a.test/')).toBe('default/x:8080');
    expect(clusterOf(s)).toMatchObject({
      name: 'xbackend_default_x_8080',
      backend: { group: 'gateway.networking.x-k8s.io', kind: 'XBackend', namespace: 'default', name: 'x' },
      protocol: 'http1',
      tls: undefined,
    });
    expect([...s.fleet().endpoints.values()]).toEqual([
      { cluster: 'xbackend_default_x_8080', endpoints: [{ address: '10.0.0.1', port: 8080 }] },
    ]);
    expect(reasonOf(s.parent('r').resolvedRefs)).toBe('True');
  });

  it('is never the Service of the same name', () => {
    const s = given(
      gateway(HTTP) + services('x') + selector('x', 'web') + route('r', {}, to('x', '/s'), toXBackend('x')),
    );
    expect(s.meets('http://a.test/')).toBe('default/x:8080');
    expect(s.meets('http://a.test/s')).toBe('default/x:80');
  });

  it('to an external hostname is resolved by DNS', () => {
    const s = given(SHOP + external('x', 'api.example.com'));
    expect(clusterOf(s)).toMatchObject({
      discovery: { kind: 'dns', hostname: 'api.example.com', port: 443 },
      port: 443,
    });
    expect([...s.fleet().endpoints.keys()]).toEqual([]);
  });

  it('that does not exist costs its share: BackendNotFound', () => {
    const s = given(
      gateway(HTTP) +
        services('a') +
        route('r', {}, `{ backendRefs: [{ name: a, port: 80, weight: 3 }, ${xRef('none')}] }`),
    );
    expect(s.meets('http://a.test/')).toBe('default/a:80=3 500=1');
    expect(reasonOf(s.parent('r').resolvedRefs)).toBe('BackendNotFound');
  });

  it('may not have a port', () => {
    const withPort = `{ backendRefs: [${xRef('x', ', port: 80')}] }`;
    expect(() => given(gateway(HTTP) + route('r', {}, withPort))).toThrow('Must not have port');
  });

  it('has to be in the namespace of the route, whatever a grant says: GEP-4894', () => {
    const far = route('r', {}, `{ backendRefs: [${xRef('x', ', namespace: far')}] }`);
    const s = given(gateway(HTTP) + far + selector('x', 'web', '', 'far'));
    s.change(`---
apiVersion: gateway.networking.k8s.io/v1
kind: ReferenceGrant
metadata: { name: g, namespace: far }
spec: { from: [{ group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: default }], to: [{ group: gateway.networking.x-k8s.io, kind: XBackend }] }
`);
    expect(s.meets('http://a.test/')).toBe('500');
    expect(s.parent('r').resolvedRefs).toMatchObject({
      reason: 'RefNotPermitted',
      message: 'an XBackend has to be in the namespace of the HTTPRoute; XBackend far/x is not',
    });
    expect(conditions(s)).toBe('');
  });

  it('may be a mirror', () => {
    const rule = `{ backendRefs: [{ name: a, port: 80 }], filters: [{ type: RequestMirror, requestMirror: { backendRef: ${xRef('x')} } }] }`;
    const s = given(gateway(HTTP) + services('a') + selector('x', 'web') + route('r', {}, rule));
    expect([...s.fleet().clusters.keys()]).toEqual(['default_a_80', 'xbackend_default_x_8080']);
    expect(conditions(s)).toBe('True True');
  });
});

describe('the protocol of an XBackend', () => {
  const PLAIN = [
    ['', 'http1', 'http2'],
    ['HTTP', 'http1', 'http2'],
    ['HTTP11', 'http1', undefined],
    ['H2C', 'http2', 'http2'],
    ['GRPC', 'http2', 'http2'],
    ['TCP', undefined, undefined],
    ['MCP', undefined, undefined],
  ] as const;
  const TLS = [
    ['', 'http1', 'http2'],
    ['HTTP2', 'http2', 'http2'],
    ['WSS', 'http1', undefined],
    ['GRPC', 'http2', 'http2'],
  ] as const;

  it.each([
    ...PLAIN.map((row) => [...row, ''] as const),
    ...TLS.map((row) => [...row, tlsMode('ServerOnly')] as const),
  ])('%s is spoken as %s for an HTTPRoute, as %s for a GRPCRoute', (protocol, http, grpc, tls) => {
    const more = `${tls}${protocol === '' ? '' : `, protocol: ${protocol}`}`;
    const calls = callsTo('x').replace('{ name: x, port: 80 }', xRef('x'));
    for (const [kind, expected] of [
      [route('r', {}, toXBackend('x')), http],
      [grpcRoute('r', {}, calls), grpc],
    ] as const) {
      const s = given(gateway(HTTP) + caConfigMap('ca', ONE) + selector('x', 'web', more) + kind);
      expect([...s.fleet().clusters.values()].map((each) => each.protocol)).toEqual(
        expected === undefined ? [] : [expected],
      );
      expect(reasonOf(s.parent('r').resolvedRefs)).toBe(
        expected === undefined ? 'UnsupportedProtocol' : 'True',
      );
    }
  });

  it.each([
    ['HTTP2', '', 'tls must be enabled when protocol is HTTP2'],
    ['WSS', '', 'tls must be enabled when protocol is WSS'],
    ['H2C', tlsMode('ServerOnly'), 'tls must be disabled when protocol is H2C'],
  ])('%s is refused where TLS contradicts it', (protocol, tls, message) => {
    expect(() => given(selector('x', 'web', `${tls}, protocol: ${protocol}`))).toThrow(message);
  });

  it('MCP is told by the XBackend, TCP only by the HTTPRoute that asks for it', () => {
    const s = given(SHOP + selector('x', 'web', ', protocol: MCP'));
    expect(conditions(s)).toBe('UnsupportedProtocol True');
    s.change(selector('x', 'web', ', protocol: TCP'));
    expect(conditions(s)).toBe('True True');
    expect(s.parent('r').resolvedRefs).toMatchObject({
      message: 'protocol TCP of XBackend default/x cannot carry the requests of an HTTPRoute',
    });
  });
});

describe('an external hostname', () => {
  it.each(['localhost', 'a.localhost', 'metadata.localhost'])(
    '%s is refused, unless this host may be named',
    (hostname) => {
      const s = given(SHOP + external('x', hostname));
      expect(s.meets('http://a.test/')).toBe('500');
      expect(conditions(s)).toBe('Invalid True');
      // The reference is right; the XBackend is not.
      expect(reasonOf(s.parent('r').resolvedRefs)).toBe('True');
      expect(given(SHOP + external('x', hostname), { allowLoopback: true }).meets('http://a.test/')).toBe(
        'default/x:443',
      );
    },
  );

  it.each(['127.0.0.1', '10.1', '0x7f.1', '2130706433', '169.254.169.254'])(
    'is not an address such as %s, in whatever notation',
    (address) => {
      const s = given(SHOP + external('x', JSON.stringify(address)), { allowLoopback: true });
      expect(s.meets('http://a.test/')).toBe('500');
      expect(conditions(s)).toBe('Invalid True');
    },
  );

  it('inside the cluster is refused by the schema', () => {
    expect(() => given(external('x', 'a.default.svc.cluster.local'))).toThrow('.cluster.local');
  });

  it('does not need what ExternalName Services need', () => {
    const s = given(SHOP + external('x', 'api.example.com'), { allowExternalName: false });
    expect(s.meets('http://a.test/')).toBe('default/x:443');
  });
});

describe('TLS of an XBackend', () => {
  const server = tlsMode('ServerOnly');
  const mutual = tlsMode('ClientAndServer', '{ name: client }');

  it('is verified by its hostname and CAs, and presents nothing when only the server is known', () => {
    const s = given(SHOP + caConfigMap('ca', ONE) + selector('x', 'web', server));
    expect(clusterOf(s).tls).toEqual({
      hostname: 'a.test',
      names: [{ kind: 'dns', value: 'a.test' }],
      ca: 'ca/default/ca',
      client: { certificate: undefined },
    });
    expect([...s.fleet().bundles.keys()]).toEqual(['ca/default/ca']);
  });

  it('with a client certificate has it among the secrets of the fleet, as long as a route sends there', () => {
    const s = given(SHOP + caConfigMap('ca', ONE) + tlsSecret('client', TWO) + selector('x', 'web', mutual));
    expect(clusterOf(s).tls?.client).toEqual({ certificate: 'secret/default/client' });
    expect([...s.fleet().certificates.keys()]).toEqual(['secret/default/client']);
    s.change(tlsSecret('client', ONE));
    expect([...s.fleet().certificates.values()][0]?.secret).toBe(s.get('Secret', 'client'));
    s.remove('HTTPRoute', 'r');
    expect([...s.fleet().certificates.keys()]).toEqual([]);
  });

  it.each([
    ['is missing', '', 'InvalidClientCertificateRef'],
    ['does not fit its key', tlsSecret('client', { ...ONE, key: TWO.key }), 'InvalidClientCertificateRef'],
  ])('whose client certificate %s is not spoken to at all', (_what, secret, reason) => {
    const s = given(SHOP + caConfigMap('ca', ONE) + secret + selector('x', 'web', mutual));
    expect(s.meets('http://a.test/')).toBe('500');
    expect(conditions(s)).toBe(`True ${reason}`);
    expect(reasonOf(s.parent('r').resolvedRefs)).toBe('True');
    s.change(tlsSecret('client', ONE));
    expect(s.meets('http://a.test/')).toBe('default/x:8080');
    expect(conditions(s)).toBe('True True');
  });

  it('with a client certificate in another namespace needs a grant to XBackends', () => {
    const far = tlsMode('ClientAndServer', '{ name: client, namespace: far }');
    const s = given(
      SHOP + caConfigMap('ca', ONE) + tlsSecret('client', ONE, 'far') + selector('x', 'web', far),
    );
    expect(conditions(s)).toBe('True RefNotPermitted');
    expect([...s.fleet().certificates.keys()]).toEqual([]);
    s.change(`---
apiVersion: gateway.networking.k8s.io/v1
kind: ReferenceGrant
metadata: { name: g, namespace: far }
spec: { from: [{ group: gateway.networking.x-k8s.io, kind: XBackend, namespace: default }], to: [{ group: "", kind: Secret }] }
`);
    expect(conditions(s)).toBe('True True');
    expect([...s.fleet().certificates.keys()]).toEqual(['secret/far/client']);
    const secure = securityPermit(clusterOf(s));
    expect(isStillPermitted(secure, s.fleet())).toBe(true);
    s.remove('ReferenceGrant', 'g', 'far');
    expect(isStillPermitted(secure, s.fleet())).toBe(false);
    expect(s.meets('http://a.test/')).toBe('500');
    expect([...s.fleet().certificates.keys()]).toEqual([]);
  });

  it('without any good CA answers 500', () => {
    const s = given(SHOP + selector('x', 'web', server));
    expect(s.meets('http://a.test/')).toBe('500');
    expect(conditions(s)).toBe('NoValidCACertificate InvalidCACertificateRef');
  });

  it.each([
    ['System', 'Invalid'],
    ['example.com/own', 'Invalid'],
  ])('by the well-known set %s is refused where there is none', (set, reason) => {
    const more = `, tls: { mode: ServerOnly, validation: { hostname: a.test, wellKnownCACertificates: ${set} } }`;
    expect(conditions(given(SHOP + selector('x', 'web', more)))).toBe(`${reason} True`);
  });

  it.each([
    ['validation', ', tls: { mode: ServerOnly }', 'validation must be set'],
    ['a client certificate', tlsMode('ClientAndServer'), 'clientCertificateRef must be set'],
    ['no client certificate', tlsMode('ServerOnly', '{ name: client }'), 'clientCertificateRef must be set'],
  ])('needs %s where its mode says so', (_what, tls, message) => {
    expect(() => given(selector('x', 'web', tls))).toThrow(message);
  });

  it('that comes takes back the permission to send in clear text, and one that goes takes back nothing', () => {
    const s = given(SHOP + caConfigMap('ca', ONE) + selector('x', 'web'));
    const plain = securityPermit(clusterOf(s));
    expect(isStillPermitted(plain, s.fleet())).toBe(true);
    s.change(selector('x', 'web', server));
    const secure = securityPermit(clusterOf(s));
    expect([isStillPermitted(plain, s.fleet()), isStillPermitted(secure, s.fleet())]).toEqual([false, true]);
    s.change(selector('x', 'web', mutual));
    expect([isStillPermitted(plain, s.fleet()), isStillPermitted(secure, s.fleet())]).toEqual([false, false]);
    s.change(selector('x', 'web'));
    expect([isStillPermitted(plain, s.fleet()), isStillPermitted(secure, s.fleet())]).toEqual([true, true]);
  });
});

describe('a BackendTLSPolicy that targets an XBackend', () => {
  const stray = (...targets: readonly string[]): string =>
    policy('p', 'a').replace(/targetRefs: .*/, `targetRefs: [${targets.join(', ')}]`);
  const ofX = '{ group: gateway.networking.x-k8s.io, kind: XBackend, name: x }';
  const ofService = '{ group: "", kind: Service, name: x }';
  const told = (s: Scenario): readonly string[] =>
    policiesOf(s, 'BackendTLSPolicy').flatMap(({ ancestors }) =>
      ancestors.map(({ accepted }) => reasonOf(accepted)),
    );

  it('means nothing there, and says so while a route sends to it', () => {
    const s = given(SHOP + caConfigMap('ca', ONE) + stray(ofX));
    expect(told(s)).toEqual(['Invalid']);
    s.change(selector('x', 'web'));
    expect(clusterOf(s).tls).toBeUndefined();
    const [model] = policiesOf(s, 'BackendTLSPolicy');
    expect(model?.ancestors[0]?.accepted).toMatchObject({ at: 'spec.targetRefs[0]' });
    s.remove('HTTPRoute', 'r');
    expect(told(s)).toEqual([]);
    s.change(route('r', {}, toXBackend('x')));
    expect(told(s)).toEqual(['Invalid']);
    s.remove('BackendTLSPolicy', 'p');
    expect(told(s)).toEqual([]);
  });

  it('is in force for its Services', () => {
    const both = stray(ofService, ofX);
    const s = given(gateway(HTTP) + services('x') + caConfigMap('ca', ONE) + both);
    s.change(route('r', {}, to('x')));
    expect(told(s)).toEqual(['True']);
    expect(clusterOf(s).tls?.hostname).toBe('a.test');
    s.change(selector('x', 'web') + route('q', {}, toXBackend('x', '/x')));
    expect(told(s)).toEqual(['Invalid']);
    expect(s.fleet().clusters.get('xbackend_default_x_8080')?.tls).toBeUndefined();
    s.change(stray(ofService));
    expect(told(s)).toEqual(['True']);
  });
});

describe('session persistence of an XBackend', () => {
  const withSession = (session: string): Scenario =>
    given(SHOP + selector('x', 'web', `, sessionPersistence: ${session}`));
  const sessionOf = (s: Scenario): unknown => {
    const { outcome } = s.evaluate('http://a.test/');
    return outcome.kind === 'forward' ? outcome.shares[0]?.session : outcome.kind;
  };

  it('is a session with one of its endpoints', () => {
    const s = withSession('{ type: Cookie, cookie: { name: s } }');
    expect(conditions(s)).toBe('True True');
    expect(sessionOf(s)).toMatchObject({ kind: 'cookie', name: 's' });
  });

  it('that cannot be had is refused with the XBackend: UnsupportedValue', () => {
    const s = withSession('{ type: Header, header: { name: s }, absoluteTimeout: 1h }');
    expect(s.meets('http://a.test/')).toBe('500');
    expect(conditions(s)).toBe('UnsupportedValue True');
  });
});

describe('an XBackend', () => {
  it.each([
    ['has a port', 'type: ExternalHostname, port: {}, externalHostname: { hostname: a.test }', 'port'],
    ['says where it is', 'type: ExternalHostname, port: { number: 80 }', 'externalHostname must be set'],
    [
      'selects by some label',
      'type: EndpointSelector, port: { number: 80 }, endpointSelector: { matchLabels: {} }',
      'at least 1',
    ],
    [
      'selects by labels alone',
      'type: EndpointSelector, port: { number: 80 }, endpointSelector: { matchLabels: { "a b": c } }',
      'Label keys must be',
    ],
  ])('%s', (_what, spec, message) => {
    expect(() => given(xBackend('x', spec))).toThrow(message);
  });

  it('is told by up to 32 Gateways', () => {
    const names = Array.from({ length: 33 }, (_, i) => `gw${i}`);
    const gateways = names.map((name) => gateway(HTTP).replace('name: gw', `name: ${name}`)).join('');
    const routes = names
      .map((name) => route(`r-${name}`, { parent: `{ name: ${name} }` }, toXBackend('x')))
      .join('');
    const s = given(gateways + routes + selector('x', 'web'));
    const [model] = policiesOf(s, 'XBackend');
    expect(model?.ancestors).toHaveLength(32);
    for (const name of names.slice(1)) s.remove('HTTPRoute', `r-${name}`);
    expect(policiesOf(s, 'XBackend')[0]?.ancestors.map(({ ancestor }) => ancestor.name)).toEqual(['gw0']);
  });
});
