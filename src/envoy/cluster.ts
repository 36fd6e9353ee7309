import { memoByIdentity } from '../collections/index.js';
import { assertNever } from '../errors/index.js';
import { displayRef } from '../resources/index.js';
import { any, encode, envoy, type google } from '../proto/index.js';
import type { BackendTls, ClusterModel } from '../routing/index.js';
import { buildWhole, type Reference, type Resource } from '../xds/index.js';
import { tcpAddress } from './address.js';
import { fromAds } from './config-source.js';
import { countEncoded } from './counters.js';
import { CIRCUIT_BREAKER, CLUSTER, DNS_CLUSTER, LOAD_BALANCING } from './defaults.js';
import { EXTENSIONS, statPrefix } from './names.js';
import { upstreamTls } from './upstream-tls.js';

type Cluster = envoy.config.cluster.v3.Cluster;

/** A backend. Its bytes depend on nothing but the backend: a changed cluster gets new connections (DESIGN D4). */
export const clusterResource = memoByIdentity(
  (cluster: ClusterModel, clientCertificate: string | undefined): Resource => {
    countEncoded('clusters');
    return buildWhole({
      type: 'cluster',
      name: cluster.name,
      bytes: encode('envoy.config.cluster.v3.Cluster', clusterMessage(cluster, clientCertificate)),
      references: references(cluster, clientCertificate),
      owner: { object: displayRef(cluster.backend), at: `ports[${cluster.port}]` },
    });
  },
  ({ tls }, clientCertificate) => (tls && presented(tls, clientCertificate)) ?? '',
);

/** What the backend says itself comes before what the Gateway says. */
function presented({ client }: BackendTls, ofGateway: string | undefined): string | undefined {
  return client === undefined ? ofGateway : client.certificate;
}

function references(
  { name, discovery: { kind }, tls }: ClusterModel,
  clientCertificate: string | undefined,
): readonly Reference[] {
  const endpoints: readonly Reference[] = kind === 'endpoints' ? [{ type: 'endpoints', name }] : [];
  if (tls === undefined) return endpoints;
  const certificate = presented(tls, clientCertificate);
  const secrets = [tls.ca, ...(certificate === undefined ? [] : [certificate])];
  return [...endpoints, ...secrets.map((secret) => ({ type: 'secret', name: secret }) as const)];
}

function clusterMessage(cluster: ClusterModel, clientCertificate: string | undefined): Cluster {
  return {
    name: cluster.name,
    // Names of Services hold no dot; metric names are split at dots.
    ...(cluster.name.includes('.') && { altStatName: statPrefix(cluster.name) }),
    ...discovery(cluster),
    ...CLUSTER.values,
    ...(cluster.tls !== undefined && {
      transportSocket: upstreamTls(cluster.tls, cluster.protocol, presented(cluster.tls, clientCertificate)),
    }),
    circuitBreakers: { thresholds: [{ ...CIRCUIT_BREAKER.values, ...retryBudget(cluster) }] },
    commonLbConfig: LOAD_BALANCING.values,
    loadBalancingPolicy: {
      policies: [
        {
          typedExtensionConfig: {
            name: EXTENSIONS.leastRequest,
            typedConfig: any('envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest', {}),
          },
        },
      ],
    },
    typedExtensionProtocolOptions: {
      [EXTENSIONS.upstreamHttpProtocolOptions]: upstreamProtocol(cluster.protocol),
    },
  };
}

/** In the place of a number of retries. */
function retryBudget({
  retryBudget: budget,
}: ClusterModel): Pick<envoy.config.cluster.v3.CircuitBreakers.Thresholds, 'retryBudget'> {
  if (budget === undefined) return {};
  const { percent, least } = budget;
  return { retryBudget: { budgetPercent: { value: percent }, minRetryConcurrency: { value: least } } };
}

function upstreamProtocol(protocol: ClusterModel['protocol']): google.protobuf.Any {
  return any('envoy.extensions.upstreams.http.v3.HttpProtocolOptions', {
    explicitHttpConfig: protocol === 'http2' ? { http2ProtocolOptions: {} } : { httpProtocolOptions: {} },
  });
}

/** A DNS cluster counts as ready before its name is resolved: one dead name must not hold up a proxy's start (DESIGN D6). */
function discovery({ name, discovery: how }: ClusterModel): Cluster {
  switch (how.kind) {
    case 'endpoints':
      return {
        type: envoy.config.cluster.v3.Cluster.DiscoveryType.EDS,
        edsClusterConfig: { edsConfig: fromAds('endpoints') },
      };
    case 'dns':
      return {
        clusterType: {
          name: EXTENSIONS.dnsCluster,
          typedConfig: any(DNS_CLUSTER.message, DNS_CLUSTER.values),
        },
        waitForWarmOnInit: { value: false },
        loadAssignment: {
          clusterName: name,
          endpoints: [{ lbEndpoints: [{ endpoint: { address: tcpAddress(how.hostname, how.port) } }] }],
        },
      };
    default:
      return assertNever(how);
  }
}
