import type { ObjectRef } from '../resources/index.js';
import type { ClusterModel, Permit } from './cluster-model.js';
import type { SessionModel } from './session-model.js';
import type { Refusal } from './verdict.js';

// Rules of HTTPRoutes and GRPCRoutes: what they take, and what becomes of it.

/**
 * One match of one rule of one route: one Envoy route. It does not depend on the host it stands under, so that it is encoded once.
 */
export interface RuleEntry {
  readonly route: ObjectRef;
  /** Index into `spec.rules`. */
  readonly rule: number;
  /** Index into `matches`. */
  readonly matchIndex: number;
  readonly ruleName: string | undefined;
  readonly match: MatchModel;
  readonly action: ActionModel;
  /** Asked before anything else is done, redirects included; a CORS preflight alone is answered without. */
  readonly auth: AuthModel | undefined;
  readonly cors: CorsModel | undefined;
  /** Rule-level header modifiers; those of a share come after them. */
  readonly requestHeaders: HeaderModifier;
  readonly responseHeaders: HeaderModifier;
}

export type StringMatch =
  { readonly kind: 'exact'; readonly value: string } | { readonly kind: 'regex'; readonly value: string };

export interface MatchModel {
  /** Whether it takes gRPC requests alone, told by their `content-type`: `application/grpc`, alone or with `+` and more behind it. */
  readonly grpc: boolean;
  /** `prefix` is segment-wise; its value has no trailing slash, except `/` alone, which takes every path. `regex` is RE2, full match. */
  readonly path: { readonly kind: 'exact' | 'prefix' | 'regex'; readonly value: string };
  readonly method: string | undefined;
  /** Names lower case; of repeated names only the first. */
  readonly headers: readonly { readonly name: string; readonly value: StringMatch }[];
  readonly queryParams: readonly { readonly name: string; readonly value: StringMatch }[];
}

/** Removes, then sets, then adds. Names are lower case, each at most once in a list. */
export interface HeaderModifier {
  readonly set: readonly { readonly name: string; readonly value: string }[];
  readonly add: readonly { readonly name: string; readonly value: string }[];
  readonly remove: readonly string[];
}

export const NO_HEADERS: HeaderModifier = { set: [], add: [], remove: [] };

export type PathRewrite =
  | { readonly kind: 'full'; readonly value: string }
  /** Replaces `prefix` (no trailing slash, `/` alone for all) at a segment boundary by `value`; never yields a double slash. */
  | { readonly kind: 'prefix'; readonly prefix: string; readonly value: string };

export type ActionModel =
  | {
      readonly kind: 'forward';
      /** At least one with a positive weight. Weights are shares of their sum. */
      readonly shares: readonly Share[];
      readonly mirrors: readonly MirrorModel[];
      readonly hostRewrite: string | undefined;
      readonly pathRewrite: PathRewrite | undefined;
      /** Milliseconds for the whole request, retries included; 0: no limit. */
      readonly requestTimeoutMs: number;
      /** Milliseconds for one try; 0: no limit. */
      readonly backendTimeoutMs: number;
      readonly retry: RetryModel | undefined;
    }
  | RedirectModel
  /** Answered by the proxy itself: no backendRefs, all shares unresolved, or a filter that cannot be honoured. */
  | {
      readonly kind: 'respond';
      readonly status: 500 | 503;
      readonly reason: string;
      /** A server that is to decide about its requests cannot be asked. */
      readonly unasked?: true | undefined;
    };

/** What browsers are told of requests from pages of another origin. Source: HTTPCORSFilter; Fetch standard. */
export interface CorsModel {
  /** RE2, full match, of every origin that is allowed; undefined: none is. */
  readonly origins: string | undefined;
  /** What a preflight is told; `*`: what it asks for; empty: nothing. */
  readonly methods: readonly string[] | '*';
  readonly headers: readonly string[] | '*';
  readonly exposeHeaders: readonly string[];
  readonly credentials: boolean;
  readonly maxAgeSeconds: number;
}

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

export interface RedirectModel {
  readonly kind: 'redirect';
  readonly scheme: 'http' | 'https' | undefined;
  readonly hostname: string | undefined;
  readonly port: number | undefined;
  readonly path: PathRewrite | undefined;
  readonly status: 301 | 302 | 303 | 307 | 308;
}

/** When a request is tried again, besides when no backend has seen it. Source: HTTPRouteRetry. */
export interface RetryModel {
  /** Tries after the first; at least 1. */
  readonly attempts: number;
  /** Statuses of a backend's answer, ascending. */
  readonly codes: readonly number[];
  /** Milliseconds before the first retry, more before each further one; at least 1. Undefined: as the proxy sees fit. */
  readonly backoffMs: number | undefined;
}

/** Where copies of requests go; what answers them is ignored. */
export interface MirrorModel {
  readonly cluster: ClusterModel;
  /** How many of a million requests are copied; never 0. */
  readonly perMillion: number;
  /** As that of a {@link Share}. */
  readonly permit: Permit | undefined;
}

export interface Share {
  readonly weight: number;
  readonly target:
    | { readonly kind: 'cluster'; readonly cluster: ClusterModel }
    /** Answers an error for its share: `failureStatus`. */
    | { readonly kind: 'unresolved'; readonly refusal: Refusal };
  /** What allows the backend to be of another namespace than the route; undefined: it needs no permission. */
  readonly permit: Permit | undefined;
  readonly requestHeaders: HeaderModifier;
  readonly responseHeaders: HeaderModifier;
  /** How its clients are kept with one endpoint of the cluster; undefined: they are not. */
  readonly session: SessionModel | undefined;
  /** What the backendRef's filters do beyond headers, as they say it; `settingsOfShare` tells what they come to beside the rule's.
   * Undefined: nothing, or the backend does not resolve. */
  readonly filters: ShareFilters | undefined;
  /** A server that is to decide about its requests cannot be asked; it is unresolved then. */
  readonly unasked?: true | undefined;
}

export interface ShareFilters {
  readonly redirect: RedirectModel | undefined;
  readonly hostRewrite: string | undefined;
  readonly pathRewrite: PathRewrite | undefined;
  readonly mirrors: readonly MirrorModel[];
  readonly cors: CorsModel | undefined;
  /** Asked after the rule's, of requests for which the share is picked. */
  readonly auth: AuthModel | undefined;
}
