export type * from './backend-tls-policy.js';
export type * from './backend-traffic-policy.js';
export type * from './condition.js';
export type * from './core.js';
export type * from './gateway.js';
export type * from './gateway-parameters.js';
export type * from './grpc-route.js';
export type * from './http-route.js';
export type * from './l4-route.js';
export type * from './listener-set.js';
export type * from './route.js';
export type * from './service-import.js';
export type * from './session-persistence.js';
export type * from './pod.js';
export type * from './route.js';
export type * from './x-backend.js';
export type * from './telemetry-policy.js';
import type { BackendTlsPolicy } from './backend-tls-policy.js';
import type {
  BackendLbPolicy,
  BackendTrafficPolicy,
  XBackendTrafficPolicy,
} from './backend-traffic-policy.js';
import type { ClusterTrustBundle, ConfigMap, EndpointSlice, Namespace, Secret, Service } from './core.js';
import type { Gateway, GatewayClass, ReferenceGrant } from './gateway.js';
import type { GatewayParameters } from './gateway-parameters.js';
import type { GrpcRoute } from './grpc-route.js';
import type { HttpRoute } from './http-route.js';
import type { ListenerSet } from './listener-set.js';
import type { Pod } from './pod.js';
import type { ServiceImport } from './service-import.js';
import type { XBackend } from './x-backend.js';
import type { TelemetryPolicy } from './telemetry-policy.js';
import type { TcpRoute, TlsRoute, UdpRoute } from './l4-route.js';

/** Every kind that is read, by its name. A further kind is added here and in `kinds.ts`. */
export interface KindTypes {
  readonly GatewayClass: GatewayClass;
  readonly Gateway: Gateway;
  readonly ListenerSet: ListenerSet;
  readonly HTTPRoute: HttpRoute;
  readonly GRPCRoute: GrpcRoute;
  readonly TLSRoute: TlsRoute;
  readonly TCPRoute: TcpRoute;
  readonly UDPRoute: UdpRoute;
  readonly ReferenceGrant: ReferenceGrant;
  readonly BackendTLSPolicy: BackendTlsPolicy;
  readonly XBackendTrafficPolicy: XBackendTrafficPolicy;
  readonly BackendLBPolicy: BackendLbPolicy;
  readonly XBackend: XBackend;
  readonly XTelemetryPolicy: TelemetryPolicy;
  readonly Service: Service;
  readonly ServiceImport: ServiceImport;
  readonly Pod: Pod;
  readonly EndpointSlice: EndpointSlice;
  readonly Secret: Secret;
  readonly ConfigMap: ConfigMap;
  readonly ClusterTrustBundle: ClusterTrustBundle;
  readonly Namespace: Namespace;
  readonly GatewayParameters: GatewayParameters;
}

export type KindName = keyof KindTypes;
export type KnownObject = KindTypes[KindName];

/** A route of any kind that is served. A further kind is added here and to `ROUTE_KINDS`. */
export type Route = HttpRoute | GrpcRoute | L4Route;
export type RouteKind = Route['kind'];

/** A route that hands on connections or datagrams as they are. */
export type L4Route = TlsRoute | TcpRoute | UdpRoute;

/** A policy that targets what routes send to. */
export type TargetingKind = BackendTlsPolicy | BackendTrafficPolicy;
/** A policy, or whatever else it is of which the status is told by its ancestors. */
export type Policy = TargetingKind | TelemetryPolicy | XBackend;
