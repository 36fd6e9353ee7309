/** A Gateway `gw` that lets ListenerSets in. @param from YAML flow mapping of `allowedListeners.namespaces` @param listeners YAML flow mappings */
export function openGateway(from: string, ...listeners: readonly string[]): string {
  return `---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: gw, namespace: default }
spec:
  gatewayClassName: windlass
  allowedListeners: { namespaces: ${from} }
  listeners:
${listeners.map((listener) => `  - ${listener}`).join('\n')}
`;
}

export interface SetOptions {
  readonly namespace?: string;
  /** YAML flow mapping. */
  readonly parent?: string;
  readonly created?: string;
}

/** A ListenerSet of `gw`. @param listeners YAML flow mappings */
export function listenerSet(name: string, options: SetOptions, ...listeners: readonly string[]): string {
  const { namespace = 'default', parent = '{ name: gw, namespace: default }', created } = options;
  return `---
apiVersion: gateway.networking.k8s.io/v1
kind: ListenerSet
metadata: { name: ${name}, namespace: ${namespace}${created === undefined ? '' : `, creationTimestamp: "${created}"`} }
spec:
  parentRef: ${parent}
  listeners:
${listeners.map((listener) => `  - ${listener}`).join('\n')}
`;
}

/** The parentRef of a route to a ListenerSet of its own namespace. */
export function ofSet(name: string, more = ''): string {
  return `{ group: gateway.networking.k8s.io, kind: ListenerSet, name: ${name}${more} }`;
}

export function namespace(name: string, labels: string): string {
  return `---\n{ apiVersion: v1, kind: Namespace, metadata: { name: ${name}, labels: ${labels} } }\n`;
}
