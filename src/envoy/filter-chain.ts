import { encodeField } from '../proto/index.js';
import type { Fleet, TableModel, TracingModel } from '../routing/index.js';
import { buildPart, type Part } from '../xds/index.js';
import { countEncoded } from './counters.js';
import { downstreamTls } from './downstream-tls.js';
import { httpConnectionManager } from './http-connection-manager.js';
import { memoByContent, memoByIdentity } from './memo.js';
import { filterChainName, gatewayOwner } from './names.js';

const remembered = memoByContent<Part>();
const contentOf = memoByIdentity((tracing: TracingModel) => JSON.stringify(tracing));

/**
 * The chain that serves one table: on a clear-text port the only one; on an HTTPS port the one for its listener's hostname. A chain without
 * hostname takes what no other chain takes; it is an ordinary chain and not `default_filter_chain`, whose change would drain the port.
 */
export function filterChainPart(fleet: Fleet, model: TableModel): Part {
  return chainPart(fleet, model, fleet.tracing);
}

function chainPart(fleet: Fleet, model: TableModel, tracing: TracingModel | undefined): Part {
  const { name: table, listener } = model;
  const hostname = listener?.hostname;
  const certificates = listener?.certificates.map(({ name }) => name);
  const name = filterChainName(table);
  const content = tracing && contentOf(tracing);
  const identity = [fleet.id, name, listener?.name, hostname, certificates, content];
  return remembered(JSON.stringify(identity), () => {
    countEncoded('filterChains');
    const owner = gatewayOwner(fleet, listener?.name);
    return buildPart({
      key: name,
      bytes: encodeField('envoy.config.listener.v3.Listener', 'filterChains', {
        name,
        ...(hostname !== undefined && { filterChainMatch: { serverNames: [hostname] } }),
        ...(certificates && { transportSocket: downstreamTls(certificates) }),
        filters: [httpConnectionManager(table, tracing)],
      }),
      references: [
        { type: 'routes', name: table },
        ...(tracing ? [{ type: 'cluster', name: tracing.collector.name } as const] : []),
        ...(certificates ?? []).map((secret) => ({ type: 'secret', name: secret }) as const),
      ],
      owner,
      permits: tracing?.permits,
      replacement:
        tracing === undefined
          ? // What the chain would have served is refused: no other chain is widened to it.
            buildPart({ key: name, bytes: new Uint8Array(), references: [], owner })
          : // Without traces, which nobody's requests depend on.
            chainPart(fleet, model, undefined),
    });
  });
}
