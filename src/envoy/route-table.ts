import { encode, fieldNumber } from '../proto/index.js';
import { displayRef, type ObjectRef } from '../resources/index.js';
import {
  coveringDomains,
  type Entrance,
  type Fleet,
  type TableModel,
  type VirtualHostModel,
} from '../routing/index.js';
import { buildPart, buildResource, buildSection, type Resource, type Section } from '../xds/index.js';
import { countEncoded } from './counters.js';
import { ROUTE_TABLE } from './defaults.js';
import { memoByIdentity } from './memo.js';
import { routePart, unusableHost } from './route.js';

const VIRTUAL_HOSTS = fieldNumber('envoy.config.route.v3.RouteConfiguration', 'virtualHosts');

/** A RouteConfiguration: its own fields, then one framed section per virtual host. A table belongs to one fleet. */
export const routeTableResource = memoByIdentity((table: TableModel, { gateway }: Fleet): Resource => {
  countEncoded('tables');
  const head = buildPart({
    key: 'table',
    bytes: encode('envoy.config.route.v3.RouteConfiguration', { name: table.name, ...ROUTE_TABLE.values }),
    references: [],
    owner: { object: displayRef(gateway), at: table.listener?.name ?? '' },
  });
  return buildResource({
    type: 'routes',
    name: table.name,
    sections: [
      buildSection({ key: 'table', parts: [head] }),
      ...table.virtualHosts.values().map((host) => virtualHostSection(host, gateway, table)),
    ],
  });
});

/** Named for its one domain: names are unique in a table because domains are. */
const virtualHostSection = memoByIdentity(
  (host: VirtualHostModel, gateway: ObjectRef, entrance: Entrance): Section => {
    countEncoded('virtualHosts');
    const head = buildPart({
      key: 'virtualHost',
      bytes: encode('envoy.config.route.v3.VirtualHost', { name: host.domain, domains: [host.domain] }),
      references: [],
      owner: { object: displayRef(gateway), at: host.listener },
    });
    const routes = host.rules.map((entry) => routePart(entry, entrance));
    const fallback = [head, unusableHost(head.owner)];
    const [, ...wider] = coveringDomains(host.domain);
    return buildSection({
      key: host.domain,
      frame: VIRTUAL_HOSTS,
      parts: [head, ...routes],
      fallback,
      wider,
    });
  },
  (_host, gateway, { scheme, port }) => `${displayRef(gateway)} ${scheme} ${port}`,
);
