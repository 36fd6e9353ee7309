import type { SortedMap } from '../collections/index.js';
import type {
  Gateway,
  GatewayClass,
  ListenerSet,
  ObjectRef,
  ParentReference,
  ReferenceGrant,
  Route,
  Secret,
} from '../resources/index.js';
import type { BackendTls, CaBundleModel, ServiceTls } from './backend-tls-model.js';
import type { RetryBudget } from './backend-traffic-model.js';
import type { ClientValidation } from './client-validation-model.js';
import type { Domain } from './hostnames.js';
import type { L4ClusterModel, L4EndpointsModel, L4Target, StreamModel } from './l4/l4-model.js';
import type { PolicyModel } from './policy-model.js';
import type { SessionModel } from './session-model.js';
import type { XBackendModel } from './x-backend-model.js';
import type { TracingSettings } from './telemetry-model.js';
import type { Refusal, Verdict } from './verdict.js';

// The model: what every fleet serves and why, in plain readonly data. It holds every refusal beside the thing refused; statuses,
// Envoy configuration, explain and plan are all read from it. No Envoy types.

export { ACCEPTED, type Refusal, type Verdict } from './verdict.js';

export interface Model {
  readonly gatewayClasses: readonly GatewayClassModel[];
  readonly gateways: readonly GatewayModel[];
  /** By `Kind namespace/name`. */
  readonly routes: SortedMap<RouteModel>;
  /** A collection for each purpose of policies, each by `Kind namespace/name`. */
  readonly policies: readonly SortedMap<PolicyModel>[];
}

export interface GatewayClassModel {
  readonly gatewayClass: GatewayClass;
  readonly accepted: Verdict;
}

/** A Gateway of one of our classes. */
export interface GatewayModel {
  readonly gateway: Gateway;
  /** GatewayReason of Accepted: InvalidParameters, UnsupportedAddress, ListenersNotValid… */
  readonly accepted: Verdict;
  /** GatewayConditionResolvedRefs: of its client certificate for backends; undefined: it has none. */
  readonly resolvedRefs: Verdict | undefined;
  /** Whether it has an address; reasons of Programmed: AddressNotAssigned, AddressNotUsable. */
  readonly addressed: Verdict;
  /** Addresses for `status.addresses`. */
  readonly addresses: readonly string[];
  /** Whether every address that is asked for has been assigned; undefined: that is not known yet. PartiallyAssigned, NotAssigned. */
  readonly assigned: Verdict | undefined;
  /** Every listener of the spec, in its order, then those of the ListenerSets that have joined; refused ones included. */
  readonly listeners: readonly ListenerModel[];
  /** Every ListenerSet that names the Gateway, in order of precedence. */
  readonly listenerSets: readonly ListenerSetModel[];
  /** What its proxies serve, should it have any; undefined without an address. Whether a refused Gateway gets proxies is not told here. */
  readonly fleet: Fleet | undefined;
}

/** A ListenerSet of a Gateway of ours. */
export interface ListenerSetModel {
  readonly listenerSet: ListenerSet;
  /** ListenerSetConditionReason of Accepted: NotAllowed, ParentNotAccepted, ListenersNotValid. One that is NotAllowed has no listeners. */
  readonly accepted: Verdict;
}

export interface ListenerModel {
  /** Unique in the Gateway: that of the spec, or `<namespace>/<set>/<listener>` for one of a ListenerSet. */
  readonly name: string;
  /** Its name where it is written: `sectionName` of parentRefs, status. */
  readonly section: string;
  /** `namespace/name` of the ListenerSet that it is written in; undefined: in the Gateway. */
  readonly set: string | undefined;
  readonly port: number;
  readonly protocol: string;
  /** Undefined takes every host. Lower case. */
  readonly hostname: string | undefined;
  /** ListenerConditionAccepted: UnsupportedProtocol, PortUnavailable… */
  readonly accepted: Verdict;
  /** ListenerConditionConflicted when refused: HostnameConflict, ProtocolConflict. */
  readonly conflicted: Verdict;
  /** ListenerConditionResolvedRefs: InvalidCertificateRef, RefNotPermitted, InvalidRouteKinds. */
  readonly resolvedRefs: Verdict;
  readonly supportedKinds: readonly { readonly group: string; readonly kind: string }[];
  /** Routes that attach, counted whatever the state of the listener or the route (ListenerStatus.attachedRoutes). */
  readonly attachedRoutes: number;
  /** Served certificates, in the order of `tls.certificateRefs`. */
  readonly certificates: readonly CertificateModel[];
  readonly filters: ListenerFilters;
  /** What clients have to present; undefined: nothing. */
  readonly clientValidation: ClientValidation | undefined;
  /** Protocol TLS alone: its connections are handed on encrypted (`tls.mode: Passthrough`). */
  readonly passthrough: boolean;
  /** Whether the listener is part of the fleet's configuration. */
  readonly served: boolean;
}

/** One key pair, checked: PEM parses, key and certificate belong together. */
export interface CertificateModel {
  /** SDS name: `secret/<namespace>/<name>`. */
  readonly name: string;
  readonly secret: Secret;
}

/** What the Envoys of one Gateway serve. */
export interface Fleet {
  /** `namespace/name` of the Gateway. */
  readonly id: string;
  readonly gateway: ObjectRef;
  /** Addresses to bind. */
  readonly addresses: readonly string[];
  readonly ports: readonly PortModel[];
  readonly clusters: SortedMap<ClusterModel>;
  /** By cluster name; one for each cluster whose discovery is `endpoints`. */
  readonly endpoints: SortedMap<EndpointsModel>;
  /** The rules of TLSRoutes, TCPRoutes and UDPRoutes that its ports lead to, by name of the cluster. */
  readonly l4Targets: SortedMap<L4Target>;
  /** Theirs, by name; no name is also one of `clusters`. */
  readonly l4Clusters: SortedMap<L4ClusterModel>;
  /** By cluster name; one for each of `l4Clusters`. */
  readonly l4Endpoints: SortedMap<L4EndpointsModel>;
  readonly certificates: SortedMap<CertificateModel>;
  /** Name of the certificate that is presented to backends; undefined: none. */
  readonly clientCertificate: string | undefined;
  /** Of the requests of all its HTTP and HTTPS ports; undefined: nothing is traced. */
  readonly tracing: TracingModel | undefined;
  /** By name; those that backends and clients are verified by. */
  readonly bundles: SortedMap<CaBundleModel>;
  /** Every ReferenceGrant by namespace and name: what was allowed once, and is still in use for a moment, may be no longer. */
  readonly grants: ReadonlyMap<string, ReadonlyMap<string, ReferenceGrant>>;
  /** Every Service that a BackendTLSPolicy targets, by `namespace/name`: for the same reason. */
  readonly secured: ReadonlyMap<string, ServiceTls>;
  /** Every XBackend, by `namespace/name`: for the same reason. */
  readonly xBackends: ReadonlyMap<string, XBackendModel>;
}

/** How the requests of one Gateway are traced, and where their spans go. */
export interface TracingModel extends TracingSettings {
  /** Where spans are sent by OTLP. */
  readonly collector: ClusterModel;
  /** What sending there relies on. */
  readonly permits: readonly Permit[];
}

/**
 * One bound port. HTTP: one table for all its listeners; HTTPS: one table per listener, chosen by SNI. A port that HTTPS and TLS share is HTTPS. UDP
 * has ports of its own: a number may be that of two.
 */
export interface PortModel {
  /** As the listeners say; redirects use it. */
  readonly port: number;
  /** The port that is bound: `port` plus the local port offset. */
  readonly bindPort: number;
  readonly protocol: 'HTTP' | 'HTTPS' | 'TLS' | 'TCP' | 'UDP';
  readonly tables: readonly TableModel[];
  /** Its listeners of protocol TLS, TCP or UDP. */
  readonly streams: readonly StreamModel[];
  /** Those that its listeners use themselves, whatever their routes do. */
  readonly clusters: readonly ClusterModel[];
  /** Clients are to be verified where it ends TLS, and cannot be: listeners that do are not served. */
  readonly unverifiable?: true | undefined;
}

/** One route table (RouteConfiguration). */
export interface TableModel {
  /** `gateway/<namespace>/<name>/<port>` for HTTP; with `/<listener>` appended for HTTPS. Never contains a variant. */
  readonly name: string;
  /** HTTPS: the listener that owns the chain. HTTP: undefined. */
  readonly listener: ListenerModel | undefined;
  readonly scheme: 'http' | 'https';
  readonly port: number;
  /** By domain, of which each has exactly one: order never depends on history. */
  readonly virtualHosts: SortedMap<VirtualHostModel>;
}

export interface VirtualHostModel {
  /** `*`, `*.example.com` or an exact host. Lower case. */
  readonly domain: string;
  /** Name of the listener that owns the domain. */
  readonly listener: string;
  /** The listener's. */
  readonly filters: ListenerFilters;
  /**
   * Domains among those it takes that other listeners of the port own: requests for them came by the wrong connection and answer 421. Mostly empty.
   */
  readonly foreign: readonly Domain[];
  /** In order of precedence; the first that matches wins; none: 404. */
  readonly rules: readonly RuleEntry[];
}

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

/** What every request of a listener meets before a route is chosen, those without a route included. Source: Gateway API, ListenerFilters. */
export interface ListenerFilters {
  /** Asked in this order; the first that does not let a request pass answers it. */
  readonly auth: readonly AuthModel[];
  /** Why every request is answered 500: one of the filters cannot be honoured. */
  readonly fault: string | undefined;
}

export const NO_FILTERS: ListenerFilters = { auth: [], fault: undefined };

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

/** What something relies on that may be taken back – a ReferenceGrant, that no policy asks for TLS –: opaque; see `isStillPermitted`. */
export type Permit = string;

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

/** A backend as Envoy knows it. Named for the backend, never for a rule (DESIGN D4). */
export interface ClusterModel {
  /** `<namespace>_<service>_<port>` for default settings; `xbackend_` before it for an XBackend. */
  readonly name: string;
  /** A Service or an XBackend. */
  readonly backend: ObjectRef;
  readonly port: number;
  readonly protocol: 'http1' | 'http2';
  readonly discovery:
    | { readonly kind: 'endpoints' }
    | { readonly kind: 'dns'; readonly hostname: string; readonly port: number };
  /** Undefined: plain text. */
  readonly tls: BackendTls | undefined;
  /** Undefined: no limit but those of each rule. */
  readonly retryBudget: RetryBudget | undefined;
}

export interface EndpointsModel {
  readonly cluster: string;
  /** Sorted, without duplicates. Only endpoints that may take new requests. */
  readonly endpoints: readonly { readonly address: string; readonly port: number }[];
}

/** A route as status sees it: one entry per parentRef that names one of our Gateways. */
export interface RouteModel {
  readonly route: Route;
  readonly parents: readonly ParentModel[];
}

export interface ParentModel {
  /** As written in the spec: status echoes it unchanged. */
  readonly parentRef: ParentReference;
  readonly gateway: ObjectRef;
  readonly accepted: Verdict;
  readonly resolvedRefs: Verdict;
  /** Set when some rules are dropped or answer with an error while others work. */
  readonly partiallyInvalid: Refusal | undefined;
  /** Listeners it is attached to. */
  readonly listeners: readonly string[];
}
