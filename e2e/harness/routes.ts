/** What a route says of itself beside its rules. */
export interface RouteOptions {
  readonly namespace?: string;
  readonly hostnames?: readonly string[];
  /** YAML flow mappings. */
  readonly parents?: readonly string[];
  /** RFC 3339. */
  readonly created?: string;
}

/** An HTTPRoute, on Gateway `edge` unless told otherwise. @param rules YAML flow mappings */
export function httpRoute(name: string, options: RouteOptions, ...rules: readonly string[]): string {
  return routeOf('HTTPRoute', name, options, rules);
}

/** A GRPCRoute, on Gateway `edge` unless told otherwise. @param rules YAML flow mappings */
export function grpcRoute(name: string, options: RouteOptions, ...rules: readonly string[]): string {
  return routeOf('GRPCRoute', name, options, rules);
}

function routeOf(kind: string, name: string, options: RouteOptions, rules: readonly string[]): string {
  const { namespace = 'default', hostnames = [], parents = ['{ name: edge }'], created } = options;
  const metadata = {
    name,
    namespace,
    ...(created !== undefined && { creationTimestamp: created }),
  };
  return `
apiVersion: gateway.networking.k8s.io/v1
kind: ${kind}
metadata: ${JSON.stringify(metadata)}
spec:
  parentRefs: [${parents.join(', ')}]
  hostnames: ${JSON.stringify(hostnames)}
  rules:
${rules.map((rule) => `  - ${rule}`).join('\n')}
`;
}

/** A rule that sends what one of its matches takes to a Service. @param more further fields of the rule, each with a comma behind it */
export function rule(matches: readonly string[], service: string, more = ''): string {
  return `{ matches: [${matches.join(', ')}], ${more} backendRefs: [{ name: ${service}, port: 80 }] }`;
}

export const prefix = (path: string, more = ''): string =>
  `{ path: { type: PathPrefix, value: ${path} }${more} }`;
export const exact = (path: string): string => `{ path: { type: Exact, value: ${path} } }`;

/** A Gateway of class windlass. @param listeners YAML flow mappings */
export function gatewayOf(name: string, listeners: readonly string[], more = ''): string {
  return `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: ${name} }
spec:
  gatewayClassName: windlass
  listeners:
${listeners.map((listener) => `  - ${listener}`).join('\n')}
${more}
`;
}

/** @param from and to YAML flow mappings */
export function grant(name: string, namespace: string, from: string, to: string): string {
  return `
apiVersion: gateway.networking.k8s.io/v1
kind: ReferenceGrant
metadata: { name: ${name}, namespace: ${namespace} }
spec: { from: [${from}], to: [${to}] }
`;
}
