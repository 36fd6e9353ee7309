import { encodeField } from '../proto/index.js';
import type { Fleet, TableModel } from '../routing/index.js';
import { buildPart, type Part } from '../xds/index.js';
import { countEncoded } from './counters.js';
import { downstreamTls } from './downstream-tls.js';
import { httpConnectionManager } from './http-connection-manager.js';
import { memoByContent } from './memo.js';
import { filterChainName, gatewayOwner } from './names.js';

const remembered = memoByContent<Part>();

/**
 * The chain that serves one table: on a clear-text port the only one; on an HTTPS port the one for its listener's hostname. A chain without
 * hostname takes what no other chain takes; it is an ordinary chain and not `default_filter_chain`, whose change would drain the port.
 */
export function filterChainPart(fleet: Fleet, { name: table, listener }: TableModel): Part {
  const hostname = listener?.hostname;
  const certificates = listener?.certificates.map(({ name }) => name);
  const name = filterChainName(table);
  return remembered(JSON.stringify([fleet.id, name, listener?.name, hostname, certificates]), () => {
    countEncoded('filterChains');
    const owner = gatewayOwner(fleet, listener?.name);
    return buildPart({
      key: name,
      bytes: encodeField('envoy.config.listener.v3.Listener', 'filterChains', {
        name,
        ...(hostname !== undefined && { filterChainMatch: { serverNames: [hostname] } }),
        ...(certificates && { transportSocket: downstreamTls(certificates) }),
        filters: [httpConnectionManager(table)],
      }),
      references: [
        { type: 'routes', name: table },
        ...(certificates ?? []).map((secret) => ({ type: 'secret', name: secret }) as const),
      ],
      owner,
      // What the chain would have served is refused: no other chain is widened to it.
      replacement: buildPart({ key: name, bytes: new Uint8Array(), references: [], owner }),
    });
  });
}
