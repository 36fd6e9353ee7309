import type { ObjectRef } from '../../resources/index.js';
import type { L4Share, Transport } from '../l4/l4-model.js';
import type { Fleet } from '../model.js';
import type { RequestModel } from './evaluation.js';
import { chooseChain, chooseTable } from './choose.js';

/** A connection, or the first datagram of a session, as it arrives at a proxy. */
export interface ConnectionModel {
  /** The listener's port, as the Gateway says it (not the offset one that is bound). */
  readonly port: number;
  readonly transport: Transport;
  /** Server name of the TLS handshake; undefined: none is sent, or it is no TLS. */
  readonly sni?: string;
  /** As of a request; it matters where TLS is ended. */
  readonly clientCertificate?: RequestModel['clientCertificate'];
}

export type ConnectionEvaluation =
  /** Refused, closed or dropped. */
  | { readonly kind: 'refused'; readonly listener: string | undefined; readonly message: string }
  /** Its requests are looked at one by one: see `evaluate`. */
  | { readonly kind: 'http'; readonly listener: string | undefined; readonly table: string }
  | {
      readonly kind: 'forward';
      readonly listener: string;
      /** Domain of the chain that was chosen. */
      readonly domain: string;
      readonly route: ObjectRef;
      /** Shares with a positive weight: one is picked by weight. Those that do not resolve refuse. */
      readonly shares: readonly L4Share[];
    };

/** What the connection would meet at the fleet's proxies. What has no endpoint is not told apart: endpoints say it. */
export function evaluateConnection(
  { ports }: Pick<Fleet, 'ports'>,
  { port: number, transport, sni, clientCertificate }: ConnectionModel,
): ConnectionEvaluation {
  const refused = (message: string, listener?: string): ConnectionEvaluation => ({
    kind: 'refused',
    listener,
    message,
  });
  const port = ports.find((p) => p.port === number && (p.protocol === 'UDP') === (transport === 'udp'));
  if (port === undefined) return refused(`nothing listens on ${transport} port ${number}`);
  const chosen = chooseChain(port, sni);
  if (chosen === undefined) {
    const table = chooseTable(port, sni);
    return table === undefined
      ? refused(`no listener of port ${number} takes server name ${sni ?? '(none)'}`)
      : { kind: 'http', listener: table.listener?.name, table: table.name };
  }
  const { listener, clientValidation, chain } = chosen;
  if (clientCertificate !== undefined && clientValidation?.mode === 'AllowValidOnly')
    return refused(`listener ${listener} takes clients with a valid certificate only`, listener);
  if (chain.target === undefined) return refused(`listener ${listener} has no route for it`, listener);
  const { cluster, shares } = chain.target;
  const weighted = shares.filter(({ weight }) => weight > 0);
  return weighted.length === 0
    ? refused('no backendRef of the rule has a weight', listener)
    : { kind: 'forward', listener, domain: chain.domain, route: cluster.route, shares: weighted };
}
