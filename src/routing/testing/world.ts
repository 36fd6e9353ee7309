import fc from 'fast-check';
import type {
  GrpcRoute,
  GrpcRouteRule,
  HttpRoute,
  HttpRouteFilter,
  HttpRouteRule,
  KindName,
  KnownObject,
  L4Route,
  ParentReference,
} from '../../resources/index.js';
import type { FleetObservation, StoreChange } from '../../store/index.js';
import { caConfigMap, policy, trustBundle } from './backend-tls.js';
import { assigned, objects } from './given.js';
import { ONE, tlsSecret, TWO } from './key-pair.js';
import { lbPolicy, trafficPolicy } from './backend-traffic.js';
import { forImport, imported, importedSlice, serviceImport } from './service-import.js';
import { pod, selector, tlsMode } from './x-backend.js';
import { telemetry } from './telemetry.js';
import { service } from './yaml.js';

// A small world in which everything that a translation reads comes, changes, goes and comes back. Few names and many relations, so that
// random changes meet. An object that is written the same again is the same object, as a source would have it.

const pool = new Map<string, readonly KnownObject[]>();

function known(yaml: string): readonly KnownObject[] {
  const found = pool.get(yaml) ?? objects(yaml);
  pool.set(yaml, found);
  return found;
}

const HOSTNAMES = ['b.test', '*.b.test', 'x.b.test', 'y.x.b.test', '*.x.b.test', '*.test', 'c.test'];

const parentRef: fc.Arbitrary<ParentReference> = fc.constantFrom<ParentReference>(
  { name: 'gw' },
  { name: 'gw' },
  { name: 'gw', sectionName: 'b' },
  { name: 'gw', port: 81 },
  { name: 'gw', sectionName: 'tls' },
  { name: 'gw2', namespace: 'far' },
  { name: 'gw2', namespace: 'far' },
  { kind: 'ListenerSet', name: 's' },
  { kind: 'ListenerSet', name: 's', namespace: 'far' },
  { kind: 'ListenerSet', name: 't', sectionName: 'b' },
);

const FILTERS: HttpRouteFilter[] = [
  { type: 'RequestMirror', requestMirror: { backendRef: { name: 'b', port: 80 } } },
  { type: 'RequestMirror', requestMirror: { backendRef: { name: 'a', namespace: 'far', port: 80 } } },
  { type: 'CORS', cors: { allowOrigins: ['https://a.test'] } },
  { type: 'URLRewrite', urlRewrite: { hostname: 'rewritten.test' } },
];

const SESSION = { type: 'Cookie', cookie: { name: 's', path: '/', lifetimeType: 'Session' } } as const;

function backendNamed(name: string) {
  switch (name) {
    case 'x':
      return { group: 'gateway.networking.x-k8s.io', kind: 'XBackend', name };
    case 'store':
      return { group: 'multicluster.x-k8s.io', kind: 'ServiceImport', name, port: 80 };
    default:
      return { name, port: 80 };
  }
}

const rule: fc.Arbitrary<HttpRouteRule> = fc
  .record({
    backend: fc.constantFrom('a', 'b', 'none', 'far/a', 'dns', 'x', 'far/x', 'bare', 'store', 'far/store'),
    prefix: fc.constantFrom('/', '/', '/x', '/x/y'),
    header: fc.boolean(),
    weight: fc.constantFrom(1, 2),
    broken: fc.constantFrom(false, false, false, true),
    filters: fc.subarray(FILTERS, { maxLength: 1 }),
    own: fc.subarray(FILTERS, { maxLength: 1 }),
    session: fc.constantFrom(undefined, undefined, undefined, SESSION),
  })
  .map(({ backend, prefix, header, weight, broken, filters, own, session }) => {
    const [name = '', namespace] = backend.split('/').reverse();
    return {
      filters,
      ...(session === undefined ? {} : { sessionPersistence: session }),
      matches: [
        {
          path: { type: broken ? 'RegularExpression' : 'PathPrefix', value: broken ? '/x/(?=y)' : prefix },
          ...(header ? { headers: [{ name: 'h', value: 'v' }] } : {}),
        },
      ],
      backendRefs: [
        {
          ...backendNamed(name),
          weight,
          filters: own,
          ...(namespace === undefined ? {} : { namespace }),
        },
        { name: 'b', port: 80 },
      ],
    };
  });

/** Beside the rules of HTTPRoutes: the same backends, reached by calls. */
const grpcRule: fc.Arbitrary<GrpcRouteRule> = fc
  .record({
    ofHttp: rule,
    method: fc.constantFrom(
      undefined,
      { service: 'x' },
      { service: 'x', method: 'y' },
      { type: 'RegularExpression', method: 'y|z' } as const,
      { type: 'RegularExpression', service: 'x(?=y)' } as const,
    ),
  })
  .map(({ ofHttp: { backendRefs = [] }, method }) => ({
    matches: [method === undefined ? {} : { method }],
    backendRefs: backendRefs.map(({ filters: _, ...ref }) => ref),
  }));

/** What routes of both kinds may say. */
const common = {
  name: fc.constantFrom('p', 'q', 'r', 's', 't'),
  namespace: fc.constantFrom('default', 'default', 'far'),
  created: fc.constantFrom(undefined, '2026-01-01T00:00:00Z'),
  parentRefs: fc
    .array(parentRef, { minLength: 1, maxLength: 2 })
    .map((refs) => refs.map((ref) => ({ namespace: 'default', ...ref }))),
  hostnames: fc.subarray(HOSTNAMES, { maxLength: 3 }),
  useDefaultGateways: fc.constantFrom('None' as const, 'None' as const, 'All' as const),
};

const head = (name: string, namespace: string, created: string | undefined) => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  metadata: { name, namespace, ...(created === undefined ? {} : { creationTimestamp: created }) },
});

const httpRoute = fc
  .record({ ...common, rules: fc.array(rule, { minLength: 1, maxLength: 3 }) })
  .map(({ name, namespace, created, ...spec }): HttpRoute => ({
    ...head(name, namespace, created),
    kind: 'HTTPRoute',
    spec,
  }));

const grpcRoute = fc
  .record({ ...common, rules: fc.array(grpcRule, { minLength: 1, maxLength: 3 }) })
  .map(({ name, namespace, created, ...spec }): GrpcRoute => ({
    ...head(name, namespace, created),
    kind: 'GRPCRoute',
    spec,
  }));

/** Beside the rules of HTTPRoutes: the same backends and hostnames. */
const l4Route = fc
  .record({
    ...common,
    kind: fc.constantFrom('TLSRoute', 'TLSRoute', 'TCPRoute', 'UDPRoute'),
    rules: fc.array(rule, { minLength: 1, maxLength: 2 }),
    section: fc.constantFrom(undefined, 'pass', 'passb', 'end', 'clash', 'datagrams'),
  })
  .map(({ name, namespace, created, kind, rules, section, parentRefs, hostnames }): L4Route => {
    const common = {
      parentRefs: parentRefs.map((ref) => (section === undefined ? ref : { ...ref, sectionName: section })),
      rules: rules.map(({ backendRefs = [] }) => ({
        backendRefs: backendRefs.map(({ filters: _, ...ref }) => ref),
      })),
    };
    return kind === 'TLSRoute'
      ? { ...head(name, namespace, created), kind, spec: { ...common, hostnames } }
      : { ...head(name, namespace, created), kind, spec: common };
  });

const route = fc.oneof(
  { arbitrary: httpRoute, weight: 4 },
  { arbitrary: grpcRoute, weight: 2 },
  { arbitrary: l4Route, weight: 3 },
);

const FROM = fc.constantFrom(
  '',
  ', allowedRoutes: { namespaces: { from: All } }',
  ', allowedRoutes: { namespaces: { from: Selector, selector: { matchLabels: { team: x } } } }',
);

const listeners = fc.subarray(
  [
    'name: all, port: 80, protocol: HTTP',
    'name: b, port: 80, protocol: HTTP, hostname: "*.b.test"',
    'name: x, port: 80, protocol: HTTP, hostname: "*.x.b.test"',
    'name: second, port: 81, protocol: HTTP, hostname: b.test',
    'name: clash, port: 81, protocol: TCP',
    'name: datagrams, port: 81, protocol: UDP',
    'name: pass, port: 443, protocol: TLS, hostname: "*.test", tls: { mode: Passthrough }',
    'name: passb, port: 443, protocol: TLS, hostname: b.test, tls: { mode: Passthrough }',
    'name: end, port: 443, protocol: TLS, hostname: "*.x.b.test", tls: { mode: Terminate, certificateRefs: [{ name: cert }] }',
    'name: tls, port: 443, protocol: HTTPS, tls: { certificateRefs: [{ name: cert }] }',
    'name: tlsb, port: 443, protocol: HTTPS, hostname: "*.b.test", tls: { certificateRefs: [{ name: cert, namespace: far }] }',
    'name: tlsx, port: 443, protocol: HTTPS, hostname: "x.b.test", tls: { certificateRefs: [{ name: cert }] }',
  ],
  { minLength: 1 },
);

const FRONTEND = fc.constantFrom(
  '',
  '',
  '{ default: { validation: { caCertificateRefs: [{ group: "", kind: ConfigMap, name: ca, namespace: far }] } } }',
  '{ default: { validation: { mode: AllowInsecureFallback, caCertificateRefs: [{ group: "", kind: ConfigMap, name: ca }, { group: certificates.k8s.io, kind: ClusterTrustBundle, name: roots }] } } }',
  '{ default: {}, perPort: [{ port: 443, tls: { validation: { caCertificateRefs: [{ group: certificates.k8s.io, kind: ClusterTrustBundle, name: roots }] } } }] }',
);

const gateway = fc
  .record({
    id: fc.constantFrom('default/gw', 'far/gw2'),
    listeners,
    from: FROM,
    frontend: FRONTEND,
    scope: fc.constantFrom('None', 'All'),
    sets: fc.constantFrom('None', 'Same', 'All', 'All'),
  })
  .map(({ id, listeners: own, from, frontend, scope, sets }) => {
    const [namespace = '', name = ''] = id.split('/');
    return known(`---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: ${name}, namespace: ${namespace} }
spec:
  gatewayClassName: windlass
  defaultScope: ${scope}
  allowedListeners: { namespaces: { from: ${sets} } }
  listeners: [${own.map((listener) => `{ ${listener}${from} }`).join(', ')}]
${frontend === '' ? '' : `  tls: { frontend: ${frontend} }\n`}`);
  });

const listenerSet = fc
  .record({
    id: fc.constantFrom('default/s', 'default/t', 'far/s'),
    parent: fc.constantFrom('{ name: gw, namespace: default }', '{ name: gw2, namespace: far }'),
    created: fc.constantFrom('', ', creationTimestamp: "2026-01-01T00:00:00Z"'),
    listeners,
    from: FROM,
  })
  .map(({ id, parent, created, listeners: own, from }) => {
    const [namespace = '', name = ''] = id.split('/');
    return known(`---
apiVersion: gateway.networking.k8s.io/v1
kind: ListenerSet
metadata: { name: ${name}, namespace: ${namespace}${created} }
spec:
  parentRef: ${parent}
  listeners: [${own.map((listener) => `{ ${listener}${from} }`).join(', ')}]
`);
  });

const grant = (name: string, from: string, to: string): string => `---
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: { name: ${name}, namespace: far }
spec: { from: [{ group: gateway.networking.k8s.io, kind: ${from}, namespace: default }], to: [{ group: "", kind: ${to} }] }
`;

const slice = (ofService: string, endpoints: string): string => `---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: ${ofService}-2, labels: { kubernetes.io/service-name: ${ofService} } }
addressType: IPv4
endpoints: [${endpoints}]
ports: [{ name: web, port: 8081 }]
`;

const kubernetesNamespace = (labels: string): string =>
  `---\n{ apiVersion: v1, kind: Namespace, metadata: { name: far, labels: ${labels} } }\n`;

const dns = (hostname: string): string =>
  `---\n{ apiVersion: v1, kind: Service, metadata: { name: dns }, spec: { type: ExternalName, externalName: ${hostname} } }\n`;

const BARE =
  '---\n{ apiVersion: v1, kind: Service, metadata: { name: bare }, spec: { selector: { app: web }, ports: [{ name: web, port: 80 }] } }\n';

const others = fc
  .constantFrom(
    service('a'),
    service('a', 'default', 'kubernetes.io/h2c'),
    service('a').replace('80', '80, protocol: UDP'),
    service('b'),
    service('a', 'far'),
    dns('one.test'),
    dns('two.test'),
    slice('a', '{ addresses: [10.0.0.2] }, { addresses: [10.0.0.3], conditions: { ready: false } }'),
    slice('a', '{ addresses: [10.0.0.3], conditions: { ready: false, serving: true, terminating: true } }'),
    slice('b', '{ addresses: [10.0.0.4] }'),
    tlsSecret('cert', ONE),
    tlsSecret('cert', TWO),
    tlsSecret('cert', { ...ONE, key: TWO.key }),
    tlsSecret('cert', TWO, 'far'),
    grant('routes', 'HTTPRoute', 'Service'),
    grant('calls', 'GRPCRoute', 'Service'),
    grant('connections', 'TLSRoute', 'Service'),
    grant('certificates', 'Gateway', 'Secret'),
    grant('certificates', 'ListenerSet', 'Secret'),
    grant('cas', 'Gateway', 'ConfigMap'),
    caConfigMap('ca', ONE, 'far'),
    trustBundle('roots', ONE),
    trustBundle('roots', TWO),
    trustBundle('roots', { certificate: 'nonsense' }),
    kubernetesNamespace('{ team: x }'),
    kubernetesNamespace('{}'),
    policy('p', 'a'),
    telemetry('t', { backend: '{ name: b, port: 80 }' }),
    telemetry('t', { backend: '{ name: a, namespace: far, port: 80 }', gateways: ['gw', 'gone'] }),
    telemetry('u', { created: '2026-01-01T00:00:00Z', tracing: '{ mode: Disabled }' }),
    grant('spans', 'XTelemetryPolicy', 'Service').replace(
      '[{ group: gateway.networking.k8s.io',
      '[{ group: gateway.networking.x-k8s.io',
    ),
    policy('p', 'b', { hostname: 'b.test' }),
    policy('q', 'a', { hostname: 'q.test', created: '2026-01-01T00:00:00Z' }),
    policy('s', 'a', { hostname: 's.test', section: 'web' }),
    trafficPolicy('p', 'a', 'sessionPersistence: { type: Cookie, cookie: { name: s } }'),
    trafficPolicy('p', 'b', 'retryConstraint: {}'),
    trafficPolicy('q', 'a', 'retryConstraint: { budget: { percent: 50 } }', '2026-01-01T00:00:00Z'),
    trafficPolicy('q', 'a', 'sessionPersistence: { type: Header, header: { name: s }, absoluteTimeout: 1h }'),
    lbPolicy('p', 'a', 'sessionPersistence: { sessionName: old }'),
    policy('p', 'x').replace(
      'group: "", kind: Service',
      'group: gateway.networking.x-k8s.io, kind: XBackend',
    ),
    serviceImport('store'),
    serviceImport('store', { ports: '[{ name: web, port: 80, appProtocol: kubernetes.io/h2c }]' }),
    serviceImport('store', { ports: '[{ name: web, port: 80, protocol: UDP }]' }),
    imported('store', { namespace: 'far' }),
    importedSlice('store', 'east', '[{ addresses: [10.2.0.1] }]'),
    importedSlice('store', 'east', '[{ addresses: [10.2.0.1], conditions: { ready: false } }]'),
    importedSlice('store', 'west', '[{ addresses: [10.2.0.2] }]'),
    grant('imports', 'HTTPRoute', 'ServiceImport').replace('group: ""', 'group: multicluster.x-k8s.io'),
    forImport(policy('p', 'store')),
    forImport(policy('s', 'store', { hostname: 's.test', section: 'web' })),
    forImport(trafficPolicy('p', 'store', 'retryConstraint: {}')),
    forImport(trafficPolicy('q', 'store', 'sessionPersistence: { type: Cookie, cookie: { name: s } }')),
    caConfigMap('ca', ONE),
    caConfigMap('ca', TWO),
    caConfigMap('ca', { certificate: 'nonsense' }),
    '---\n{ apiVersion: v1, kind: ConfigMap, metadata: { name: unrelated } }\n',
    selector('x', 'web'),
    selector('x', 'api', ', protocol: H2C'),
    selector('x', 'web', tlsMode('ServerOnly')),
    selector('x', 'web', tlsMode('ClientAndServer', '{ name: cert }')),
    selector('x', 'web', tlsMode('ClientAndServer', '{ name: cert, namespace: far }')),
    selector('x', 'web', ', protocol: MCP'),
    selector('x', 'web', '', 'far'),
    grant('certificates', 'XBackend', 'Secret').replace(
      'group: gateway.networking.k8s.io, kind: XB',
      'group: gateway.networking.x-k8s.io, kind: XB',
    ),
    pod('p', '10.1.0.1', 'web'),
    pod('p', '10.1.0.1', 'api'),
    pod('p', '10.1.0.1', 'web', { ending: true }),
    pod('q', '10.1.0.2', 'web'),
    pod('q', '10.1.0.2', 'web', { status: ', conditions: [{ type: Ready, status: "False" }]' }),
    BARE,
  )
  .map(known);

const deletes = fc
  .constantFrom<readonly [KindName, string]>(
    ['HTTPRoute', 'default/p'],
    ['HTTPRoute', 'default/q'],
    ['HTTPRoute', 'default/r'],
    ['HTTPRoute', 'default/s'],
    ['HTTPRoute', 'far/p'],
    ['GRPCRoute', 'default/p'],
    ['GRPCRoute', 'default/q'],
    ['GRPCRoute', 'far/p'],
    ['TLSRoute', 'default/p'],
    ['TLSRoute', 'default/q'],
    ['TCPRoute', 'default/p'],
    ['UDPRoute', 'default/p'],
    ['Gateway', 'default/gw'],
    ['Gateway', 'far/gw2'],
    ['ListenerSet', 'default/s'],
    ['ListenerSet', 'default/t'],
    ['ListenerSet', 'far/s'],
    ['Service', 'default/a'],
    ['Service', 'default/b'],
    ['Service', 'far/a'],
    ['EndpointSlice', 'default/a-1'],
    ['EndpointSlice', 'default/a-2'],
    ['EndpointSlice', 'default/b-2'],
    ['Secret', 'default/cert'],
    ['Secret', 'far/cert'],
    ['BackendTLSPolicy', 'default/p'],
    ['XTelemetryPolicy', 'default/t'],
    ['XTelemetryPolicy', 'default/u'],
    ['ReferenceGrant', 'far/spans'],
    ['BackendTLSPolicy', 'default/q'],
    ['BackendTLSPolicy', 'default/s'],
    ['XBackendTrafficPolicy', 'default/p'],
    ['XBackendTrafficPolicy', 'default/q'],
    ['BackendLBPolicy', 'default/p'],
    ['ConfigMap', 'default/ca'],
    ['ReferenceGrant', 'far/routes'],
    ['ReferenceGrant', 'far/calls'],
    ['ReferenceGrant', 'far/connections'],
    ['ReferenceGrant', 'far/certificates'],
    ['ReferenceGrant', 'far/cas'],
    ['ConfigMap', 'far/ca'],
    ['ClusterTrustBundle', '/roots'],
    ['Namespace', '/far'],
    ['ServiceImport', 'default/store'],
    ['ServiceImport', 'far/store'],
    ['EndpointSlice', 'default/store-east'],
    ['EndpointSlice', 'default/store-west'],
    ['ReferenceGrant', 'far/imports'],
    ['XBackend', 'default/x'],
    ['XBackend', 'far/x'],
    ['Pod', 'default/p'],
    ['Pod', 'default/q'],
  )
  .map(([kind, id]) => {
    const [namespace = '', name = ''] = id.split('/');
    return { group: '', kind, namespace, name };
  });

const observation: fc.Arbitrary<FleetObservation> = fc.record({
  fleet: fc.constantFrom('default/gw', 'far/gw2'),
  addresses: fc.constantFrom(['127.0.0.1'], ['127.0.0.1'], ['127.0.0.2'], []),
  ports: fc.constantFrom(
    {},
    {},
    { 80: { bound: false, reason: 'PortUnavailable', message: 'taken' } as const },
  ),
  portOffset: fc.constantFrom(0, 0, 10_000),
});

const routes = route.map((object) => {
  const text = JSON.stringify(object);
  const found = pool.get(text) ?? [object];
  pool.set(text, found);
  return found;
});

/** One batch of changes. */
export const worldChange: fc.Arbitrary<StoreChange> = fc.record({
  upserts: fc
    .array(
      fc.oneof(
        { arbitrary: routes, weight: 5 },
        { arbitrary: gateway, weight: 1 },
        { arbitrary: listenerSet, weight: 1 },
        { arbitrary: others, weight: 3 },
      ),
      { maxLength: 3 },
    )
    .map((lists) => lists.flat()),
  deletes: fc.oneof(
    { arbitrary: fc.constant([]), weight: 2 },
    { arbitrary: fc.array(deletes, { maxLength: 2 }), weight: 1 },
  ),
  observations: fc.oneof(
    { arbitrary: fc.constant([]), weight: 4 },
    { arbitrary: fc.array(observation, { maxLength: 1 }), weight: 1 },
  ),
});

/** A world that most changes mean something to. */
export const WORLD: StoreChange = {
  upserts: [
    service('a'),
    service('b'),
    service('a', 'far'),
    tlsSecret('cert', ONE),
    tlsSecret('cert', TWO, 'far'),
    grant('routes', 'HTTPRoute', 'Service'),
    grant('certificates', 'Gateway', 'Secret'),
    kubernetesNamespace('{ team: x }'),
    selector('x', 'web'),
    imported('store'),
    pod('p', '10.1.0.1', 'web'),
    BARE,
    ...['gw', 'gw2'].map(
      (name) => `---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: ${name}, namespace: ${name === 'gw' ? 'default' : 'far'} }
spec:
  gatewayClassName: windlass
  allowedListeners: { namespaces: { from: All } }
  listeners:
  - { name: all, port: 80, protocol: HTTP, allowedRoutes: { namespaces: { from: All } } }
  - { name: b, port: 80, protocol: HTTP, hostname: "*.b.test", allowedRoutes: { namespaces: { from: All } } }
  - { name: tls, port: 443, protocol: HTTPS, tls: { certificateRefs: [{ name: cert }] } }
`,
    ),
  ].flatMap(known),
  observations: [assigned('default/gw'), assigned('far/gw2')],
};
