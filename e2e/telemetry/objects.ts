// What the tests of tracing write, as a user would.

export interface TelemetryOptions {
  readonly gateway?: string;
  /** YAML flow mapping. */
  readonly backend?: string;
  /** YAML flow sequence. */
  readonly headers?: string;
  /** What `tracing` says besides, as the inside of a YAML flow mapping. */
  readonly more?: string;
  /** `tracing` as a whole instead: a YAML flow mapping. */
  readonly tracing?: string;
}

/** An XTelemetryPolicy for the Gateway of its name that sends spans to the Service `collector`. */
export function telemetry(
  name: string,
  {
    gateway = name,
    backend = '{ name: collector, port: 80 }',
    headers = '[]',
    more = 'samplingRate: { numerator: 100 }',
    tracing = `{ mode: Enabled, provider: { backendRef: ${backend}, headers: ${headers} }, ${more} }`,
  }: TelemetryOptions = {},
): string {
  return `
apiVersion: gateway.networking.x-k8s.io/v1alpha1
kind: XTelemetryPolicy
metadata: { name: ${name} }
spec:
  targetRefs: [{ group: gateway.networking.k8s.io, kind: Gateway, name: ${gateway} }]
  tracing: ${tracing}
`;
}

/** An HTTPRoute of these Gateways that sends everything to the Service `web`. */
export function everything(gateways: readonly string[]): string {
  return `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: all }
spec:
  parentRefs: [${gateways.map((name) => `{ name: ${name} }`).join(', ')}]
  rules: [{ backendRefs: [{ name: web, port: 80 }] }]
`;
}
