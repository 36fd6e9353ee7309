import { memoByIdentity } from '../collections/index.js';
import { encode, type envoy } from '../proto/index.js';
import type { L4Endpoint, L4EndpointsModel } from '../routing/index.js';
import { buildWhole, type Owner, type Resource } from '../xds/index.js';
import { tcpAddress } from './address.js';
import { countEncoded } from './counters.js';
import { SOCKET_MATCH, SOCKET_MATCH_KEY } from './l4-cluster.js';

/**
 * Where the connections of a rule go, and in what proportion. A locality without a weight gets no new ones: Envoy keeps what it has there, where it
 * would end the sessions of a UDP endpoint that is left out.
 */
export const l4EndpointsResource = memoByIdentity(
  ({ cluster, localities }: L4EndpointsModel, owner: Owner): Resource => {
    countEncoded('endpoints');
    const none = { clusterName: cluster };
    return buildWhole({
      type: 'endpoints',
      name: cluster,
      bytes: encode('envoy.config.endpoint.v3.ClusterLoadAssignment', {
        ...none,
        endpoints: localities.map(({ name, weight, endpoints }) => ({
          locality: { zone: name },
          ...(weight > 0 && { loadBalancingWeight: { value: weight } }),
          lbEndpoints: endpoints.map(endpointMessage),
        })),
      }),
      references: [],
      owner,
      // As for the endpoints of any cluster: without any, connections are refused.
      replacement: encode('envoy.config.endpoint.v3.ClusterLoadAssignment', none),
    });
  },
);

function endpointMessage(endpoint: L4Endpoint): envoy.config.endpoint.v3.LbEndpoint {
  const { weight } = endpoint;
  const weighted = weight !== undefined && { loadBalancingWeight: { value: weight } };
  if ('refuses' in endpoint) return { ...weighted, endpoint: { address: NOWHERE } };
  const { address, port, digest } = endpoint;
  return {
    ...weighted,
    endpoint: { address: tcpAddress(address, port) },
    ...(digest !== undefined && {
      metadata: {
        filterMetadata: { [SOCKET_MATCH]: { fields: { [SOCKET_MATCH_KEY]: { stringValue: digest } } } },
      },
    }),
  };
}

/** Nobody can listen on port 0: a connection is refused at once, a datagram cannot be sent. */
const NOWHERE = tcpAddress('127.0.0.1', 0);
