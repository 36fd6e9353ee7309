import { sortedMap } from '../collections/index.js';
import { hostOf } from './conflicts.js';
import type { Domain } from './hostnames.js';
import { keepList, keepMap, keepObject } from './keep.js';
import type { ListenerModel, PortModel, TableModel, VirtualHostModel } from './model.js';
import {
  assembleVirtualHost,
  planHosts,
  type Contribution,
  type HostPlan,
  type ListenerContributions,
} from './virtual-hosts.js';

/** What the previous translation made of one table, and of what. */
export interface TableMemory {
  readonly table: TableModel;
  readonly hosts: ReadonlyMap<
    Domain,
    { readonly contributions: readonly Contribution[]; readonly host: VirtualHostModel }
  >;
}

export interface TableCounters {
  virtualHostsAssembled: number;
  tablesAssembled: number;
}

export interface PortPlan {
  /** `namespace/name` of the Gateway. */
  readonly gateway: string;
  readonly port: number;
  readonly bindPort: number;
  readonly protocol: 'HTTP' | 'HTTPS';
  /** The served listeners of the port, in the Gateway's order. */
  readonly listeners: readonly ListenerModel[];
  /** Those that are not served: their hosts stay theirs, so that no wider listener serves them with less than was asked for. */
  readonly refused: readonly ListenerModel[];
}

/** One port's tables. HTTP: one for all listeners, since a plaintext connection names none; HTTPS: one for each (DESIGN D6). */
export function assemblePort(
  plan: PortPlan,
  contributions: ReadonlyMap<string, ListenerContributions>,
  previous: ReadonlyMap<string, TableMemory>,
  counters: TableCounters,
): { readonly port: PortModel; readonly memories: ReadonlyMap<string, TableMemory> } {
  const owners = {
    served: plan.listeners.map(hostOf),
    refused: new Map(plan.refused.map((listener) => [hostOf(listener), listener.name])),
  };
  const hostsOf = (listener: ListenerModel): readonly HostPlan[] =>
    planHosts(
      {
        name: listener.name,
        host: hostOf(listener),
        contributions: contributions.get(listener.name) ?? new Map(),
      },
      owners,
    );
  const base = `gateway/${plan.gateway}/${plan.port}`;
  const drafts =
    plan.protocol === 'HTTP'
      ? [{ name: base, listener: undefined, hosts: plan.listeners.flatMap(hostsOf) }]
      : plan.listeners.map((listener) => ({
          name: `${base}/${listener.name}`,
          listener,
          hosts: hostsOf(listener),
        }));
  const scheme = plan.protocol === 'HTTP' ? 'http' : 'https';
  const memories = drafts.map(({ name, listener, hosts }) =>
    assembleTable({ name, listener, scheme, port: plan.port }, hosts, previous.get(name), counters),
  );
  const { port, bindPort, protocol } = plan;
  return {
    port: { port, bindPort, protocol, tables: memories.map(({ table }) => table) },
    memories: new Map(memories.map((memory) => [memory.table.name, memory])),
  };
}

function assembleTable(
  draft: Omit<TableModel, 'virtualHosts'>,
  plans: readonly HostPlan[],
  previous: TableMemory | undefined,
  counters: TableCounters,
): TableMemory {
  const hosts = new Map<
    Domain,
    { readonly contributions: readonly Contribution[]; readonly host: VirtualHostModel }
  >();
  for (const plan of plans) {
    const before = previous?.hosts.get(plan.domain);
    const contributions = keepList(before?.contributions, plan.contributions);
    if (before?.contributions === contributions && before.host.listener === plan.listener) {
      hosts.set(plan.domain, before);
      continue;
    }
    counters.virtualHostsAssembled += 1;
    const assembled = assembleVirtualHost(plan);
    const rules = keepList(before?.host.rules, assembled.rules);
    hosts.set(plan.domain, { contributions, host: keepObject(before?.host, { ...assembled, rules }) });
  }
  const all = sortedMap([...hosts].map(([domain, { host }]) => [domain, host]));
  const virtualHosts = keepMap(previous?.table.virtualHosts, all);
  const table = keepObject(previous?.table, { ...draft, virtualHosts });
  if (table !== previous?.table) counters.tablesAssembled += 1;
  return { table, hosts };
}
