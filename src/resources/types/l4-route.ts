import type { KubeObject } from '../object.js';
import type { BackendObjectReference, RouteSpec } from './route.js';

// TLSRoute, TCPRoute and UDPRoute of gateway.networking.k8s.io/v1, with structural defaults applied. Source: Gateway API v1.7.0.

export interface L4BackendRef extends BackendObjectReference {
  readonly weight?: number;
  /** There are none at this layer. */
  readonly filters?: undefined;
}

export interface L4RouteRule {
  readonly name?: string;
  readonly backendRefs?: readonly L4BackendRef[];
  /** There are none at this layer. */
  readonly filters?: undefined;
}

/** v1 has exactly one rule and, of a TLSRoute, at least one hostname; v1alpha2 lets more and fewer pass. */
export interface TlsRoute extends KubeObject {
  readonly kind: 'TLSRoute';
  readonly spec: RouteSpec & {
    readonly hostnames?: readonly string[];
    readonly rules?: readonly L4RouteRule[];
  };
}

/** Of those that have no hostnames: a connection does not name one. */
interface WithoutHostnames extends RouteSpec {
  readonly hostnames?: undefined;
  readonly rules?: readonly L4RouteRule[];
}

export interface TcpRoute extends KubeObject {
  readonly kind: 'TCPRoute';
  readonly spec: WithoutHostnames;
}

export interface UdpRoute extends KubeObject {
  readonly kind: 'UDPRoute';
  readonly spec: WithoutHostnames;
}
