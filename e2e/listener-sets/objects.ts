/** A Gateway that lets ListenerSets in. @param from YAML flow mapping of `allowedListeners.namespaces` @param listeners YAML flow mappings */
export function openGateway(name: string, from: string, ...listeners: readonly string[]): string {
  return `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: ${name} }
spec:
  gatewayClassName: windlass
  allowedListeners: { namespaces: ${from} }
  listeners:
${listeners.map((listener) => `  - ${listener}`).join('\n')}
`;
}

/** A ListenerSet of a Gateway in `default`. @param created two digits of a day @param listeners YAML flow mappings */
export function listenerSet(
  id: string,
  gateway: string,
  created: string,
  ...listeners: readonly string[]
): string {
  const [namespace = '', name = ''] = id.split('/');
  return `
apiVersion: gateway.networking.k8s.io/v1
kind: ListenerSet
metadata: { name: ${name}, namespace: ${namespace}, creationTimestamp: "2026-01-${created}T00:00:00Z" }
spec:
  parentRef: { name: ${gateway}, namespace: default }
  listeners:
${listeners.map((listener) => `  - ${listener}`).join('\n')}
`;
}

/** An HTTPRoute that sends everything of its parent to one Service of its namespace. @param parent YAML flow mapping */
export function routeTo(id: string, parent: string, service: string): string {
  const [namespace = '', name = ''] = id.split('/');
  return `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: ${name}, namespace: ${namespace} }
spec:
  parentRefs: [${parent}]
  rules: [{ backendRefs: [{ name: ${service}, port: 80 }] }]
`;
}

export function ofSet(name: string, section?: string): string {
  return `{ kind: ListenerSet, name: ${name}${section === undefined ? '' : `, sectionName: ${section}`} }`;
}

export function http(name: string, port: number, hostname: string): string {
  return `{ name: ${name}, port: ${port}, protocol: HTTP, hostname: ${hostname} }`;
}

/** @param secret YAML of a SecretObjectReference without braces */
export function https(name: string, port: number, hostname: string, secret: string): string {
  return `{ name: ${name}, port: ${port}, protocol: HTTPS, hostname: ${hostname}, tls: { certificateRefs: [{ ${secret} }] } }`;
}
