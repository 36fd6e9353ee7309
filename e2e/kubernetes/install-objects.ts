// What users write in the test of the installation: every kind that the control plane follows, in namespace `shop`.

/** Ports that the listeners of Gateway `edge` have, one after the other. */
export interface Ports {
  readonly http: number;
  readonly https: number;
  readonly tls: number;
  readonly tcp: number;
  readonly udp: number;
  readonly set: number;
}

export const EDGE = '/apis/gateway.networking.k8s.io/v1/namespaces/shop/gateways/edge';

/** Of the Prometheus operator, as far as the API server has to know it. */
export const POD_MONITORS = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'podmonitors.monitoring.coreos.com', annotations: {} },
  spec: {
    group: 'monitoring.coreos.com',
    scope: 'Namespaced',
    names: { kind: 'PodMonitor', listKind: 'PodMonitorList', plural: 'podmonitors', singular: 'podmonitor' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};

/** @param ca PEM, of `pair` */
export function objects(ports: Ports, ca: string, pair: { certificate: string; key: string }): string {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  const listener = (name: keyof Ports, protocol: string, more = ''): string =>
    `{ name: ${name}, port: ${ports[name]}, protocol: ${protocol}${more} }`;
  const route = (kind: string, listenerName: keyof Ports, backends: string, more = ''): string => `---
apiVersion: gateway.networking.k8s.io/v1
kind: ${kind}
metadata: { name: ${kind.toLowerCase()}, namespace: shop }
spec:
  parentRefs: [{ name: edge, sectionName: ${listenerName} }]
  rules: [{ backendRefs: [${backends}] }]
  ${more}
`;
  const web = '{ name: web, port: 80, weight: 1 }';
  return `
apiVersion: v1
kind: Secret
type: kubernetes.io/tls
metadata: { name: cert, namespace: shop }
data: { tls.crt: ${base64(pair.certificate)}, tls.key: ${base64(pair.key)} }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: ca, namespace: shop }
data: { ca.crt: ${JSON.stringify(ca)} }
---
apiVersion: certificates.k8s.io/v1beta1
kind: ClusterTrustBundle
metadata: { name: ca }
spec: { trustBundle: ${JSON.stringify(ca)} }
---
apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { ports: [{ port: 80 }] }
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: web-1, namespace: shop, labels: { kubernetes.io/service-name: web } }
addressType: IPv4
endpoints: [{ addresses: [198.18.0.20] }]
ports: [{ name: "", port: 8080, protocol: TCP }]
---
apiVersion: multicluster.x-k8s.io/v1alpha1
kind: ServiceImport
metadata: { name: far, namespace: shop }
spec: { type: ClusterSetIP, ips: [192.0.2.1], ports: [{ name: http, port: 80 }] }
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: default, namespace: shop }
---
apiVersion: v1
kind: Pod
metadata: { name: picked, namespace: shop, labels: { app: picked } }
spec: { containers: [{ name: app, image: app }] }
---
apiVersion: v1
kind: Node
metadata: { name: node-1 }
---
apiVersion: gateway.networking.x-k8s.io/v1alpha1
kind: XBackend
metadata: { name: picked, namespace: shop }
spec: { type: EndpointSelector, port: { number: 80 }, endpointSelector: { matchLabels: { app: picked } } }
---
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: { name: routes, namespace: shop }
spec:
  from: [{ group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: elsewhere }]
  to: [{ group: "", kind: Service }]
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: edge, namespace: shop }
spec:
  gatewayClassName: windlass
  infrastructure: { annotations: { changed: "0" } }
  allowedListeners: { namespaces: { from: Same } }
  listeners:
    - ${listener('http', 'HTTP')}
    - ${listener('https', 'HTTPS', ', tls: { certificateRefs: [{ name: cert }] }')}
    - ${listener('tls', 'TLS', ', tls: { mode: Passthrough }')}
    - ${listener('tcp', 'TCP')}
    - ${listener('udp', 'UDP')}
---
apiVersion: gateway.networking.k8s.io/v1
kind: ListenerSet
metadata: { name: more, namespace: shop }
spec:
  parentRef: { name: edge }
  listeners: [{ name: more, port: ${ports.set}, protocol: HTTP, hostname: a.example }]
${route('HTTPRoute', 'http', `${web}, { group: gateway.networking.x-k8s.io, kind: XBackend, name: picked }, { group: multicluster.x-k8s.io, kind: ServiceImport, name: far, port: 80 }`, 'hostnames: [a.example]')}
${route('GRPCRoute', 'https', web, 'hostnames: [g.example]')}
${route('TLSRoute', 'tls', web, 'hostnames: [t.example]')}
${route('TCPRoute', 'tcp', web)}
${route('UDPRoute', 'udp', web)}
---
apiVersion: gateway.networking.k8s.io/v1
kind: BackendTLSPolicy
metadata: { name: by-map, namespace: shop }
spec:
  targetRefs: [{ group: "", kind: Service, name: web }]
  validation: { hostname: a.example, caCertificateRefs: [{ group: "", kind: ConfigMap, name: ca }] }
---
apiVersion: gateway.networking.x-k8s.io/v1alpha1
kind: XBackendTrafficPolicy
metadata: { name: sticky, namespace: shop }
spec:
  targetRefs: [{ group: "", kind: Service, name: web }]
  sessionPersistence: { type: Cookie, cookie: { name: s0 } }
---
apiVersion: gateway.networking.x-k8s.io/v1alpha1
kind: XTelemetryPolicy
metadata: { name: traced, namespace: shop }
spec:
  targetRefs: [{ group: gateway.networking.k8s.io, kind: Gateway, name: edge }]
  tracing: { mode: Enabled, provider: { backendRef: { name: web, port: 80 }, headers: [] }, samplingRate: { numerator: 1 } }
`;
}

/** GatewayParameters of the Gateway `spare`. @param spec YAML flow mapping */
export function parameters(spec: string): string {
  return `
apiVersion: windlass.io/v1alpha1
kind: GatewayParameters
metadata: { name: spare, namespace: shop }
spec: ${spec}
`;
}

/** A Gateway with GatewayParameters of its own. */
export function spare(gatewayClass: string): string {
  return `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: spare, namespace: shop }
spec:
  gatewayClassName: ${gatewayClass}
  infrastructure: { parametersRef: { group: windlass.io, kind: GatewayParameters, name: spare } }
  listeners: [{ name: http, port: 80, protocol: HTTP }]
`;
}

const SHOP = '/apis/gateway.networking.k8s.io/v1/namespaces/shop';
const EXPERIMENTAL = '/apis/gateway.networking.x-k8s.io/v1alpha1/namespaces/shop';

/** One object of each kind that has a status of ours, and how it becomes another generation. */
export const CHANGES: readonly {
  /** As in a rule of a role. */
  readonly resource: string;
  readonly path: string;
  readonly field: string;
  readonly value: (turn: number) => unknown;
}[] = [
  {
    resource: 'gatewayclasses',
    path: '/apis/gateway.networking.k8s.io/v1/gatewayclasses/windlass',
    field: '/spec/description',
    value: (turn: number) => `turn ${turn}`,
  },
  {
    resource: 'gateways',
    path: EDGE,
    field: '/spec/infrastructure/annotations/changed',
    value: (turn: number) => `${turn}`,
  },
  {
    resource: 'listenersets',
    path: `${SHOP}/listenersets/more`,
    field: '/spec/listeners/0/hostname',
    value: (turn: number) => `a${turn}.example`,
  },
  ...['httproute', 'grpcroute', 'tlsroute'].map((name) => ({
    resource: `${name}s`,
    path: `${SHOP}/${name}s/${name}`,
    field: '/spec/hostnames/0',
    value: (turn: number) => `a${turn}.example`,
  })),
  ...['tcproute', 'udproute'].map((name) => ({
    resource: `${name}s`,
    path: `${SHOP}/${name}s/${name}`,
    field: '/spec/rules/0/backendRefs/0/weight',
    value: (turn: number) => turn + 1,
  })),
  {
    resource: 'backendtlspolicies',
    path: `${SHOP}/backendtlspolicies/by-map`,
    field: '/spec/validation/hostname',
    value: (turn: number) => `a${turn}.example`,
  },
  {
    resource: 'xbackends',
    path: `${EXPERIMENTAL}/xbackends/picked`,
    field: '/spec/port/number',
    value: (turn: number) => 81 + turn,
  },
  {
    resource: 'xbackendtrafficpolicies',
    path: `${EXPERIMENTAL}/xbackendtrafficpolicies/sticky`,
    field: '/spec/sessionPersistence/cookie/name',
    value: (turn: number) => `s${turn}`,
  },
  {
    resource: 'xtelemetrypolicies',
    path: `${EXPERIMENTAL}/xtelemetrypolicies/traced`,
    field: '/spec/tracing/samplingRate/numerator',
    value: (turn: number) => 1 + (turn % 100),
  },
];
