// What the tests of ServiceImports write, as whatever imports Services would.

/** With an address of its own that leads nowhere. */
export function serviceImport(name: string, namespace = 'default', type = 'ClusterSetIP'): string {
  return `
apiVersion: multicluster.x-k8s.io/v1alpha1
kind: ServiceImport
metadata: { name: ${name}, namespace: ${namespace} }
spec: { type: ${type}, ips: [192.0.2.1], ports: [{ name: http, port: 80 }] }
`;
}

/** What one cluster exports. @param address loopback */
export function exported(
  ofImport: string,
  cluster: string,
  address: string,
  port: number,
  namespace = 'default',
): string {
  return `
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  name: ${ofImport}-${cluster}
  namespace: ${namespace}
  labels: { multicluster.kubernetes.io/service-name: ${ofImport}, multicluster.kubernetes.io/source-cluster: ${cluster} }
addressType: IPv4
endpoints: [{ addresses: [${address}] }]
ports: [{ name: http, port: ${port} }]
`;
}

/** A backendRef. @param more YAML: `, ` and further fields */
export function ref(name: string, more = ''): string {
  return `{ group: multicluster.x-k8s.io, kind: ServiceImport, name: ${name}, port: 80${more} }`;
}

/** An HTTPRoute on Gateway `edge` with a rule for each prefix. @param backends YAML flow sequence of backendRefs by prefix */
export function routeTo(backends: Readonly<Record<string, string>>): string {
  const rules = Object.entries(backends).map(
    ([prefix, refs]) => `
    - matches: [{ path: { type: PathPrefix, value: ${prefix} } }]
      backendRefs: ${refs}`,
  );
  return `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: all }
spec:
  parentRefs: [{ name: edge, sectionName: http }]
  rules:${rules.join('')}
`;
}

export const GRANT = `
apiVersion: gateway.networking.k8s.io/v1
kind: ReferenceGrant
metadata: { name: to-imports, namespace: stores }
spec:
  from: [{ group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: default }]
  to: [{ group: multicluster.x-k8s.io, kind: ServiceImport }]
`;
