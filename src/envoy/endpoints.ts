import { memoByIdentity } from '../collections/index.js';
import { encode } from '../proto/index.js';
import type { EndpointsModel } from '../routing/index.js';
import { buildWhole, type Owner, type Resource } from '../xds/index.js';
import { tcpAddress } from './address.js';
import { countEncoded } from './counters.js';

/**
 * The endpoints of a cluster, by the cluster's name; their owner follows from that name. An empty set is sent as such: the cluster then
 * answers 503 (DESIGN D11).
 */
export const endpointsResource = memoByIdentity(
  ({ cluster, endpoints }: EndpointsModel, owner: Owner): Resource => {
    countEncoded('endpoints');
    const lbEndpoints = endpoints.map(({ address, port }) => ({
      endpoint: { address: tcpAddress(address, port) },
    }));
    const none = { clusterName: cluster };
    return buildWhole({
      type: 'endpoints',
      name: cluster,
      bytes: encode('envoy.config.endpoint.v3.ClusterLoadAssignment', {
        ...none,
        ...(lbEndpoints.length > 0 && { endpoints: [{ lbEndpoints }] }),
      }),
      references: [],
      owner,
      // Envoy ignores the removal of endpoints: those it has would go on serving, whoever has their addresses by now.
      replacement: encode('envoy.config.endpoint.v3.ClusterLoadAssignment', none),
    });
  },
);
