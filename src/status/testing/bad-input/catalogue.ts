import { BACKEND_TLS_POLICIES } from './backend-tls-policy.js';
import { BACKEND_LB_POLICIES, BACKEND_TRAFFIC_POLICIES } from './backend-traffic-policy.js';
import type { BadInput, BadInputs } from './bad-input.js';
import { CLUSTER_TRUST_BUNDLES } from './cluster-trust-bundle.js';
import { CONFIG_MAPS } from './config-map.js';
import { ENDPOINT_SLICES } from './endpoint-slice.js';
import { GATEWAY_CLASSES } from './gateway-class.js';
import { EXTERNAL_AUTH_FILTERS } from './external-auth.js';
import { FRONTEND_TLS } from './frontend-tls.js';
import { GATEWAYS } from './gateway.js';
import { GRPC_ROUTES } from './grpc-route.js';
import { HTTP_ROUTES } from './http-route.js';
import { LISTENER_FILTERS } from './listener-filter.js';
import { LISTENER_SETS } from './listener-set.js';
import { PODS } from './pod.js';
import { REFERENCE_GRANTS } from './reference-grant.js';
import { SECRETS } from './secret.js';
import { SERVICES } from './service.js';
import { SERVICE_IMPORTS } from './service-import.js';
import { SESSIONS } from './session.js';
import { TCP_ROUTES } from './tcp-route.js';
import { TELEMETRY_POLICIES } from './telemetry-policy.js';
import { TLS_LISTENERS } from './tls-listener.js';
import { TLS_ROUTES } from './tls-route.js';
import { UDP_ROUTES } from './udp-route.js';
import { X_BACKENDS } from './x-backend.js';

/** A further kind is one more entry. */
const BAD_INPUTS: BadInputs = {
  GatewayClass: GATEWAY_CLASSES,
  Gateway: [...GATEWAYS, ...TLS_LISTENERS, ...FRONTEND_TLS, ...LISTENER_FILTERS],
  ListenerSet: LISTENER_SETS,
  HTTPRoute: [...HTTP_ROUTES, ...EXTERNAL_AUTH_FILTERS, ...SESSIONS],
  GRPCRoute: GRPC_ROUTES,
  TLSRoute: TLS_ROUTES,
  TCPRoute: TCP_ROUTES,
  UDPRoute: UDP_ROUTES,
  BackendTLSPolicy: BACKEND_TLS_POLICIES,
  XBackendTrafficPolicy: BACKEND_TRAFFIC_POLICIES,
  BackendLBPolicy: BACKEND_LB_POLICIES,
  XBackend: X_BACKENDS,
  XTelemetryPolicy: TELEMETRY_POLICIES,
  ReferenceGrant: REFERENCE_GRANTS,
  Service: SERVICES,
  ServiceImport: SERVICE_IMPORTS,
  Pod: PODS,
  EndpointSlice: ENDPOINT_SLICES,
  Secret: SECRETS,
  ConfigMap: CONFIG_MAPS,
  ClusterTrustBundle: CLUSTER_TRUST_BUNDLES,
};

/** One of them as it is written: no two have a name in common. */
export interface WrittenInput extends Pick<BadInput, 'is' | 'expected'> {
  readonly kind: string;
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly yaml: string;
}

/** Above every port that the catalogue writes out. */
const FIRST_PORT = 20_000;

export const WRITTEN_INPUTS: readonly WrittenInput[] = Object.entries(BAD_INPUTS)
  .flatMap(([kind, inputs]) => inputs.map((input, index) => ({ kind, index, ...input })))
  .map(({ kind, index, is, yaml, expected }, position) => {
    const name = `bad-${kind.toLowerCase()}-${index}`;
    const host = `${name}.test`;
    const port = FIRST_PORT + position;
    return { kind, is, name, host, port, yaml: yaml(name, host, port), expected };
  });
