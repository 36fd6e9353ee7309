import type { ClusterModel, Permit } from './model.js';

/** A server that decides whether a request may pass. It fails closed. Source: Gateway API, HTTPExternalAuthFilter (GEP-1494). */
export interface AuthModel {
  readonly cluster: ClusterModel;
  /** As that of a `Share`. */
  readonly permit: Permit | undefined;
  readonly asks: GrpcAuth | HttpAuth;
  /** Bytes of the largest body that it is shown, larger ones are answered 413; 0: it is shown none. */
  readonly maxBodyBytes: number;
}

/** By the gRPC service of Envoy's `ext_authz`. */
export interface GrpcAuth {
  readonly kind: 'grpc';
  /** Names of the request's headers that it is shown, lower case. */
  readonly requestHeaders: readonly string[] | 'all';
}

/** By a request of its own, with the method, path and host of the one in question; 200 lets it pass. */
export interface HttpAuth {
  readonly kind: 'http';
  /** Stands before the path; '' or with a leading and without a trailing slash. */
  readonly pathPrefix: string;
  /** Names of the headers that it is shown besides `authorization`, lower case. */
  readonly requestHeaders: readonly string[];
  /** Names of the headers of its answer that the request goes on with, lower case. */
  readonly responseHeaders: readonly string[] | 'all';
}

/** What every request of a listener meets before a route is chosen, those without a route included. Source: Gateway API, ListenerFilters. */
export interface ListenerFilters {
  /** Asked in this order; the first that does not let a request pass answers it. */
  readonly auth: readonly AuthModel[];
  /** Why every request is answered 500: one of the filters cannot be honoured. */
  readonly fault: string | undefined;
}

export const NO_FILTERS: ListenerFilters = { auth: [], fault: undefined };
