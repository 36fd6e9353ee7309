// What the tests of external auth write, as a user would.

/** An ExternalAuth filter that asks by gRPC. @param fields of `grpc`; @param more of the filter; both YAML */
export function grpcAuth(server: string, fields = '', more = ''): string {
  return filter('GRPC', server, `grpc: { ${fields} }${more}`);
}

/** An ExternalAuth filter that asks by HTTP. @param fields of `http`; @param more of the filter; both YAML */
export function httpAuth(server: string, fields = '', more = ''): string {
  return filter('HTTP', server, `http: { ${fields} }${more}`);
}

function filter(protocol: string, server: string, rest: string): string {
  return `{ type: ExternalAuth, externalAuth: { protocol: ${protocol}, backendRef: { name: ${server}, port: 80 }, ${rest} } }`;
}

/** A rule for a path prefix. @param filters YAML flow mappings */
export function rule(
  prefix: string,
  filters: readonly string[],
  backends = '[{ name: a, port: 80 }]',
): string {
  const to = backends === '' ? '' : `, backendRefs: ${backends}`;
  return `{ matches: [{ path: { type: PathPrefix, value: ${prefix} } }], filters: [${filters.join(', ')}]${to} }`;
}

/** An HTTPRoute on Gateway `edge`. */
export function httpRoute(name: string, rules: readonly string[], { host = '', section = '' } = {}): string {
  return `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: ${name} }
spec:
  parentRefs: [{ name: edge${section === '' ? '' : `, sectionName: ${section}`} }]
${host === '' ? '' : `  hostnames: ["${host}"]\n`}  rules:
${rules.map((each) => `  - ${each}`).join('\n')}
`;
}

/** A Gateway `edge`. @param listeners YAML flow mappings */
export function edge(...listeners: readonly string[]): string {
  return `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: edge }
spec:
  gatewayClassName: windlass
  listeners:
${listeners.map((listener) => `  - ${listener}`).join('\n')}
`;
}

/** A Service without an endpoint. */
export function emptyService(name: string): string {
  return `
apiVersion: v1
kind: Service
metadata: { name: ${name} }
spec: { ports: [{ name: http, port: 80 }] }
`;
}
