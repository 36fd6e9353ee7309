import { coveringDomains, covers, EVERY_HOST, type Domain } from '../hostnames.js';
import type { ChainModel, StreamModel } from '../l4/l4-model.js';
import type { PortModel, TableModel, VirtualHostModel } from '../model.js';

/** The table a connection leads to: the only one of an HTTP port; by server name, most specific first, on HTTPS. */
export function chooseTable(port: PortModel, sni: string | undefined): TableModel | undefined {
  if (port.protocol === 'HTTP') return port.tables[0];
  const byHost = new Map(port.tables.map((table) => [table.listener?.hostname ?? EVERY_HOST, table]));
  return namesOf(sni)
    .map((name) => byHost.get(name))
    .find((table) => table !== undefined);
}

function namesOf(sni: string | undefined): readonly Domain[] {
  return sni === undefined || sni === '' ? [EVERY_HOST] : coveringDomains(sni.toLowerCase());
}

/** The chain of a TLSRoute's, TCPRoute's or UDPRoute's listener that a connection leads to; undefined: there is none, or a table's is closer. */
export function chooseChain(
  { protocol, tables, streams }: PortModel,
  sni: string | undefined,
): (Pick<StreamModel, 'listener' | 'clientValidation'> & { readonly chain: ChainModel }) | undefined {
  const hosts = new Set(tables.map(({ listener }) => listener?.hostname ?? EVERY_HOST));
  for (const name of protocol === 'TCP' || protocol === 'UDP' ? [EVERY_HOST] : namesOf(sni)) {
    for (const { listener, clientValidation, chains } of streams) {
      const chain = chains.get(name);
      if (chain !== undefined) return { listener, clientValidation, chain };
    }
    if (hosts.has(name)) return undefined;
  }
  return undefined;
}

/** The virtual host of a host name without its port: exact, then the longest wildcard, then `*`. */
export function chooseVirtualHost(table: TableModel, host: string): VirtualHostModel | undefined {
  for (const domain of coveringDomains(host.toLowerCase())) {
    const found = table.virtualHosts.get(domain);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Whether a host name without its port belongs to another listener of the port than the connection's. */
export function isMisdirected({ foreign }: VirtualHostModel, host: string): boolean {
  const name = host.toLowerCase();
  return foreign.some((domain) => covers(domain, name));
}
