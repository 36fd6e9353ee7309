import { displayRef } from '../resources/index.js';
import { encode, fieldNumber } from '../proto/index.js';
import type { Entrance, Fleet, TableModel, VirtualHostModel } from '../routing/index.js';
import { buildPart, buildResource, buildSection, type Resource, type Section } from '../xds/index.js';
import { countEncoded } from './counters.js';
import { ROUTE_TABLE } from './defaults.js';
import { memoByIdentity } from './memo.js';
import { routePart } from './route.js';

const VIRTUAL_HOSTS = fieldNumber('envoy.config.route.v3.RouteConfiguration', 'virtualHosts');

/** A RouteConfiguration: its own fields, then one framed section per virtual host. */
export function routeTableResource(fleet: Fleet, table: TableModel): Resource {
  return tableOf(table, displayRef(fleet.gateway));
}

const tableOf = memoByIdentity((table: TableModel, gateway: string): Resource => {
  countEncoded('tables');
  const head = buildPart({
    key: 'table',
    bytes: encode('envoy.config.route.v3.RouteConfiguration', { name: table.name, ...ROUTE_TABLE.values }),
    references: [],
    owner: { object: gateway, at: table.listener?.name ?? '' },
  });
  return buildResource({
    type: 'routes',
    name: table.name,
    sections: [
      buildSection({ key: 'table', parts: [head] }),
      ...table.virtualHosts.map((host) => virtualHostOf(host, gateway, table.scheme, String(table.port))),
    ],
  });
});

/** Named for its one domain: names are unique in a table because domains are. */
const virtualHostOf = memoByIdentity(
  (host: VirtualHostModel, gateway: string, scheme: Entrance['scheme'], port: string): Section => {
    countEncoded('virtualHosts');
    const head = buildPart({
      key: 'virtualHost',
      bytes: encode('envoy.config.route.v3.VirtualHost', { name: host.domain, domains: [host.domain] }),
      references: [],
      owner: { object: gateway, at: host.listener },
    });
    const entrance = { scheme, port: Number(port) };
    return buildSection({
      key: host.domain,
      frame: VIRTUAL_HOSTS,
      parts: [head, ...host.rules.map((entry) => routePart(entry, entrance))],
    });
  },
);
