// What the tests of TLS to backends write, as a user would.

export function caConfigMap(name: string, ...certificates: readonly string[]): string {
  return `
apiVersion: v1
kind: ConfigMap
metadata: { name: ${name} }
data: { ca.crt: ${JSON.stringify(certificates.join('\n'))} }
`;
}

export interface PolicyOptions {
  /** Default: that of the Service. */
  readonly name?: string;
  readonly caKind?: 'ConfigMap' | 'Secret';
  readonly hostname?: string;
  /** Name of the ConfigMap, or `System`. */
  readonly ca?: string;
  /** YAML flow sequence of `caCertificateRefs`, in place of `ca`. */
  readonly refs?: string;
  /** YAML flow sequence. */
  readonly names?: string;
}

/** A BackendTLSPolicy for a Service. */
export function policy(
  service: string,
  { name = service, caKind = 'ConfigMap', hostname = 'a.test', ca = 'ca', refs, names }: PolicyOptions = {},
): string {
  const authority =
    ca === 'System'
      ? 'wellKnownCACertificates: System'
      : `caCertificateRefs: ${refs ?? `[{ group: "", kind: ${caKind}, name: ${ca} }]`}`;
  return `
apiVersion: gateway.networking.k8s.io/v1
kind: BackendTLSPolicy
metadata: { name: ${name} }
spec:
  targetRefs: [{ group: "", kind: Service, name: ${service} }]
  validation: { hostname: ${hostname}, ${authority}${names === undefined ? '' : `, subjectAltNames: ${names}`} }
`;
}

/** A route with a rule `/<service>` for each Service, at most 16, on Gateway `edge`. */
export function routeTo(services: readonly string[], name = 'all'): string {
  const rules = services.map(
    (each) => `
    - matches: [{ path: { type: PathPrefix, value: /${each} } }]
      backendRefs: [{ name: ${each}, port: 80 }]`,
  );
  return `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: ${name} }
spec:
  parentRefs: [{ name: edge }]
  rules:${rules.join('')}
`;
}
