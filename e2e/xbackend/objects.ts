// What the tests of XBackends write, as a user would.

/** @param spec YAML flow mapping without braces */
export function xBackend(name: string, spec: string): string {
  return `
apiVersion: gateway.networking.x-k8s.io/v1alpha1
kind: XBackend
metadata: { name: ${name} }
spec: { ${spec} }
`;
}

/** Selects the Pods with `app: <name>`. @param more YAML: `, ` and further fields of the spec */
export function selector(name: string, port: number, more = ''): string {
  return xBackend(
    name,
    `type: EndpointSelector, port: { number: ${port} }, endpointSelector: { matchLabels: { app: ${name} } }${more}`,
  );
}

/** `, tls: …` that trusts the ConfigMap `ca`. @param client name of the Secret that is presented */
export function tls({ hostname = 'a.test', client }: { hostname?: string; client?: string } = {}): string {
  const validation = `validation: { hostname: ${hostname}, caCertificateRefs: [{ group: "", kind: ConfigMap, name: ca }] }`;
  return client === undefined
    ? `, tls: { mode: ServerOnly, ${validation} }`
    : `, tls: { mode: ClientAndServer, ${validation}, clientCertificateRef: { name: ${client} } }`;
}

/** A Pod with `app: <app>`. @param ready as its condition Ready says; undefined: it has none */
export function pod(name: string, app: string, address: string, ready?: boolean): string {
  const conditions =
    ready === undefined ? '' : `, conditions: [{ type: Ready, status: "${ready ? 'True' : 'False'}" }]`;
  return `
apiVersion: v1
kind: Pod
metadata: { name: ${name}, labels: { app: ${app} } }
spec: { containers: [{ name: app, image: app }] }
status: { podIP: ${address}${conditions} }
`;
}

export function ref(name: string): string {
  return `{ group: gateway.networking.x-k8s.io, kind: XBackend, name: ${name} }`;
}

/** An HTTPRoute with a rule `/<name>` for each XBackend, at most 16, on Gateway `edge`. */
export function routeTo(names: readonly string[], name = 'all'): string {
  const rules = names.map(
    (each) => `
    - matches: [{ path: { type: PathPrefix, value: /${each} } }]
      backendRefs: [${ref(each)}]`,
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
