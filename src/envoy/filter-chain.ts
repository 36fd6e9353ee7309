import { encodeField, type envoy } from '../proto/index.js';
import { clientPermit, type Fleet, type TableModel } from '../routing/index.js';
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
  const clients = listener?.clientValidation;
  const name = filterChainName(table);
  const content = [fleet.id, name, listener?.name, hostname, certificates, clients?.mode, clients?.ca];
  return remembered(JSON.stringify(content), () => {
    countEncoded('filterChains');
    const owner = gatewayOwner(fleet, listener?.name);
    const chain = (rest: envoy.config.listener.v3.FilterChain): Uint8Array =>
      encodeField('envoy.config.listener.v3.Listener', 'filterChains', {
        name,
        ...(hostname !== undefined && { filterChainMatch: { serverNames: [hostname] } }),
        ...rest,
      });
    return buildPart({
      key: name,
      bytes: chain({
        ...(certificates && { transportSocket: downstreamTls(certificates, clients) }),
        filters: [httpConnectionManager(table, clients)],
      }),
      references: [
        { type: 'routes', name: table },
        ...[...(certificates ?? []), ...(clients === undefined ? [] : [clients.ca])].map(
          (secret) => ({ type: 'secret', name: secret }) as const,
        ),
      ],
      owner,
      ...(listener && { permits: [clientPermit(table, clients)] }),
      // Envoy closes the connections of a chain without filters. No other chain is widened to them.
      refusing: buildPart({ key: name, bytes: chain({}), references: [], owner }),
      // What the chain would have served is refused: no other chain is widened to it.
      replacement: buildPart({ key: name, bytes: new Uint8Array(), references: [], owner }),
    });
  });
}
