/** An XBackendTrafficPolicy for a Service of namespace default. @param fields of its spec, a YAML flow mapping without braces */
export function trafficPolicy(name: string, service: string, fields: string, created?: string): string {
  return policyOf(
    'gateway.networking.x-k8s.io/v1alpha1',
    'XBackendTrafficPolicy',
    name,
    service,
    fields,
    created,
  );
}

/** The same as it was in v1.1. */
export function lbPolicy(name: string, service: string, fields: string, created?: string): string {
  return policyOf('gateway.networking.k8s.io/v1alpha2', 'BackendLBPolicy', name, service, fields, created);
}

function policyOf(
  apiVersion: string,
  kind: string,
  name: string,
  service: string,
  fields: string,
  created: string | undefined,
): string {
  return `---
apiVersion: ${apiVersion}
kind: ${kind}
metadata: { name: ${name}, ${created === undefined ? '' : `creationTimestamp: "${created}"`} }
spec: { targetRefs: [{ group: "", kind: Service, name: ${service} }], ${fields} }
`;
}
