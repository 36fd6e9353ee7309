// ServiceImports as YAML.

export interface ImportOptions {
  readonly namespace?: string;
  /** YAML flow sequence. */
  readonly ports?: string;
  /** YAML: `, ` and further fields of the spec. */
  readonly more?: string;
}

/** Of type ClusterSetIP, port 80 named `web`. */
export function serviceImport(
  name: string,
  { namespace = 'default', ports = '[{ name: web, port: 80 }]', more = '' }: ImportOptions = {},
): string {
  return `---
apiVersion: multicluster.x-k8s.io/v1alpha1
kind: ServiceImport
metadata: { name: ${name}, namespace: ${namespace} }
spec: { type: ClusterSetIP, ports: ${ports}${more} }
`;
}

/**
 * The endpoints that one cluster of the set has, port `web` 8080.
 * @param endpoints YAML flow sequence of a slice's endpoints
 */
export function importedSlice(
  ofImport: string,
  cluster: string,
  endpoints: string,
  namespace = 'default',
): string {
  return `---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  name: ${ofImport}-${cluster}
  namespace: ${namespace}
  labels: { multicluster.kubernetes.io/service-name: ${ofImport}, multicluster.kubernetes.io/source-cluster: ${cluster} }
addressType: IPv4
endpoints: ${endpoints}
ports: [{ name: web, port: 8080 }]
`;
}

/** With an endpoint in each of two clusters. */
export function imported(name: string, options: ImportOptions = {}): string {
  const { namespace } = options;
  return (
    serviceImport(name, options) +
    importedSlice(name, 'east', '[{ addresses: [10.1.0.1] }]', namespace) +
    importedSlice(name, 'west', '[{ addresses: [10.2.0.1] }]', namespace)
  );
}

/** A backendRef to port 80. @param more YAML: `, ` and further fields */
export function importRef(name: string, more = ''): string {
  return `{ group: multicluster.x-k8s.io, kind: ServiceImport, name: ${name}, port: 80${more} }`;
}

/** A policy, as it is for a Service, for a ServiceImport instead. */
export function forImport(policy: string): string {
  return policy.replace('group: "", kind: Service', 'group: multicluster.x-k8s.io, kind: ServiceImport');
}
