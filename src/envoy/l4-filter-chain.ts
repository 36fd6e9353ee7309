import { memoByContent } from '../collections/index.js';
import { encodeField } from '../proto/index.js';
import { clientPermit, EVERY_HOST, type ChainModel, type Fleet, type StreamModel } from '../routing/index.js';
import { buildPart, RESERVED_CLUSTER, type Part, type Reference } from '../xds/index.js';
import { countEncoded } from './counters.js';
import { downstreamTls } from './downstream-tls.js';
import { rulePermit } from './l4-permits.js';
import { gatewayOwner, streamChainName } from './names.js';
import { tcpProxy } from './tcp-proxy.js';

const remembered = memoByContent<Part>();

/** The chains of a listener of protocol TLS or TCP, by domain. Neither weights nor backends are in them (DESIGN D4). */
export function streamChainParts(fleet: Fleet, port: number, stream: StreamModel): readonly Part[] {
  const { id, gateway } = fleet;
  const { chains, listener, protocol, certificates, clientValidation } = stream;
  const own = { listener, protocol, certificates, clientValidation };
  return [...chains.values()].map((chain) => chainPart({ id, gateway }, port, own, chain));
}

/** It gets no more than this of fleet and stream, as the chains of tables do: what a part keeps outlives them. */
function chainPart(
  fleet: Pick<Fleet, 'id' | 'gateway'>,
  port: number,
  stream: Omit<StreamModel, 'chains'>,
  { domain, target }: ChainModel,
): Part {
  const { listener, protocol, certificates, clientValidation } = stream;
  const name = streamChainName(fleet, port, listener, protocol === 'TLS' ? domain : undefined);
  // What is refused is refused before TLS begins.
  const ended = target === undefined ? undefined : certificates;
  const clients = ended === undefined ? undefined : clientValidation;
  const cluster = target?.cluster.name ?? RESERVED_CLUSTER;
  const identity = [fleet.id, name, listener, protocol, domain, ended, clients?.mode, clients?.ca, cluster];
  return remembered(JSON.stringify(identity), () => {
    countEncoded('filterChains');
    const owner = gatewayOwner(fleet, listener);
    const secrets = [...(ended ?? []), ...(clients === undefined ? [] : [clients.ca])];
    const references: readonly Reference[] = [
      { type: 'cluster', name: cluster },
      ...secrets.map((secret) => ({ type: 'secret', name: secret }) as const),
    ];
    const permits = [
      ...(target === undefined ? [] : [rulePermit(target)]),
      // What is handed on encrypted asks nothing of clients, whatever is asked where TLS is ended.
      ...(target === undefined || (protocol === 'TLS' && ended === undefined)
        ? []
        : [clientPermit(port, clients)]),
    ];
    // A wider chain would hand its connections to somebody else.
    const refusing = target && chainPart(fleet, port, stream, { domain, target: undefined });
    const absent = buildPart({ key: name, bytes: new Uint8Array(), references: [], owner });
    return buildPart({
      key: name,
      bytes: encodeField('envoy.config.listener.v3.Listener', 'filterChains', {
        name,
        ...(protocol === 'TLS' && {
          filterChainMatch: {
            ...(domain !== EVERY_HOST && { serverNames: [domain] }),
            transportProtocol: 'tls',
          },
        }),
        ...(ended !== undefined && { transportSocket: downstreamTls(ended, clients, []) }),
        filters: [tcpProxy(name, target)],
      }),
      references,
      owner,
      ...(refusing && { permits, withoutPermits: () => refusing }),
      replacement: refusing ?? absent,
    });
  });
}
