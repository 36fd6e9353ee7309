import type { KubeObject } from '../object.js';
import type { HttpNameValueMatch, HttpRouteFilter } from './http-route.js';
import type { BackendObjectReference, RouteSpec } from './route.js';
import type { SessionPersistence } from './session-persistence.js';

// GRPCRoute of gateway.networking.k8s.io/v1, with structural defaults applied. Source: Gateway API v1.7.0.

/** At least one of `service` and `method` is present; one that is empty is as one that is absent. */
export interface GrpcMethodMatch {
  readonly type?: 'Exact' | 'RegularExpression';
  readonly service?: string;
  readonly method?: string;
}

export interface GrpcRouteMatch {
  readonly method?: GrpcMethodMatch;
  readonly headers?: readonly HttpNameValueMatch[];
}

/** Of the same shape as those of an HTTPRoute. */
export type GrpcRouteFilter = Extract<
  HttpRouteFilter,
  { type: 'RequestHeaderModifier' | 'ResponseHeaderModifier' | 'RequestMirror' | 'ExtensionRef' }
>;

export interface GrpcBackendRef extends BackendObjectReference {
  readonly weight?: number;
  readonly filters?: readonly GrpcRouteFilter[];
}

export interface GrpcRouteRule {
  readonly name?: string;
  readonly matches?: readonly GrpcRouteMatch[];
  readonly filters?: readonly GrpcRouteFilter[];
  readonly backendRefs?: readonly GrpcBackendRef[];
  readonly sessionPersistence?: SessionPersistence;
}

export interface GrpcRoute extends KubeObject {
  readonly kind: 'GRPCRoute';
  readonly spec: RouteSpec & {
    readonly hostnames?: readonly string[];
    readonly rules?: readonly GrpcRouteRule[];
  };
}
