import { sortedMap, type Edit, type SortedMap } from '../collections/index.js';
import { refOf } from '../resources/index.js';
import type { AttachedRoute } from './attached-route.js';
import { editClusters, NO_CLUSTERS, type ClusterCounters, type ClusterUses } from './cluster-uses.js';
import type { AnalysedGateway } from './analysed-gateway.js';
import { editGroups, type ListenerGroups } from './hostname-groups.js';
import { keepEqual, keepList, keepObject } from './keep.js';
import { editL4Groups } from './l4/l4-groups.js';
import type { L4EndpointsModel } from './l4/l4-model.js';
import { editL4Uses, NO_TARGETS, type L4Uses } from './l4/l4-uses.js';
import type { CertificateModel, EndpointsModel, Fleet, GatewayModel, ListenerModel } from './model.js';
import { isSamePort, portPlans, type TablePlan } from './port-plans.js';
import type { GatewayTls } from './gateway-tls.js';
import { assemblePorts, type Ports, type TableCounters } from './tables.js';
import { editTally, NOTHING_COUNTED } from './tally.js';

/** A Gateway put together, and what its successor is made from: what differs is adjusted, the rest is taken over. */
export interface AssembledGateway {
  readonly analysed: AnalysedGateway;
  readonly routes: SortedMap<AttachedRoute>;
  /** Routes by listener. */
  readonly attached: SortedMap<number>;
  readonly listeners: readonly ListenerModel[];
  readonly ports: Ports;
  readonly uses: ClusterUses;
  readonly l4: L4Uses;
  readonly certificates: SortedMap<CertificateModel>;
}

export function assembleGateway(
  analysed: AnalysedGateway,
  routes: SortedMap<AttachedRoute>,
  previous: AssembledGateway | undefined,
  counters: TableCounters & ClusterCounters,
): AssembledGateway {
  if (previous?.analysed === analysed && previous.routes === routes) return previous;
  const changes = routes.changesSince(previous?.routes);
  const attached = editTally(previous?.attached ?? NOTHING_COUNTED, changes, ({ places }) =>
    places.map(({ listener }) => listener),
  );
  const listeners = listenerModels(analysed, attached, previous);
  const plans =
    previous?.analysed === analysed
      ? previous.ports.plans
      : keepPlans(previous?.ports.plans, portPlans(analysed));
  const groups = editGroups(previous?.ports.groups ?? sortedMap<ListenerGroups>(), changes);
  const l4Groups = editL4Groups(previous?.ports.l4Groups ?? sortedMap(), changes);
  const ports = assemblePorts({ plans, listeners, groups, l4Groups }, previous?.ports, counters);
  const uses = editClusters(
    previous?.uses ?? NO_CLUSTERS,
    previous?.ports.models ?? [],
    ports.models,
    counters,
  );
  const l4 = editL4Uses(previous?.l4 ?? NO_TARGETS, previous?.ports.models ?? [], ports.models);
  const certificates =
    previous?.analysed === analysed
      ? previous.certificates
      : certificatesOf(analysed, previous?.certificates);
  return { analysed, routes, attached, listeners, ports, uses, l4, certificates };
}

export interface EndpointsOfGateway {
  readonly endpoints: SortedMap<EndpointsModel>;
  readonly l4Endpoints: SortedMap<L4EndpointsModel>;
}

/** What permits are held against. */
export type Held = Pick<Fleet, 'grants' | 'secured' | 'securedImports' | 'xBackends'>;

/**
 * @param held all of the store: what was allowed once may be no longer
 */
export function gatewayModel(
  { analysed, listeners, ports, uses, l4, certificates }: AssembledGateway,
  { endpoints, l4Endpoints }: EndpointsOfGateway,
  { bundles, presented }: Pick<GatewayTls, 'bundles' | 'presented'>,
  held: Held,
  previous: GatewayModel | undefined,
): GatewayModel {
  const { gateway, id } = analysed;
  const addresses = keepList(previous?.addresses, analysed.addresses);
  const binds = keepList(previous?.fleet?.addresses, analysed.binds);
  const fleet = (): Fleet =>
    keepObject(previous?.fleet, {
      id,
      gateway: previous?.fleet?.gateway ?? refOf(gateway),
      addresses: binds,
      ports: ports.models,
      clusters: uses.clusters,
      endpoints,
      l4Targets: l4.targets,
      l4Clusters: l4.clusters,
      l4Endpoints,
      certificates: certificates.edit([...presented]),
      clientCertificate: analysed.clientCertificate?.name,
      tracing: analysed.tracing,
      bundles,
      ...held,
    });
  return keepObject(previous, {
    gateway,
    accepted: keepEqual(previous?.accepted, analysed.accepted),
    resolvedRefs: keepEqual(previous?.resolvedRefs, analysed.resolvedRefs),
    addressed: keepEqual(previous?.addressed, analysed.addressed),
    assigned: keepEqual(previous?.assigned, analysed.assigned),
    addresses,
    routabilities: keepEqual(previous?.routabilities, analysed.routabilities),
    parameters: keepEqual(previous?.parameters, analysed.parameters),
    listeners,
    listenerSets: analysed.sets,
    // A refused Gateway too: what runs goes on with the current routes, never with what has been deleted since (DESIGN D10).
    fleet: binds.length > 0 ? fleet() : undefined,
  });
}

function listenerModels(
  analysed: AnalysedGateway,
  attached: SortedMap<number>,
  previous: AssembledGateway | undefined,
): readonly ListenerModel[] {
  if (previous?.analysed === analysed && previous.attached === attached) return previous.listeners;
  const known = new Map(previous?.listeners.map((listener) => [listener.name, listener]));
  const unchanged = new Set(previous?.analysed.listeners);
  const counted = new Set(attached.changesSince(previous?.attached).map(({ key }) => key));
  const models = analysed.listeners.map((listener) => {
    const before = known.get(listener.name);
    return before !== undefined && unchanged.has(listener) && !counted.has(listener.name)
      ? before
      : keepEqual(before, { ...listener, attachedRoutes: attached.get(listener.name) ?? 0 });
  });
  return keepList(previous?.listeners, models);
}

/** Listener by listener, so that one more leaves alone what others serve. */
function keepPlans(previous: Ports['plans'] | undefined, next: Ports['plans']): Ports['plans'] {
  const plans = next.map((plan) => {
    const before = previous?.find((each) => isSamePort(each, plan));
    const known = new Map(before?.tables.map((table) => [table.name, table]));
    const tables = plan.tables.map((table) => keepTable(known.get(table.name), table));
    const knownStreams = new Map(before?.streams.map((stream) => [stream.listener.name, stream]));
    const streams = plan.streams.map((stream) => keepEqual(knownStreams.get(stream.listener.name), stream));
    return keepObject(before, {
      ...plan,
      domains: keepList(before?.domains, plan.domains),
      tables: keepList(before?.tables, tables),
      streams: keepList(before?.streams, streams),
      clusters: keepList(before?.clusters, plan.clusters),
    });
  });
  return keepList(previous, plans);
}

function keepTable(before: TablePlan | undefined, next: TablePlan): TablePlan {
  const known = new Map(before?.listeners.map((listener) => [listener.name, listener]));
  const listeners = next.listeners.map((listener) => keepEqual(known.get(listener.name), listener));
  return keepObject(before, { ...next, listeners: keepList(before?.listeners, listeners) });
}

/** Of the listeners that are served, and the one for backends. */
function certificatesOf(
  { listeners, clientCertificate }: AnalysedGateway,
  previous: SortedMap<CertificateModel> | undefined,
): SortedMap<CertificateModel> {
  const served = listeners.flatMap((listener) => (listener.served ? listener.certificates : []));
  if (clientCertificate !== undefined) served.push(clientCertificate);
  const next = sortedMap(served.map((certificate) => [certificate.name, certificate]));
  const gone = [...(previous?.keys() ?? [])].filter((name) => !next.has(name));
  return previous === undefined
    ? next
    : previous.edit([...next, ...gone.map((name): Edit<CertificateModel> => [name, undefined])]);
}
