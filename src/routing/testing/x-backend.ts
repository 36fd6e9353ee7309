// XBackends and Pods as YAML.

/** @param spec YAML flow mapping without braces */
export function xBackend(name: string, spec: string, namespace = 'default'): string {
  return `---
apiVersion: gateway.networking.x-k8s.io/v1alpha1
kind: XBackend
metadata: { name: ${name}, namespace: ${namespace} }
spec: { ${spec} }
`;
}

/** An EndpointSelector for `app: <app>`, port 8080. @param more YAML: `, ` and further fields of the spec */
export function selector(name: string, app: string, more = '', namespace = 'default'): string {
  const spec = `type: EndpointSelector, port: { number: 8080 }, endpointSelector: { matchLabels: { app: ${app} } }${more}`;
  return xBackend(name, spec, namespace);
}

/** An ExternalHostname, port 443. */
export function external(name: string, hostname: string, more = ''): string {
  return xBackend(
    name,
    `type: ExternalHostname, port: { number: 443 }, externalHostname: { hostname: ${hostname} }${more}`,
  );
}

/** `, tls: …` that trusts the ConfigMap `ca`. @param client YAML flow mapping of the clientCertificateRef; '': none */
export function tlsMode(mode: 'ServerOnly' | 'ClientAndServer', client = '', hostname = 'a.test'): string {
  const validation = `validation: { hostname: ${hostname}, caCertificateRefs: [{ group: "", kind: ConfigMap, name: ca }] }`;
  return `, tls: { mode: ${mode}, ${validation}${client === '' ? '' : `, clientCertificateRef: ${client}`} }`;
}

export interface PodOptions {
  /** YAML flow mapping; default: `app` alone. */
  readonly labels?: string;
  /** YAML: `, ` and further fields of the status. */
  readonly status?: string;
  readonly ending?: boolean;
  /** YAML flow sequence of the container's ports. */
  readonly ports?: string;
  readonly namespace?: string;
}

export function pod(name: string, ip: string, app: string, options: PodOptions = {}): string {
  const {
    labels = `{ app: ${app} }`,
    status = '',
    ending = false,
    ports = '[]',
    namespace = 'default',
  } = options;
  return `---
apiVersion: v1
kind: Pod
metadata: { name: ${name}, namespace: ${namespace}, labels: ${labels}${ending ? ', deletionTimestamp: "2026-01-01T00:00:00Z"' : ''} }
spec: { containers: [{ name: app, image: app, ports: ${ports} }] }
status: { podIP: ${JSON.stringify(ip)}${status} }
`;
}

/** YAML flow mapping of a backendRef. */
export function xRef(name: string, more = ''): string {
  return `{ group: gateway.networking.x-k8s.io, kind: XBackend, name: ${name}${more} }`;
}

/** A rule that sends a path prefix to an XBackend. */
export function toXBackend(name: string, prefix = '/'): string {
  return `{ matches: [{ path: { type: PathPrefix, value: "${prefix}" } }], backendRefs: [${xRef(name)}] }`;
}
