export interface TelemetryOptions {
  readonly namespace?: string;
  /** Names of Gateways; default: `gw`. */
  readonly gateways?: readonly string[];
  /** YAML flow sequence of targetRefs instead. */
  readonly targets?: string;
  /** YAML flow mapping; default: port 80 of the Service `collector`. */
  readonly backend?: string;
  /** What `tracing` says besides, as the inside of a YAML flow mapping. */
  readonly more?: string;
  /** `tracing` as a whole instead: a YAML flow mapping. */
  readonly tracing?: string;
  readonly created?: string;
}

/** An XTelemetryPolicy that traces every request. */
export function telemetry(
  name: string,
  {
    namespace = 'default',
    gateways = ['gw'],
    targets = `[${gateways.map((gateway) => `{ group: gateway.networking.k8s.io, kind: Gateway, name: ${gateway} }`).join(', ')}]`,
    backend = '{ name: collector, port: 80 }',
    more,
    tracing = `{ mode: Enabled, provider: { backendRef: ${backend} }${more === undefined ? '' : `, ${more}`} }`,
    created,
  }: TelemetryOptions = {},
): string {
  return `---
apiVersion: gateway.networking.x-k8s.io/v1alpha1
kind: XTelemetryPolicy
metadata: { name: ${name}, namespace: ${namespace}${created === undefined ? '' : `, creationTimestamp: "${created}"`} }
spec:
  targetRefs: ${targets}
  tracing: ${tracing}
`;
}
