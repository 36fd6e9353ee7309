import type { RouteKind } from '../../resources/index.js';

// Pieces of YAML that scenarios share.

/** Services with one ready endpoint each, port 80 to 8080. */
export function services(...names: readonly string[]): string {
  return names.map((name) => service(name)).join('');
}

export function service(name: string, namespace = 'default', appProtocol?: string): string {
  return `---
apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: ${namespace} }
spec:
  ports: [{ name: web, port: 80${appProtocol === undefined ? '' : `, appProtocol: ${appProtocol}`} }]
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: ${name}-1, namespace: ${namespace}, labels: { kubernetes.io/service-name: ${name} } }
addressType: IPv4
endpoints: [{ addresses: [10.0.0.1] }]
ports: [{ name: web, port: 8080 }]
`;
}

/** A Gateway `gw` of class windlass. @param listeners YAML flow mappings */
export function gateway(...listeners: readonly string[]): string {
  return `---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: gw, namespace: default }
spec:
  gatewayClassName: windlass
  listeners:
${listeners.map((listener) => `  - ${listener}`).join('\n')}
`;
}

export const HTTP = '{ name: http, port: 80, protocol: HTTP }';

export interface RouteOptions {
  readonly namespace?: string;
  readonly hostnames?: readonly string[];
  /** YAML flow mapping. */
  readonly parent?: string;
  readonly created?: string;
}

/** An HTTPRoute on `gw`. @param rules YAML flow mappings */
export function route(name: string, options: RouteOptions, ...rules: readonly string[]): string {
  return routeOf('HTTPRoute', name, options, rules);
}

/** A GRPCRoute on `gw`. @param rules YAML flow mappings */
export function grpcRoute(name: string, options: RouteOptions, ...rules: readonly string[]): string {
  return routeOf('GRPCRoute', name, options, rules);
}

function routeOf(kind: RouteKind, name: string, options: RouteOptions, rules: readonly string[]): string {
  const { namespace = 'default', hostnames, parent = '{ name: gw, namespace: default }', created } = options;
  return `---
apiVersion: gateway.networking.k8s.io/v1
kind: ${kind}
metadata: { name: ${name}, namespace: ${namespace}${created === undefined ? '' : `, creationTimestamp: "${created}"`} }
spec:
  parentRefs: [${parent}]
${hostnames === undefined ? '' : `  hostnames: ${JSON.stringify(hostnames)}\n`}  rules:
${rules.map((rule) => `  - ${rule}`).join('\n')}
`;
}

/** A rule that sends a path prefix to a Service. */
export function to(backend: string, prefix = '/'): string {
  return `{ matches: [{ path: { type: PathPrefix, value: "${prefix}" } }], backendRefs: [{ name: ${backend}, port: 80 }] }`;
}

/** A rule that sends calls to a Service. @param method YAML flow mapping; '': all */
export function callsTo(backend: string, method = ''): string {
  const matches = method === '' ? '' : `matches: [{ method: ${method} }], `;
  return `{ ${matches}backendRefs: [{ name: ${backend}, port: 80 }] }`;
}
