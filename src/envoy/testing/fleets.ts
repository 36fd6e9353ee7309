import { sortedMap, type SortedMap } from '../../collections/index.js';
import type { ObjectRef, Secret } from '../../resources/index.js';
import {
  ACCEPTED,
  clustersOfRule,
  NO_FILTERS,
  NO_HEADERS,
  type ActionModel,
  type AuthModel,
  type CertificateModel,
  type ClusterModel,
  type EndpointsModel,
  type Fleet,
  type ListenerModel,
  type MatchModel,
  type MirrorModel,
  type PortModel,
  type RuleEntry,
  type Share,
  type TableModel,
  type TracingModel,
  type VirtualHostModel,
} from '../../routing/index.js';

// Small hand-made models: every function gives the plainest thing of its kind, and takes what a test wants otherwise.

export const PREFIX_ALL: MatchModel = {
  path: { kind: 'prefix', value: '/' },
  method: undefined,
  headers: [],
  queryParams: [],
  grpc: false,
};

function httpRoute(name: string): ObjectRef {
  return { group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace: 'shop', name };
}

export function cluster(service: string, over: Partial<ClusterModel> = {}): ClusterModel {
  return {
    name: `shop_${service}_80`,
    backend: { group: '', kind: 'Service', namespace: 'shop', name: service },
    port: 80,
    protocol: 'http1',
    discovery: { kind: 'endpoints' },
    tls: undefined,
    retryBudget: undefined,
    ...over,
  };
}

export function endpoints(
  service: string,
  ...list: readonly (readonly [address: string, port: number])[]
): EndpointsModel {
  return { cluster: `shop_${service}_80`, endpoints: list.map(([address, port]) => ({ address, port })) };
}

export function share(target: ClusterModel | 'unresolved', over: Partial<Share> = {}): Share {
  return {
    weight: 1,
    target:
      target === 'unresolved'
        ? {
            kind: 'unresolved',
            refusal: { accepted: false, reason: 'BackendNotFound', message: '', at: 'spec' },
          }
        : { kind: 'cluster', cluster: target },
    permit: undefined,
    requestHeaders: NO_HEADERS,
    responseHeaders: NO_HEADERS,
    session: undefined,
    filters: undefined,
    ...over,
  };
}

export function mirror(to: ClusterModel, perMillion: number): MirrorModel {
  return { cluster: to, perMillion, permit: undefined };
}

/** A server that is asked by HTTP. */
export function auth(service = 'auth', over: Partial<AuthModel> = {}): AuthModel {
  return {
    cluster: cluster(service),
    permit: undefined,
    asks: { kind: 'http', pathPrefix: '', requestHeaders: [], responseHeaders: 'all' },
    maxBodyBytes: 0,
    ...over,
  };
}

type Forward = Extract<ActionModel, { kind: 'forward' }>;
type Redirect = Extract<ActionModel, { kind: 'redirect' }>;

export function forward(shares: readonly Share[], over: Partial<Forward> = {}): Forward {
  return {
    kind: 'forward',
    shares,
    mirrors: [],
    hostRewrite: undefined,
    pathRewrite: undefined,
    requestTimeoutMs: 0,
    backendTimeoutMs: 0,
    retry: undefined,
    ...over,
  };
}

export function redirect(over: Partial<Redirect>): Redirect {
  return {
    kind: 'redirect',
    scheme: undefined,
    hostname: undefined,
    port: undefined,
    path: undefined,
    status: 302,
    ...over,
  };
}

export function rule(name: string, action: ActionModel, over: Partial<RuleEntry> = {}): RuleEntry {
  return {
    route: httpRoute(name),
    rule: 0,
    matchIndex: 0,
    ruleName: undefined,
    match: PREFIX_ALL,
    action,
    auth: undefined,
    cors: undefined,
    requestHeaders: NO_HEADERS,
    responseHeaders: NO_HEADERS,
    ...over,
  };
}

export function path(
  kind: MatchModel['path']['kind'],
  value: string,
  over: Partial<MatchModel> = {},
): MatchModel {
  return { ...PREFIX_ALL, path: { kind, value }, ...over };
}

export function virtualHost(
  domain: string,
  rules: readonly RuleEntry[],
  listener = 'http',
  foreign: readonly string[] = [],
): VirtualHostModel {
  return { domain, listener, filters: NO_FILTERS, foreign, rules };
}

export function certificate(
  name: string,
  pem: { readonly certificate: string; readonly key: string },
): CertificateModel {
  const data = { 'tls.crt': base64(pem.certificate), 'tls.key': base64(pem.key) };
  const secret: Secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace: 'shop', name },
    type: 'kubernetes.io/tls',
    data,
  };
  return { name: `secret/shop/${name}`, secret };
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

export function httpsListener(
  name: string,
  hostname: string | undefined,
  certificates: readonly CertificateModel[],
  clientValidation?: ListenerModel['clientValidation'],
): ListenerModel {
  return {
    name,
    port: 443,
    protocol: 'HTTPS',
    hostname,
    section: name,
    set: undefined,
    accepted: ACCEPTED,
    conflicted: ACCEPTED,
    resolvedRefs: ACCEPTED,
    supportedKinds: [],
    attachedRoutes: 1,
    certificates,
    filters: NO_FILTERS,
    clientValidation,
    passthrough: false,
    served: true,
  };
}

/** As a table holds them. */
export function byDomain(hosts: readonly VirtualHostModel[]): SortedMap<VirtualHostModel> {
  return sortedMap(hosts.map((host) => [host.domain, host]));
}

export function httpPort(
  virtualHosts: readonly VirtualHostModel[],
  over: Partial<PortModel> = {},
): PortModel {
  const port = over.port ?? 80;
  const table: TableModel = {
    name: `gateway/shop/web/${port}`,
    listener: undefined,
    scheme: 'http',
    port,
    virtualHosts: byDomain(virtualHosts),
  };
  return { port, bindPort: port, protocol: 'HTTP', tables: [table], streams: [], clusters: [], ...over };
}

export function httpsPort(
  listeners: readonly (readonly [ListenerModel, readonly VirtualHostModel[]])[],
  over: Partial<PortModel> = {},
): PortModel {
  const port = over.port ?? 443;
  const tables = listeners.map(([listener, virtualHosts]): TableModel => ({
    name: `gateway/shop/web/${port}/${listener.name}`,
    listener,
    scheme: 'https',
    port,
    virtualHosts: byDomain(virtualHosts),
  }));
  return { port, bindPort: port, protocol: 'HTTPS', tables, streams: [], clusters: [], ...over };
}

/** Traces every request, and follows whoever began the trace. */
export function tracing(collector: ClusterModel, over: Partial<TracingModel> = {}): TracingModel {
  const all = { numerator: 1, denominator: 1 };
  return {
    collector,
    permits: [],
    headers: [],
    sampling: { rate: all, ofRecordedTraces: all },
    serviceName: 'web.shop',
    spanName: undefined,
    attributes: [],
    ...over,
  };
}

/** A fleet of the Gateway shop/web that holds every cluster its ports use. */
export function fleet(ports: readonly PortModel[], over: Partial<Fleet> = {}): Fleet {
  const rules = ports.flatMap(({ tables }) =>
    tables.flatMap((table) => [...table.virtualHosts.values()].flatMap((host) => host.rules)),
  );
  const clusters = sortedMap(rules.flatMap(clustersOfRule).map((each) => [each.name, each]));
  const discovered = [...clusters.values()].filter(({ discovery }) => discovery.kind === 'endpoints');
  const certificates = ports.flatMap(({ tables }) =>
    tables.flatMap(({ listener }) => listener?.certificates ?? []),
  );
  return {
    id: 'shop/web',
    gateway: { group: 'gateway.networking.k8s.io', kind: 'Gateway', namespace: 'shop', name: 'web' },
    addresses: ['127.0.0.1'],
    ports,
    clusters,
    clientCertificate: undefined,
    tracing: undefined,
    l4Targets: sortedMap(),
    l4Clusters: sortedMap(),
    l4Endpoints: sortedMap(),
    bundles: sortedMap(),
    grants: sortedMap(),
    secured: sortedMap(),
    securedImports: sortedMap(),
    xBackends: sortedMap(),
    endpoints: sortedMap(
      discovered.map(({ name }) => [
        name,
        { cluster: name, endpoints: [{ address: '127.0.0.1', port: 9000 }] },
      ]),
    ),
    certificates: sortedMap(certificates.map((each) => [each.name, each])),
    ...over,
  };
}
