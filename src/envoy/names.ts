import { displayRef } from '../resources/index.js';
import type { Fleet, RuleEntry } from '../routing/index.js';
import type { Owner } from '../xds/index.js';

// The names that users meet in access logs, metrics and dumps (DESIGN D4, D14). Cluster, table and secret names come with the model.

/** Extension names as Envoy registers them; it looks some factories up by name. */
export const EXTENSIONS = {
  httpConnectionManager: 'envoy.filters.network.http_connection_manager',
  cors: 'envoy.filters.http.cors',
  lua: 'envoy.filters.http.lua',
  statefulSession: 'envoy.filters.http.stateful_session',
  cookieSession: 'envoy.http.stateful_session.cookie',
  headerSession: 'envoy.http.stateful_session.header',
  router: 'envoy.filters.http.router',
  tlsInspector: 'envoy.filters.listener.tls_inspector',
  tls: 'envoy.transport_sockets.tls',
  stdoutAccessLog: 'envoy.access_loggers.stdout',
  previousHosts: 'envoy.retry_host_predicates.previous_hosts',
  leastRequest: 'envoy.load_balancing_policies.least_request',
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

/** `gateway/<namespace>/<name>/<port>`; `port` as the Gateway says, not as it is bound. */
export function listenerName(fleet: Fleet, port: number): string {
  return `gateway/${fleet.gateway.namespace}/${fleet.gateway.name}/${port}`;
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
export function gatewayOwner(fleet: Fleet, listener = ''): Owner {
  return { object: displayRef(fleet.gateway), at: listener };
}
