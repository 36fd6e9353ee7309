import { sortedMap, type Edit } from '../collections/index.js';
import type { HostnameGroups } from './hostname-groups.js';
import { EVERY_HOST, type Domain } from './hostnames.js';
import { keepList, keepObject } from './keep.js';
import type { L4Groups } from './l4/l4-groups.js';
import { streamOf } from './l4/streams.js';
import {
  NO_FILTERS,
  type ListenerModel,
  type PortModel,
  type TableModel,
  type VirtualHostModel,
} from './model.js';
import { isSamePort, type PortPlan, type TablePlan } from './port-plans.js';
import { domainsOf, domainsTouched, strangersOf, virtualHostOf, type ListenerPlan } from './virtual-hosts.js';

/** The ports of a Gateway and what they were made of. */
export interface Ports {
  readonly plans: readonly PortPlan[];
  readonly listeners: readonly ListenerModel[];
  readonly groups: HostnameGroups;
  readonly l4Groups: L4Groups;
  readonly models: readonly PortModel[];
}

export interface TableCounters {
  virtualHostsAssembled: number;
  tablesAssembled: number;
}

/** Assembled anew is what belongs to a listener whose plan is another one, and the hosts of groups that changed. */
export function assemblePorts(
  { plans, listeners, groups, l4Groups }: Omit<Ports, 'models'>,
  previous: Ports | undefined,
  counters: TableCounters,
): Ports {
  if (
    previous?.plans === plans &&
    previous.listeners === listeners &&
    previous.groups === groups &&
    previous.l4Groups === l4Groups
  )
    return previous;
  const byName = new Map(listeners.map((listener) => [listener.name, listener]));
  const routed: Routed = {
    groups,
    before: previous?.groups,
    touched: new Set(groups.changesSince(previous?.groups).map(({ key }) => key)),
  };
  const models = plans.map((plan): PortModel => {
    const { port, bindPort, protocol, unverifiable } = plan;
    const planBefore = previous?.plans.find((p) => isSamePort(p, plan));
    const lastPlans = new Map(planBefore?.tables.map((table) => [table.name, table]));
    const before = previous?.models.find((p) => isSamePort(p, plan));
    const lastTables = new Map(before?.tables.map((table) => [table.name, table]));
    const tables = plan.tables.map((table) => {
      const [last, lastPlan] = [lastTables.get(table.name), lastPlans.get(table.name)];
      const known = last && lastPlan && { table: last, plan: lastPlan };
      const owner = table.owner === undefined ? undefined : byName.get(table.owner);
      const edits = [
        ...hostEdits(table, routed, known, counters),
        ...strangerEdits(table, plan.domains, known, planBefore?.domains),
      ];
      return last !== undefined && edits.length === 0 && last.listener === owner
        ? last
        : assembleTable(table, owner, edits, last, counters);
    });
    const lastStreams = new Map(before?.streams.map((stream) => [stream.listener, stream]));
    const lastStreamPlans = new Map(planBefore?.streams.map((each) => [each.listener.name, each]));
    const streams = plan.streams.flatMap((each) => {
      const { name } = each.listener;
      const listener = byName.get(name);
      const [last, lastPlan] = [lastStreams.get(name), lastStreamPlans.get(name)];
      const source = previous &&
        last &&
        lastPlan && { plan: lastPlan, groups: previous.l4Groups, stream: last };
      return listener === undefined ? [] : [streamOf(each, listener, l4Groups, source)];
    });
    return keepObject(before, {
      port,
      bindPort,
      protocol,
      tables: keepList(before?.tables, tables),
      streams: keepList(before?.streams, streams),
      clusters: keepList(before?.clusters, plan.clusters),
      ...(unverifiable && { unverifiable }),
    });
  });
  return { plans, listeners, groups, l4Groups, models: keepList(previous?.models, models) };
}

/** Where routes lead now, and did when the tables were made that are there. */
interface Routed {
  readonly groups: HostnameGroups;
  readonly before: HostnameGroups | undefined;
  /** The listeners for which the two differ. */
  readonly touched: ReadonlySet<string>;
}

/** A table and the plan that it was made by. */
interface KnownTable {
  readonly table: TableModel;
  readonly plan: TablePlan;
}

/** Of several edits of a domain the last counts: what one listener loses another may have got. */
function hostEdits(
  { listeners }: TablePlan,
  { groups, before, touched }: Routed,
  known: KnownTable | undefined,
  counters: TableCounters,
): readonly Edit<VirtualHostModel>[] {
  const isSame = known?.plan.listeners === listeners;
  if (isSame && !listeners.some(({ name }) => touched.has(name))) return [];
  const planned = new Set(isSame ? listeners : known?.plan.listeners);
  const staying = new Set(isSame ? [] : listeners);
  const left = isSame ? [] : known?.plan.listeners.filter((listener) => !staying.has(listener));
  const removed = (left ?? []).flatMap((listener) => [
    ...domainsOf(listener, before?.get(listener.name)),
    ...listener.empty.map(([domain]) => domain),
  ]);
  const assembled = listeners.flatMap((listener) => {
    const own = groups.get(listener.name);
    const isKnown = planned.has(listener);
    if (isKnown && !touched.has(listener.name)) return [];
    const domains = isKnown
      ? domainsTouched(listener, before?.get(listener.name), own)
      : domainsOf(listener, own);
    const hosts = domains.map((domain): Edit<VirtualHostModel> => {
      counters.virtualHostsAssembled += 1;
      return [domain, virtualHostOf(domain, listener, own, known?.table.virtualHosts.get(domain))];
    });
    return isKnown ? hosts : [...hosts, ...emptyHosts(listener, known?.table)];
  });
  return [...removed.map((domain): Edit<VirtualHostModel> => [domain, undefined]), ...assembled];
}

/** Of listeners that are not served. */
function emptyHosts(
  listener: ListenerPlan,
  table: TableModel | undefined,
): readonly Edit<VirtualHostModel>[] {
  return listener.empty.map(([domain, name]): Edit<VirtualHostModel> => {
    const last = table?.virtualHosts.get(domain);
    return [
      domain,
      keepObject(last, {
        domain,
        listener: name,
        filters: NO_FILTERS,
        foreign: keepList(last?.foreign, []),
        rules: keepList(last?.rules, []),
      }),
    ];
  });
}

/**
 * Of the virtual host for hosts that are none of the table's; it depends on the port alone.
 * @param domains of the port; `before`: those that the table was made with
 */
function strangerEdits(
  { owner, listeners }: TablePlan,
  domains: readonly Domain[],
  known: KnownTable | undefined,
  before: readonly Domain[] | undefined,
): readonly Edit<VirtualHostModel>[] {
  const [listener] = listeners;
  if (owner === undefined || listener === undefined || listener.host === EVERY_HOST) return [];
  if (known?.plan.listeners === listeners && domains === before) return [];
  return [[EVERY_HOST, strangersOf(listener, domains, known?.table.virtualHosts.get(EVERY_HOST))]];
}

function assembleTable(
  { name, scheme, port }: TablePlan,
  listener: ListenerModel | undefined,
  edits: readonly Edit<VirtualHostModel>[],
  previous: TableModel | undefined,
  counters: TableCounters,
): TableModel {
  const virtualHosts = (previous?.virtualHosts ?? sortedMap<VirtualHostModel>()).edit(edits);
  const table = keepObject(previous, { name, listener, scheme, port, virtualHosts });
  if (table !== previous) counters.tablesAssembled += 1;
  return table;
}
