import { sortedMap, type Edit } from '../collections/index.js';
import type { HostnameGroups } from './hostname-groups.js';
import { EVERY_HOST } from './hostnames.js';
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

/** A table whose plan is as it was is adjusted by the groups that changed; any other is assembled anew. */
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
  const models = plans.map((plan): PortModel => {
    const { port, bindPort, protocol, unverifiable } = plan;
    const planBefore = previous?.plans.find((p) => isSamePort(p, plan));
    const planned = new Set(planBefore?.tables);
    const before = previous?.models.find((p) => isSamePort(p, plan));
    const lastTables = new Map(before?.tables.map((table) => [table.name, table]));
    const tables = plan.tables.map((table) => {
      const last = lastTables.get(table.name);
      const known = planned.has(table) ? previous?.groups : undefined;
      const own = table.listeners.flatMap((listener) => hostEdits(listener, groups, known, last, counters));
      const edits = [...own, ...strangerEdits(table, plan, last, known !== undefined)];
      const owner = table.owner === undefined ? undefined : byName.get(table.owner);
      if (known !== undefined && edits.length === 0 && last !== undefined && last.listener === owner)
        return last;
      const all = known === undefined ? replacing(last, edits) : edits;
      return assembleTable(table, owner, all, last, counters);
    });
    const streams = plan.streams.flatMap((each) => {
      const { name } = each.listener;
      const listener = byName.get(name);
      const last = before?.streams.find((stream) => stream.listener === name);
      const lastPlan = planBefore?.streams.find((known) => known.listener.name === name);
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

/** @param before the groups that the table was made of; undefined: all hosts of the listener are assembled */
function hostEdits(
  listener: ListenerPlan,
  groups: HostnameGroups,
  before: HostnameGroups | undefined,
  table: TableModel | undefined,
  counters: TableCounters,
): readonly Edit<VirtualHostModel>[] {
  const own = groups.get(listener.name);
  const known = before?.get(listener.name);
  if (before !== undefined && own === known) return [];
  const domains = before === undefined ? domainsOf(listener, own) : domainsTouched(listener, known, own);
  const hosts = domains.map((domain): Edit<VirtualHostModel> => {
    counters.virtualHostsAssembled += 1;
    return [domain, virtualHostOf(domain, listener, own, table?.virtualHosts.get(domain))];
  });
  if (before !== undefined) return hosts;
  const empty = listener.empty.map(([domain, name]): Edit<VirtualHostModel> => {
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
  return [...hosts, ...empty];
}

/** Of the virtual host for hosts that are none of the table's; it depends on the port alone. @param isKnown what did not change need not be said */
function strangerEdits(
  { owner, listeners }: TablePlan,
  { domains }: PortPlan,
  table: TableModel | undefined,
  isKnown: boolean,
): readonly Edit<VirtualHostModel>[] {
  const [listener] = listeners;
  if (owner === undefined || listener === undefined || listener.host === EVERY_HOST) return [];
  const before = table?.virtualHosts.get(EVERY_HOST);
  const after = strangersOf(listener, domains, before);
  return isKnown && after === before ? [] : [[EVERY_HOST, after]];
}

/** The edits that leave nothing of a table but themselves. */
function replacing(
  table: TableModel | undefined,
  edits: readonly Edit<VirtualHostModel>[],
): readonly Edit<VirtualHostModel>[] {
  const all = [...(table?.virtualHosts.keys() ?? [])];
  return [...all.map((domain): Edit<VirtualHostModel> => [domain, undefined]), ...edits];
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
