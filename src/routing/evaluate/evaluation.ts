import type { HeaderModifier, RedirectModel, RetryModel, RuleEntry } from '../model.js';
import type { SessionModel } from '../session-model.js';

/** A request as it arrives at a proxy. */
export interface RequestModel {
  /** The listener's port, as the Gateway says it (not the offset one that is bound). */
  readonly port: number;
  readonly scheme: 'http' | 'https';
  /** Server name of the TLS handshake; ignored for http. */
  readonly sni?: string;
  /** What the client presents, when that is not what the listener asks for: no certificate, or one that its CAs do not vouch for. */
  readonly clientCertificate?: 'none' | 'invalid';
  /** Authority: host with an optional port. */
  readonly host: string;
  readonly method: string;
  /** Path with its query, as on the wire. */
  readonly path: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** What a request meets, and what it missed on the way. */
export interface Evaluation {
  /** Name of the listener that owns the request; undefined when none takes it. */
  readonly listener: string | undefined;
  /** Name of the route table that was consulted. */
  readonly table: string | undefined;
  /** Domain of the virtual host that was chosen. */
  readonly virtualHost: string | undefined;
  /** The rule that matched. */
  readonly rule: RuleEntry | undefined;
  /**
   * Names of the clusters that are asked, in this order, whether the request may pass: for the listener before a route is chosen, then for the rule. The
   * outcome holds for a request that all of them let pass unchanged.
   */
  readonly auth: readonly string[];
  /** Rules that stand before the match (all of the virtual host when none matched), in order, with why each was missed. */
  readonly nearMisses: readonly NearMiss[];
  readonly outcome: Outcome;
}

export interface NearMiss {
  readonly rule: RuleEntry;
  /** First predicate that failed. */
  readonly failed: 'grpc' | 'path' | 'method' | 'header' | 'queryParam';
  /** A sentence: what was wanted and what was seen. */
  readonly message: string;
}

/** Source: gRPC, HTTP to gRPC status code mapping. */
export type GrpcStatus = 'INTERNAL' | 'UNIMPLEMENTED' | 'UNKNOWN' | 'UNAVAILABLE' | 'PERMISSION_DENIED';

export type Outcome =
  /** No listener takes the connection: it is refused or closed. */
  | { readonly kind: 'refused'; readonly message: string }
  /**
   * Answered by the proxy itself: 404 no match, 421 a host of another listener than the one that the connection chose, 500 as the API says for broken rules,
   * for those of a GRPCRoute 503, 400 for a path that cannot be normalised.
   */
  | {
      readonly kind: 'respond';
      readonly status: 400 | 404 | 421 | 500 | 503;
      /** What a gRPC client sees of the status, over HTTP 200; undefined: the request is no call. */
      readonly grpcStatus: GrpcStatus | undefined;
      readonly message: string;
      readonly responseModifiers: readonly HeaderModifier[];
    }
  /** A CORS preflight, answered by the proxy itself: 200 with these headers for an origin that is allowed, otherwise 403. */
  | {
      readonly kind: 'preflight';
      readonly status: 200 | 403;
      /** As of `respond`; no browser sends such a preflight. */
      readonly grpcStatus: GrpcStatus | undefined;
      readonly headers: readonly (readonly [name: string, value: string])[];
    }
  | {
      readonly kind: 'redirect';
      readonly status: RedirectModel['status'];
      /** As of `respond`: gRPC knows no redirects, a call fails. */
      readonly grpcStatus: GrpcStatus | undefined;
      readonly location: string;
      readonly responseModifiers: readonly HeaderModifier[];
    }
  | {
      readonly kind: 'forward';
      /** Shares with a positive weight; the proxy picks one at random by weight. */
      readonly shares: readonly ForwardShare[];
      /** Milliseconds, 0: no limit. */
      readonly requestTimeoutMs: number;
      readonly backendTimeoutMs: number;
      readonly retry: RetryModel | undefined;
    };

/** What a backend receives, should its share be picked. */
export interface ForwardShare {
  readonly weight: number;
  /** The cluster's name; undefined: the backend does not resolve. */
  readonly cluster: string | undefined;
  /** Name of the cluster that is asked as well, after those of the request; undefined: none is. */
  readonly auth: string | undefined;
  /** What the proxy answers itself by a filter of the backendRef, or because it does not resolve; undefined: it forwards the request. */
  readonly answer: Extract<Outcome, { kind: 'redirect' | 'preflight' | 'respond' }> | undefined;
  /** How the client is kept with one endpoint of the cluster; undefined: it is not. */
  readonly session: SessionModel | undefined;
  /** Authority the backend sees. */
  readonly host: string;
  /** Path and query the backend sees. */
  readonly path: string;
  /** Request headers after all modifiers: names lower case, repeated ones joined with a comma; what Envoy adds itself is left out. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Where copies of the request go as well, and how many of a million. */
  readonly mirrors: readonly { readonly cluster: string; readonly perMillion: number }[];
  /** What becomes of the backend's response headers: one modifier after another. */
  readonly responseModifiers: readonly HeaderModifier[];
}
