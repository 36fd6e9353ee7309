// What the tests of TLSRoutes, TCPRoutes and UDPRoutes write, as a user would.

/** A Service with an endpoint on loopback for each port; its own port is 80. */
export function backend(
  name: string,
  ports: readonly number[],
  { protocol = 'TCP', namespace = 'default' }: { protocol?: 'TCP' | 'UDP'; namespace?: string } = {},
): string {
  const slices = ports.map(
    (port, i) => `
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: ${name}-${i}, namespace: ${namespace}, labels: { kubernetes.io/service-name: ${name} } }
addressType: IPv4
endpoints: [{ addresses: [127.0.0.1] }]
ports: [{ name: main, port: ${port}, protocol: ${protocol} }]
`,
  );
  return `
apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: ${namespace} }
spec: { ports: [{ name: main, port: 80, protocol: ${protocol} }] }
${slices.join('')}`;
}

/** A Gateway. @param listeners YAML flow mappings */
export function gatewayWith(name: string, ...listeners: readonly string[]): string {
  return `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: ${name} }
spec:
  gatewayClassName: windlass
  listeners:
${listeners.map((listener) => `  - ${listener}`).join('\n')}
`;
}

export interface RouteOptions {
  readonly section?: string;
  /** YAML flow sequence of parentRefs, in place of Gateway `edge`. */
  readonly parents?: string;
  readonly hostnames?: readonly string[];
  readonly created?: string;
  readonly namespace?: string;
}

/** A route, on Gateway `edge` unless told otherwise. @param backends by name, with a namespace before it or not: weights */
export function l4Route(
  kind: 'TLSRoute' | 'TCPRoute' | 'UDPRoute',
  name: string,
  backends: Readonly<Record<string, number>>,
  { section, parents, hostnames, created, namespace = 'default' }: RouteOptions = {},
): string {
  const refs = Object.entries(backends).map(([id, weight]) => {
    const [service = '', ofNamespace] = id.split('/').reverse();
    const far = ofNamespace === undefined ? '' : `, namespace: ${ofNamespace}`;
    return `{ name: ${service}${far}, port: 80, weight: ${weight} }`;
  });
  const edge = `[{ name: edge, namespace: default${section === undefined ? '' : `, sectionName: ${section}`} }]`;
  return `
apiVersion: gateway.networking.k8s.io/v1
kind: ${kind}
metadata: { name: ${name}, namespace: ${namespace}${created === undefined ? '' : `, creationTimestamp: "${created}"`} }
spec:
  parentRefs: ${parents ?? edge}
${hostnames === undefined ? '' : `  hostnames: ${JSON.stringify(hostnames)}\n`}  rules: [{ backendRefs: [${refs.join(', ')}] }]
`;
}

/** Lets routes of a kind of namespace default refer to Services of another. */
export function grant(kind: string, namespace: string): string {
  return `
apiVersion: gateway.networking.k8s.io/v1
kind: ReferenceGrant
metadata: { name: grant, namespace: ${namespace} }
spec: { from: [{ group: gateway.networking.k8s.io, kind: ${kind}, namespace: default }], to: [{ group: "", kind: Service }] }
`;
}
