import { GATEWAY_API, object } from './bad-input.js';

/** A ListenerSet of Gateway `gw`: its listeners are served by the same proxies as everything good. @param listeners YAML flow mappings */
export function setOf(name: string, ...listeners: readonly string[]): string {
  const lines = listeners.map((listener) => `  - ${listener}`).join('\n');
  return object(GATEWAY_API, 'ListenerSet', name, `spec:\n  parentRef: { name: gw }\n  listeners:\n${lines}`);
}

/** A route, and the listener that it has to itself. @param spec of the route without parentRefs and braces, YAML */
export function onOwnListener(
  kind: 'TLSRoute' | 'TCPRoute' | 'UDPRoute',
  name: string,
  port: number,
  spec: string,
): string {
  const protocol = kind.slice(0, 3);
  const tls = protocol === 'TLS' ? ', tls: { mode: Passthrough }' : '';
  return (
    setOf(name, `{ name: own, port: ${port}, protocol: ${protocol}${tls} }`) +
    object(GATEWAY_API, kind, name, `spec: { parentRefs: [{ kind: ListenerSet, name: ${name} }], ${spec} }`)
  );
}
