import { BACKEND_TLS_POLICIES } from './backend-tls-policy.js';
import type { BadInput, BadInputs } from './bad-input.js';
import { CONFIG_MAPS } from './config-map.js';
import { ENDPOINT_SLICES } from './endpoint-slice.js';
import { GATEWAY_CLASSES } from './gateway-class.js';
import { GATEWAYS } from './gateway.js';
import { GRPC_ROUTES } from './grpc-route.js';
import { HTTP_ROUTES } from './http-route.js';
import { REFERENCE_GRANTS } from './reference-grant.js';
import { SECRETS } from './secret.js';
import { SERVICES } from './service.js';
import { TELEMETRY_POLICIES } from './telemetry-policy.js';

/** A further kind is one more entry. */
const BAD_INPUTS: BadInputs = {
  GatewayClass: GATEWAY_CLASSES,
  Gateway: GATEWAYS,
  HTTPRoute: HTTP_ROUTES,
  GRPCRoute: GRPC_ROUTES,
  BackendTLSPolicy: BACKEND_TLS_POLICIES,
  XTelemetryPolicy: TELEMETRY_POLICIES,
  ReferenceGrant: REFERENCE_GRANTS,
  Service: SERVICES,
  EndpointSlice: ENDPOINT_SLICES,
  Secret: SECRETS,
  ConfigMap: CONFIG_MAPS,
};

/** One of them as it is written: no two have a name in common. */
export interface WrittenInput extends Pick<BadInput, 'is' | 'expected'> {
  readonly kind: string;
  readonly name: string;
  readonly host: string;
  readonly yaml: string;
}

export const WRITTEN_INPUTS: readonly WrittenInput[] = Object.entries(BAD_INPUTS).flatMap(([kind, inputs]) =>
  inputs.map(({ is, yaml, expected }, index) => {
    const name = `bad-${kind.toLowerCase()}-${index}`;
    const host = `${name}.test`;
    return { kind, is, name, host, yaml: yaml(name, host), expected };
  }),
);
