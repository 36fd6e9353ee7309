import { sortedMap, type SortedMap } from '../collections/index.js';
import { refOf } from '../resources/index.js';
import { sharePort } from './conflicts.js';
import type { AnalysedGateway } from './gateways.js';
import { keepList, keepMap, keepObject } from './keep.js';
import type {
  CertificateModel,
  ClusterModel,
  EndpointsModel,
  Fleet,
  ListenerModel,
  PortModel,
  VirtualHostModel,
} from './model.js';
import { clustersOfRule } from './rule-clusters.js';
import { assemblePort, type TableCounters, type TableMemory } from './tables.js';
import type { ListenerContributions } from './virtual-hosts.js';

export interface AssembledPorts {
  readonly ports: readonly PortModel[];
  readonly memories: ReadonlyMap<string, TableMemory>;
}

/** The ports of a Gateway's served listeners, in ascending order. */
export function assemblePorts(
  { id, portOffset }: AnalysedGateway,
  listeners: readonly ListenerModel[],
  contributions: ReadonlyMap<string, ListenerContributions>,
  previous: AssembledPorts | undefined,
  counters: TableCounters,
): AssembledPorts {
  const memories = new Map<string, TableMemory>();
  const byPort = Map.groupBy(
    listeners.filter(({ served }) => served),
    ({ port }) => port,
  );
  const ports = [...byPort]
    .toSorted(([a], [b]) => a - b)
    .map(([port, served]) => {
      // Listeners of another protocol on the port were refused as conflicting.
      const protocol = served.every((listener) => listener.protocol === 'HTTPS') ? 'HTTPS' : 'HTTP';
      const refused = listeners.filter(
        (listener) => !listener.served && listener.port === port && sharePort(listener, { protocol }),
      );
      const plan = {
        gateway: id,
        port,
        bindPort: port + portOffset,
        protocol,
        listeners: served,
        refused,
      } as const;
      const assembled = assemblePort(
        plan,
        contributions,
        previous?.memories ?? new Map<string, TableMemory>(),
        counters,
      );
      for (const [name, memory] of assembled.memories) memories.set(name, memory);
      const before = previous?.ports.find((p) => p.port === port);
      return keepObject(before, {
        ...assembled.port,
        tables: keepList(before?.tables, assembled.port.tables),
      });
    });
  return { ports: keepList(previous?.ports, ports), memories };
}

const clustersOfHost = new WeakMap<VirtualHostModel, readonly ClusterModel[]>();

function clustersIn(host: VirtualHostModel): readonly ClusterModel[] {
  const known = clustersOfHost.get(host);
  if (known !== undefined) return known;
  const clusters = new Set(host.rules.flatMap(clustersOfRule));
  clustersOfHost.set(host, [...clusters]);
  return [...clusters];
}

/** Every cluster that the ports refer to, and no other, by name. */
export function clustersOfPorts(ports: readonly PortModel[]): SortedMap<ClusterModel> {
  const clusters = new Map<string, ClusterModel>();
  for (const { tables } of ports) {
    for (const { virtualHosts } of tables) {
      for (const host of virtualHosts.values())
        for (const cluster of clustersIn(host)) clusters.set(cluster.name, cluster);
    }
  }
  return sortedMap(clusters);
}

export function certificatesOfPorts(ports: readonly PortModel[]): SortedMap<CertificateModel> {
  const all = ports.flatMap(({ tables }) => tables.flatMap(({ listener }) => listener?.certificates ?? []));
  return sortedMap(all.map((certificate) => [certificate.name, certificate]));
}

/** What the Envoys of the Gateway serve; members keep the identity they had in `previous`. */
export function fleetOf(
  { id, gateway, addresses }: AnalysedGateway,
  parts: Pick<Fleet, 'ports' | 'clusters' | 'certificates' | 'grants'>,
  endpointsOf: (cluster: ClusterModel) => EndpointsModel,
  previous: Fleet | undefined,
): Fleet {
  const endpoints = new Map<string, EndpointsModel>();
  for (const [name, cluster] of parts.clusters) {
    if (cluster.discovery.kind === 'endpoints') endpoints.set(name, endpointsOf(cluster));
  }
  return keepObject(previous, {
    id,
    gateway: previous?.id === id ? previous.gateway : refOf(gateway),
    addresses: keepList(previous?.addresses, addresses),
    ports: parts.ports,
    clusters: keepMap(previous?.clusters, parts.clusters),
    endpoints: keepMap(previous?.endpoints, sortedMap(endpoints)),
    certificates: keepMap(previous?.certificates, parts.certificates),
    grants: parts.grants,
  });
}
