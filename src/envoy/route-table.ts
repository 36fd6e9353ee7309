import type { Change } from '../collections/index.js';
import { encode } from '../proto/index.js';
import { displayRef } from '../resources/index.js';
import type { Entrance, Fleet, TableModel, VirtualHostModel } from '../routing/index.js';
import { buildPart, buildResource, buildSection, type Resource, type Section } from '../xds/index.js';
import { countEncoded } from './counters.js';
import { ROUTE_TABLE } from './defaults.js';
import { virtualHostSection, type EncodedVirtualHost } from './virtual-host.js';

/** A table that was encoded before. */
export interface EncodedTable {
  readonly model: TableModel;
  readonly resource: Resource;
}

/** A RouteConfiguration: its own fields, then one framed section per virtual host, by domain. Only the hosts that are not as in `previous` are looked at. */
export function routeTableResource(
  table: TableModel,
  fleet: Fleet,
  previous: EncodedTable | undefined,
): Resource {
  const known = previous !== undefined && isSameEntrance(previous.model, table) ? previous : undefined;
  const changes = table.virtualHosts.changesSince(known?.model.virtualHosts);
  if (known !== undefined && changes.length === 0) return known.resource;
  countEncoded('tables');
  // Of the table no more than this: the parts of its rules keep it, and outlive the table.
  const entrance: Entrance = { scheme: table.scheme, port: table.port };
  const sections = edited(known?.resource.sections ?? [headOf(table, fleet)], changes, (host, before) =>
    virtualHostSection(host, fleet.gateway, entrance, before),
  );
  return buildResource({ type: 'routes', name: table.name, sections });
}

/** What all its sections and its head depend on. */
function isSameEntrance(a: TableModel, b: TableModel): boolean {
  return a.scheme === b.scheme && a.port === b.port && a.listener?.name === b.listener?.name;
}

function headOf({ name, listener }: TableModel, { gateway }: Fleet): Section {
  const head = buildPart({
    key: 'table',
    bytes: encode('envoy.config.route.v3.RouteConfiguration', { name, ...ROUTE_TABLE.values }),
    references: [],
    owner: { object: displayRef(gateway), at: listener?.name ?? '' },
  });
  return buildSection({ key: 'table', parts: [head] });
}

type Build = (host: VirtualHostModel, previous: EncodedVirtualHost | undefined) => Section;

/** The sections after the changes; the first is the table's own, those after it are in the order of their domains, like the changes. */
function edited(
  sections: readonly Section[],
  changes: readonly Change<VirtualHostModel>[],
  build: Build,
): readonly Section[] {
  const result: Section[] = [];
  let rest = 0;
  const copyUntil = (end: number): void => {
    for (; rest < end; rest += 1) {
      const section = sections[rest];
      if (section !== undefined) result.push(section);
    }
  };
  for (const { key, before, after } of changes) {
    copyUntil(placeOf(key, sections));
    const section = before && sections[rest];
    if (before !== undefined) rest += 1;
    if (after !== undefined) result.push(build(after, before && section && { model: before, section }));
  }
  copyUntil(sections.length);
  return result;
}

/** Index of the virtual host's section, or where it would stand. */
function placeOf(domain: string, sections: readonly Section[]): number {
  let [low, high] = [1, sections.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sections[middle]?.key ?? '') < domain) low = middle + 1;
    else high = middle;
  }
  return low;
}
