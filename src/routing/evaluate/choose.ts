import { coveringDomains, covers, EVERY_HOST } from '../hostnames.js';
import type { PortModel, TableModel, VirtualHostModel } from '../model.js';

/** The table a connection leads to: the only one of an HTTP port; by server name, most specific first, on HTTPS. */
export function chooseTable(port: PortModel, sni: string | undefined): TableModel | undefined {
  if (port.protocol === 'HTTP') return port.tables[0];
  const byHost = new Map(port.tables.map((table) => [table.listener?.hostname ?? EVERY_HOST, table]));
  const names = sni === undefined || sni === '' ? [EVERY_HOST] : coveringDomains(sni.toLowerCase());
  return names.map((name) => byHost.get(name)).find((table) => table !== undefined);
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
