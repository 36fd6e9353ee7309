/** A Service with an EndpointSlice for each of its ports on loopback, so that endpoints come and go one by one. */
export function pool(name: string, appProtocol: string, ...ports: readonly number[]): string {
  const slices = ports.map(
    (port, i) => `
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: ${name}-${i}, labels: { kubernetes.io/service-name: ${name} } }
addressType: IPv4
endpoints: [{ addresses: [127.0.0.1] }]
ports: [{ name: web, port: ${port} }]`,
  );
  const service = `
apiVersion: v1
kind: Service
metadata: { name: ${name} }
spec: { ports: [{ name: web, port: 80, appProtocol: ${appProtocol} }] }`;
  return [service, ...slices].join('\n---');
}

/** A rule for a path prefix. @param backends by name, with their weights */
export function rule(prefix: string, backends: Readonly<Record<string, number>>, fields = ''): string {
  const refs = Object.entries(backends).map(
    ([name, weight]) => `{ name: ${name}, port: 80, weight: ${weight} }`,
  );
  return `
    - matches: [{ path: { type: PathPrefix, value: ${prefix} } }]
      ${fields}
      backendRefs: [${refs.join(', ')}]`;
}

export function httpRoute(name: string, ...rules: readonly string[]): string {
  return `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: ${name} }
spec:
  parentRefs: [{ name: edge }]
  rules:${rules.join('')}`;
}

export function grpcRoute(name: string, ...rules: readonly string[]): string {
  return `
apiVersion: gateway.networking.k8s.io/v1
kind: GRPCRoute
metadata: { name: ${name} }
spec:
  parentRefs: [{ name: edge }]
  hostnames: [calls.test]
  rules: ${rules.join('')}`;
}

/** @param fields of its spec, a YAML flow mapping without braces */
export function trafficPolicy(name: string, service: string, fields: string, created?: string): string {
  return policy(
    'gateway.networking.x-k8s.io/v1alpha1',
    'XBackendTrafficPolicy',
    name,
    service,
    fields,
    created,
  );
}

export function lbPolicy(name: string, service: string, fields: string): string {
  return policy('gateway.networking.k8s.io/v1alpha2', 'BackendLBPolicy', name, service, fields);
}

function policy(
  apiVersion: string,
  kind: string,
  name: string,
  service: string,
  fields: string,
  created?: string,
): string {
  return `
apiVersion: ${apiVersion}
kind: ${kind}
metadata: { name: ${name}${created === undefined ? '' : `, creationTimestamp: "${created}"`} }
spec: { targetRefs: [{ group: "", kind: Service, name: ${service} }], ${fields} }`;
}
