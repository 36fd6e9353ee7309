import { envoy, type MessageName, type MessageTypes } from '../proto/index.js';
import { duration } from './duration.js';

// Envoy's defaults are decisions (DESIGN D19). What is decided here is spread into the messages that the builders make, and
// docs/reference/envoy-defaults.md repeats it with the reasons; a test ties the three together.

/** A stream on which nothing moves is closed after so long, in milliseconds. */
export const STREAM_IDLE_TIMEOUT_MS = 300_000;

const UNLIMITED = 4_294_967_295;

/** Decided fields of one message. */
export interface Defaults<M extends MessageName, V extends MessageTypes[M]> {
  readonly message: M;
  readonly values: V;
  readonly why: Readonly<Record<keyof V, string>>;
}

function decided<M extends MessageName, V extends MessageTypes[M]>(
  message: M,
  values: V,
  why: Record<keyof V, string>,
): Defaults<M, V> {
  return { message, values, why };
}

const hcm = envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;

export const LISTENER = decided(
  'envoy.config.listener.v3.Listener',
  { perConnectionBufferLimitBytes: { value: 1_048_576 } },
  {
    perConnectionBufferLimitBytes:
      'What can be held back for a retry or a slow backend; beyond it the connection is read no further.',
  },
);

export const DOWNSTREAM_HTTP = decided(
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
  {
    codecType: hcm.CodecType.AUTO,
    serverHeaderTransformation: hcm.ServerHeaderTransformation.PASS_THROUGH,
    maxRequestHeadersKb: { value: 60 },
    streamIdleTimeout: duration(STREAM_IDLE_TIMEOUT_MS),
    requestTimeout: duration(0),
    requestHeadersTimeout: duration(60_000),
    drainTimeout: duration(5_000),
    delayedCloseTimeout: duration(1_000),
    useRemoteAddress: { value: true },
    xffNumTrustedHops: 0,
    generateRequestId: { value: true },
    preserveExternalRequestId: false,
    normalizePath: { value: true },
    mergeSlashes: true,
    pathWithEscapedSlashesAction: hcm.PathWithEscapedSlashesAction.KEEP_UNCHANGED,
    upgradeConfigs: [{ upgradeType: 'websocket' }],
  },
  {
    codecType: 'HTTP/1.1 and HTTP/2, the latter by ALPN or, in clear text, by prior knowledge.',
    serverHeaderTransformation:
      "The header `server` is the backend's business: it passes unchanged, and none is added.",
    maxRequestHeadersKb: 'Larger request headers are answered with 431.',
    streamIdleTimeout:
      'A peer that has gone away must not hold a stream for ever. A route with a longer timeout of its own lifts it.',
    requestTimeout: 'No limit on how long a request may take to arrive: uploads are slow on slow links.',
    requestHeadersTimeout: 'Headers are not: whoever dribbles them in holds a connection for nothing.',
    drainTimeout:
      'Between the two GOAWAY frames of a closing HTTP/2 connection, so that no request races the last one.',
    delayedCloseTimeout: 'A client that is still sending reads its answer before the connection is reset.',
    useRemoteAddress:
      'The client is whoever connects: `x-forwarded-for` is appended to, `x-forwarded-proto` is overwritten.',
    xffNumTrustedHops: "No proxy in front is trusted to state the client's address.",
    generateRequestId: 'Every request has an `x-request-id`, which the access log prints.',
    preserveExternalRequestId: 'A client cannot choose it: ids stay unique, and sampling decisions ours.',
    normalizePath:
      'Dot segments are resolved before a route is chosen, so that no prefix can be stepped out of.',
    mergeSlashes: 'Repeated slashes are one before a route is chosen, for the same reason.',
    pathWithEscapedSlashesAction: '`%2F` is data, as the API reads it; paths that carry encoded names work.',
    upgradeConfigs: 'WebSocket works without being asked for.',
  },
);

export const TRACING = decided(
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.Tracing',
  {
    clientSampling: { value: 0 },
    spawnUpstreamSpan: { value: false },
    maxPathTagLength: { value: 256 },
  },
  {
    clientSampling: 'A client cannot ask for a trace by `x-client-trace-id`.',
    spawnUpstreamSpan: 'One span for each request, and not another one for each try at a backend.',
    maxPathTagLength: 'Longer paths are cut, in characters.',
  },
);

export const DOWNSTREAM_COMMON = decided(
  'envoy.config.core.v3.HttpProtocolOptions',
  {
    idleTimeout: duration(3_600_000),
    maxHeadersCount: { value: 100 },
    headersWithUnderscoresAction: envoy.config.core.v3.HttpProtocolOptions.HeadersWithUnderscoresAction.ALLOW,
  },
  {
    idleTimeout: 'A connection without requests is closed after an hour.',
    maxHeadersCount: 'More request headers are answered with 431.',
    headersWithUnderscoresAction: 'Routes may match them, and applications use them.',
  },
);

export const DOWNSTREAM_HTTP2 = decided(
  'envoy.config.core.v3.Http2ProtocolOptions',
  {
    maxConcurrentStreams: { value: 100 },
    initialStreamWindowSize: { value: 65_536 },
    initialConnectionWindowSize: { value: 1_048_576 },
  },
  {
    maxConcurrentStreams: 'What one client connection may keep us busy with.',
    initialStreamWindowSize: 'What one stream may make us hold, in bytes.',
    initialConnectionWindowSize: 'What one connection may make us hold, in bytes.',
  },
);

export const TCP_PROXY = decided(
  'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy',
  { idleTimeout: duration(3_600_000), maxConnectAttempts: { value: 1 } },
  {
    idleTimeout:
      'A connection on which nothing moves is closed after an hour: its peer may have gone away unseen.',
    maxConnectAttempts:
      'A connection that falls to a share that is refused is refused: no other share makes up for it.',
  },
);

export const UDP_PROXY = decided(
  'envoy.extensions.filters.udp.udp_proxy.v3.UdpProxyConfig',
  { idleTimeout: duration(60_000) },
  { idleTimeout: 'A client that is silent for a minute may go to another endpoint.' },
);

export const ROUTER = decided(
  'envoy.extensions.filters.http.router.v3.Router',
  { suppressEnvoyHeaders: true },
  {
    suppressEnvoyHeaders:
      'Neither backends nor clients see `x-envoy-*`: which proxy serves them is not their concern.',
  },
);

export const AUTH = decided(
  'envoy.extensions.filters.http.ext_authz.v3.ExtAuthz',
  {
    transportApiVersion: envoy.config.core.v3.ApiVersion.V3,
    failureModeAllow: false,
    statusOnError: { code: envoy.type.v3.StatusCode.ServiceUnavailable },
    validateMutations: true,
  },
  {
    transportApiVersion: 'The only version of the protocol that is spoken.',
    failureModeAllow: 'A server that cannot be asked, or that answers 5xx, lets nothing pass.',
    statusOnError:
      'Then the answer is 503, for gRPC UNAVAILABLE: nobody has been denied anything, and trying again may help.',
    validateMutations: 'Headers that no request can carry are not taken from a server: 500.',
  },
);

export const ROUTE_TABLE = decided(
  'envoy.config.route.v3.RouteConfiguration',
  { ignorePortInHostMatching: true, requestHeadersToRemove: ['x-envoy-external-address'] },
  {
    ignorePortInHostMatching:
      'A hostname of the API has no port; the Host header of a client on another port than 80 or 443 has.',
    requestHeadersToRemove:
      'As `suppress_envoy_headers` of the router, which does not know this one; `x-forwarded-for` says the same.',
  },
);

export const ROUTE_ACTION = decided(
  'envoy.config.route.v3.RouteAction',
  { timeout: duration(0) },
  { timeout: 'Without `timeouts` a request may take as long as it needs (Envoy: 15 s).' },
);

/** Before the first retry, in milliseconds. */
export const RETRY_BACKOFF_MS = 25;

export const RETRY = decided(
  'envoy.config.route.v3.RetryPolicy',
  { retryBackOff: { baseInterval: duration(RETRY_BACKOFF_MS) }, hostSelectionRetryMaxAttempts: 5 },
  {
    retryBackOff:
      'Without `retry.backoff`: long enough for a moment’s hiccup to pass. Doubled by each retry, up to ten times.',
    hostSelectionRetryMaxAttempts:
      'A retry goes to an endpoint that has not failed yet, if one is found in so many draws.',
  },
);

export const CLUSTER = decided(
  'envoy.config.cluster.v3.Cluster',
  {
    connectTimeout: duration(5_000),
    ignoreHealthOnHostRemoval: true,
  },
  {
    connectTimeout: 'A backend in the same network answers within it, or not at all.',
    ignoreHealthOnHostRemoval:
      'An endpoint that has left its EndpointSlice gets no request, whatever a health check says.',
  },
);

export const CIRCUIT_BREAKER = decided(
  'envoy.config.cluster.v3.CircuitBreakers.Thresholds',
  {
    maxConnections: { value: UNLIMITED },
    maxPendingRequests: { value: UNLIMITED },
    maxRequests: { value: UNLIMITED },
    maxRetries: { value: UNLIMITED },
  },
  {
    maxConnections: "No limit that nobody asked for: Envoy's own of 1,024 is an outage under load.",
    maxPendingRequests: 'As above.',
    maxRequests: 'As above.',
    maxRetries: "As above; Envoy's own is 3.",
  },
);

export const LOAD_BALANCING = decided(
  'envoy.config.cluster.v3.Cluster.CommonLbConfig',
  { healthyPanicThreshold: { value: 0 } },
  { healthyPanicThreshold: 'Endpoints known to be bad are never used, not even when most are.' },
);

export const DOWNSTREAM_TLS = decided(
  'envoy.extensions.transport_sockets.tls.v3.TlsParameters',
  { tlsMinimumProtocolVersion: envoy.extensions.transport_sockets.tls.v3.TlsParameters.TlsProtocol.TLSv1_2 },
  { tlsMinimumProtocolVersion: 'TLS 1.0 and 1.1 are deprecated by RFC 8996.' },
);

export const UPSTREAM_TLS = decided(
  'envoy.extensions.transport_sockets.tls.v3.TlsParameters',
  {
    tlsMinimumProtocolVersion: envoy.extensions.transport_sockets.tls.v3.TlsParameters.TlsProtocol.TLSv1_2,
    tlsMaximumProtocolVersion: envoy.extensions.transport_sockets.tls.v3.TlsParameters.TlsProtocol.TLSv1_3,
  },
  {
    tlsMinimumProtocolVersion: 'To backends, too: TLS 1.0 and 1.1 are deprecated by RFC 8996.',
    tlsMaximumProtocolVersion: "Envoy's own as a client is TLS 1.2.",
  },
);

export const DNS_CLUSTER = decided(
  'envoy.extensions.clusters.dns.v3.DnsCluster',
  {
    respectDnsTtl: true,
    dnsFailureRefreshRate: { baseInterval: duration(1_000), maxInterval: duration(10_000) },
    dnsLookupFamily: envoy.extensions.clusters.common.dns.v3.DnsLookupFamily.V4_PREFERRED,
  },
  {
    respectDnsTtl: 'Whoever owns the name says how often to ask.',
    dnsFailureRefreshRate: 'A name that could not be resolved is soon asked for again, with back-off.',
    dnsLookupFamily:
      'IPv6 addresses are used where there are no IPv4 ones: many networks announce the former and route only the latter.',
  },
);

/** All of the above, in the order in which the documentation shows them. */
export const ALL_DEFAULTS = [
  LISTENER,
  DOWNSTREAM_TLS,
  DOWNSTREAM_HTTP,
  TRACING,
  DOWNSTREAM_COMMON,
  DOWNSTREAM_HTTP2,
  TCP_PROXY,
  UDP_PROXY,
  AUTH,
  ROUTER,
  ROUTE_TABLE,
  ROUTE_ACTION,
  RETRY,
  CLUSTER,
  CIRCUIT_BREAKER,
  LOAD_BALANCING,
  UPSTREAM_TLS,
  DNS_CLUSTER,
] as const;
