import { memoByIdentity } from '../collections/index.js';
import { displayRef } from '../resources/index.js';
import { any, encode, envoy } from '../proto/index.js';
import type { BackendTls, L4ClusterModel } from '../routing/index.js';
import { buildWhole, type Owner, type Reference, type Resource } from '../xds/index.js';
import { fromAds } from './config-source.js';
import { countEncoded } from './counters.js';
import { CIRCUIT_BREAKER, CLUSTER, LOAD_BALANCING } from './defaults.js';
import { EXTENSIONS } from './names.js';
import { upstreamTls } from './upstream-tls.js';

type Cluster = envoy.config.cluster.v3.Cluster;
type TransportSocketMatch = envoy.config.cluster.v3.Cluster.TransportSocketMatch;

/**
 * The cluster of a rule of a TLSRoute, TCPRoute or UDPRoute (DESIGN D4). Whatever its backends and weights are, it stays as it is: Envoy keeps the
 * connections. Localities share by weight, and the endpoints of each in turn.
 */
export const l4ClusterResource = memoByIdentity(
  (cluster: L4ClusterModel, clientCertificate: string | undefined): Resource => {
    countEncoded('clusters');
    return buildWhole({
      type: 'cluster',
      name: cluster.name,
      bytes: encode('envoy.config.cluster.v3.Cluster', clusterMessage(cluster, clientCertificate)),
      references: references(cluster, clientCertificate),
      owner: l4Owner(cluster),
    });
  },
  ({ tls = [] }, clientCertificate) => (tls.length > 0 ? (clientCertificate ?? '') : ''),
);

/** The rule. */
export function l4Owner({ route, rule }: L4ClusterModel): Owner {
  return { object: displayRef(route), at: `rules[${rule}]` };
}

function references(
  { name, tls = [] }: L4ClusterModel,
  clientCertificate: string | undefined,
): readonly Reference[] {
  const authorities = tls.map((each) => each.tls.ca);
  const own = tls.length === 0 || clientCertificate === undefined ? [] : [clientCertificate];
  const secrets = [...new Set([...authorities, ...own])];
  return [
    { type: 'endpoints', name },
    ...secrets.map((secret) => ({ type: 'secret', name: secret }) as const),
  ];
}

function clusterMessage({ name, tls }: L4ClusterModel, clientCertificate: string | undefined): Cluster {
  return {
    name,
    type: envoy.config.cluster.v3.Cluster.DiscoveryType.EDS,
    edsClusterConfig: { edsConfig: fromAds('endpoints') },
    ...CLUSTER.values,
    ...(tls !== undefined && {
      transportSocket: NOBODY,
      transportSocketMatches: [
        socketMatch('plain', RAW),
        ...tls.map(({ digest, tls: settings }) => socketMatch(digest, spoken(settings, clientCertificate))),
      ],
    }),
    circuitBreakers: { thresholds: [CIRCUIT_BREAKER.values] },
    commonLbConfig: LOAD_BALANCING.values,
    loadBalancingPolicy: {
      policies: [
        {
          typedExtensionConfig: {
            name: EXTENSIONS.roundRobin,
            typedConfig: any('envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin', {
              localityLbConfig: { localityWeightedLbConfig: {} },
            }),
          },
        },
      ],
    },
  };
}

function spoken(
  tls: BackendTls,
  clientCertificate: string | undefined,
): TransportSocketMatch['transportSocket'] {
  return upstreamTls(tls, undefined, clientCertificate);
}

/** Key of the endpoint metadata that says how an endpoint is spoken to; Envoy looks for it under this name. */
export const SOCKET_MATCH = 'envoy.transport_socket_match';
export const SOCKET_MATCH_KEY = 'tls';

function socketMatch(
  digest: string,
  transportSocket: TransportSocketMatch['transportSocket'],
): TransportSocketMatch {
  return {
    name: digest,
    match: { fields: { [SOCKET_MATCH_KEY]: { stringValue: digest } } },
    transportSocket,
  };
}

const RAW: TransportSocketMatch['transportSocket'] = {
  name: EXTENSIONS.rawBuffer,
  typedConfig: any('envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer', {}),
};

/**
 * For an endpoint that asks for settings which this version of the cluster does not have: endpoints reach Envoy before the cluster that fits them is
 * warm. It speaks TLS and takes no certificate, so that nothing is sent in plain text or to a stranger meanwhile (DESIGN D10).
 */
const NOBODY: Cluster['transportSocket'] = {
  name: EXTENSIONS.tls,
  typedConfig: any('envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext', {
    commonTlsContext: {
      validationContext: { verifyCertificateHash: ['0'.repeat(64)] },
    },
  }),
};
