import { displayRef } from '../resources/index.js';
import type { Fleet, PortModel, RuleEntry } from '../routing/index.js';
import type { Owner } from '../xds/index.js';

// The names that users meet in access logs, metrics and dumps (DESIGN D4, D14). Cluster, table and secret names come with the model.

/** Extension names as Envoy registers them; it looks some factories up by name. */
export const EXTENSIONS = {
  httpConnectionManager: 'envoy.filters.network.http_connection_manager',
  tcpProxy: 'envoy.filters.network.tcp_proxy',
  udpProxy: 'envoy.filters.udp_listener.udp_proxy',
  cors: 'envoy.filters.http.cors',
  lua: 'envoy.filters.http.lua',
  statefulSession: 'envoy.filters.http.stateful_session',
  cookieSession: 'envoy.http.stateful_session.cookie',
  headerSession: 'envoy.http.stateful_session.header',
  router: 'envoy.filters.http.router',
  tlsInspector: 'envoy.filters.listener.tls_inspector',
  tls: 'envoy.transport_sockets.tls',
  rawBuffer: 'envoy.transport_sockets.raw_buffer',
  stdoutAccessLog: 'envoy.access_loggers.stdout',
  previousHosts: 'envoy.retry_host_predicates.previous_hosts',
  leastRequest: 'envoy.load_balancing_policies.least_request',
  roundRobin: 'envoy.load_balancing_policies.round_robin',
  dnsCluster: 'envoy.cluster.dns',
  openTelemetry: 'envoy.tracers.opentelemetry',
  parentBasedSampler: 'envoy.tracers.opentelemetry.samplers.parent_based',
  traceIdSampler: 'envoy.tracers.opentelemetry.samplers.trace_id_ratio_based',
  expressionSampler: 'envoy.tracers.opentelemetry.samplers.cel',
  upstreamHttpProtocolOptions: 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
} as const;

/** The places where a request can be held until a server has decided about it, by the names of their filters. Each takes one server. */
export const AUTH_SLOTS = {
  /** Of listeners, in their order; ListenerFilters.requests has at most 16. */
  listener: Array.from({ length: 16 }, (_, index) => `windlass.listener_filter.${index}`),
  rule: 'windlass.external_auth.rule',
  backendRef: 'windlass.external_auth.backend_ref',
} as const;

/** `gateway/<namespace>/<name>/<port>`, of UDP with `udp/` before the port; `port` as the Gateway says, not as it is bound. */
export function listenerName(
  { gateway }: Fleet,
  { port, protocol }: Pick<PortModel, 'port' | 'protocol'>,
): string {
  return `gateway/${gateway.namespace}/${gateway.name}/${protocol === 'UDP' ? 'udp/' : ''}${port}`;
}

/** Whether a name is that of a {@link listenerName} of UDP: Envoy's admin interface does not say it otherwise. */
export function isUdpListener(name: string): boolean {
  return /^gateway\/[^/]+\/[^/]+\/udp\/\d+$/.test(name);
}

/** `gateway/<namespace>/<name>/<port>/<listener>`, of TLS with `/<domain>` appended. */
export function streamChainName(
  { gateway }: Pick<Fleet, 'gateway'>,
  port: number,
  listener: string,
  domain: string | undefined,
): string {
  const name = `gateway/${gateway.namespace}/${gateway.name}/${port}/${listener}`;
  return domain === undefined ? name : `${name}/${domain}`;
}

/** One chain for each route table, and by its name: chain names never change while the listener exists. */
export function filterChainName(table: string): string {
  return table;
}

/** Metric names are split at dots; names of Gateways may hold some. */
export function statPrefix(name: string): string {
  return name.replaceAll('.', '_');
}

/** `httproute/<namespace>/<name>/rule/<i>/match/<j>`, then the rule's own name if it has one. The access log prints it. */
export function routeName({ route, rule, matchIndex, ruleName }: RuleEntry): string {
  const name = `${route.kind.toLowerCase()}/${route.namespace}/${route.name}/rule/${rule}/match/${matchIndex}`;
  return ruleName === undefined ? name : `${name}/${ruleName}`;
}

export function routeOwner({ route, rule }: RuleEntry): Owner {
  return { object: displayRef(route), at: `rules[${rule}]` };
}

/** The Gateway as owner: of a listener by its name, of the whole with ''. */
export function gatewayOwner(fleet: Pick<Fleet, 'gateway'>, listener = ''): Owner {
  return { object: displayRef(fleet.gateway), at: listener };
}
