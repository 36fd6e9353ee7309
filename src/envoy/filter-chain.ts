import { memoByContent, memoByIdentity } from '../collections/index.js';
import { encodeField, type envoy } from '../proto/index.js';
import { clientPermit, type Fleet, type TableModel, type TracingModel } from '../routing/index.js';
import { buildPart, type Part } from '../xds/index.js';
import { countEncoded } from './counters.js';
import { downstreamTls } from './downstream-tls.js';
import { httpConnectionManager } from './http-connection-manager.js';
import { filterChainName, gatewayOwner } from './names.js';

const remembered = memoByContent<Part>();
const contentOf = memoByIdentity((tracing: TracingModel) => JSON.stringify(tracing));

/**
 * The chain that serves one table: on a clear-text port the only one; on an HTTPS port the one for its listener's hostname. A chain without
 * hostname takes what no other chain takes; it is an ordinary chain and not `default_filter_chain`, whose change would drain the port.
 */
export function filterChainPart({ id, gateway, tracing }: Fleet, { name, listener, port }: TableModel): Part {
  return chainPart({ id, gateway }, { name, listener, port }, tracing);
}

/** It gets no more than this of fleet and table: what a part keeps outlives them, and a fleet kept by a part of the next would keep all before it. */
function chainPart(
  fleet: Pick<Fleet, 'id' | 'gateway'>,
  model: Pick<TableModel, 'name' | 'listener' | 'port'>,
  tracing: TracingModel | undefined,
): Part {
  const { name: table, listener, port } = model;
  const hostname = listener?.hostname;
  const certificates = listener?.certificates.map(({ name }) => name);
  const clients = listener?.clientValidation;
  const name = filterChainName(table);
  const traced = tracing && contentOf(tracing);
  const identity = [
    fleet.id,
    name,
    listener?.name,
    hostname,
    certificates,
    clients?.mode,
    clients?.ca,
    traced,
  ];
  return remembered(JSON.stringify(identity), () => {
    countEncoded('filterChains');
    const owner = gatewayOwner(fleet, listener?.name);
    const chain = (rest: envoy.config.listener.v3.FilterChain): Uint8Array =>
      encodeField('envoy.config.listener.v3.Listener', 'filterChains', {
        name,
        ...(hostname !== undefined && { filterChainMatch: { serverNames: [hostname] } }),
        ...rest,
      });
    const absent = buildPart({ key: name, bytes: new Uint8Array(), references: [], owner });
    // Envoy closes the connections of a chain without filters. A wider chain would take them: of another listener, which may hand them on.
    const refusing = buildPart({ key: name, bytes: chain({}), references: [], owner, replacement: absent });
    // Without traces, which nobody's requests depend on.
    const untraced = tracing && chainPart(fleet, model, undefined);
    const permit = clientPermit(port, clients);
    return buildPart({
      key: name,
      bytes: chain({
        ...(certificates && { transportSocket: downstreamTls(certificates, clients) }),
        filters: [httpConnectionManager(table, clients, tracing)],
      }),
      references: [
        { type: 'routes', name: table },
        ...(tracing ? [{ type: 'cluster', name: tracing.collector.name } as const] : []),
        ...[...(certificates ?? []), ...(clients === undefined ? [] : [clients.ca])].map(
          (secret) => ({ type: 'secret', name: secret }) as const,
        ),
      ],
      owner,
      permits: [permit, ...(tracing?.permits ?? [])],
      withoutPermits: (revoked) => (revoked.has(permit) ? refusing : (untraced ?? refusing)),
      replacement: untraced ?? refusing,
    });
  });
}
