import { type Edit, memoByIdentity, sortedMap, type SortedMap } from '../collections/index.js';
import { displayRef } from '../resources/index.js';
import {
  type ClusterModel,
  type EndpointsModel,
  type Fleet,
  type L4ClusterModel,
  type L4EndpointsModel,
  type PortModel,
  type TableModel,
} from '../routing/index.js';
import type { Owner, Resource, Snapshot } from '../xds/index.js';
import { clusterResource } from './cluster.js';
import { countEncoded } from './counters.js';
import { endpointsResource } from './endpoints.js';
import { l4ClusterResource, l4Owner } from './l4-cluster.js';
import { l4EndpointsResource } from './l4-endpoints.js';
import { keepFormer, permitting } from './l4-permits.js';
import { isSameListener, listenerResource } from './listener.js';
import { gatewayOwner, listenerName } from './names.js';
import { routeTableResource } from './route-table.js';
import { bundleResource, secretResource } from './secret.js';

type Resources = Snapshot['resources'];

/** What a snapshot was made of, for as long as anyone holds the snapshot. */
const madeOf = new WeakMap<Snapshot, Fleet>();

/**
 * Everything the Envoys of a fleet get, a function of the fleet alone: names, versions and bytes do not depend on what was before.
 * @param previous the fleet's snapshot before: only what differs from it is looked at, and everything else is shared (DESIGN D2)
 */
export const snapshotOf = memoByIdentity((fleet: Fleet, previous?: Snapshot): Snapshot => {
  countEncoded('snapshots');
  const before = previous?.fleet === fleet.id ? madeOf.get(previous) : undefined;
  const shared = (before && previous?.resources) ?? NOTHING;
  const { permitted, former } = permitting(fleet, before, previous);
  const snapshot: Snapshot = {
    fleet: fleet.id,
    resources: nextResources(fleet, before, shared),
    permitted,
  };
  keepFormer(snapshot, former);
  madeOf.set(snapshot, fleet);
  return snapshot;
});

const none = sortedMap<Resource>();
const NOTHING: Resources = { cluster: none, endpoints: none, listener: none, routes: none, secret: none };

function nextResources(fleet: Fleet, before: Fleet | undefined, resources: Resources): Resources {
  const ofEndpoints = (endpoints: EndpointsModel): Resource =>
    endpointsResource(endpoints, ownerOfEndpoints(fleet, endpoints));
  const ofL4 = (endpoints: L4EndpointsModel): Resource => {
    const cluster = fleet.l4Clusters.get(endpoints.cluster);
    return l4EndpointsResource(endpoints, cluster === undefined ? gatewayOwner(fleet) : l4Owner(cluster));
  };
  return {
    cluster: resources.cluster.edit(clusterEdits(fleet, before)),
    endpoints: resources.endpoints.edit([
      ...edits(fleet.endpoints, before?.endpoints, ofEndpoints),
      ...edits(fleet.l4Endpoints, before?.l4Endpoints, ofL4),
    ]),
    listener: resources.listener.edit(listenerEdits(fleet, before, resources.listener)),
    routes: resources.routes.edit(tableEdits(fleet, before, resources.routes)),
    secret: resources.secret.edit([
      ...edits(fleet.certificates, before?.certificates, secretResource),
      ...edits(fleet.bundles, before?.bundles, bundleResource),
    ]),
  };
}

/** Another client certificate changes every cluster with TLS. */
function clusterEdits(fleet: Fleet, before: Fleet | undefined): readonly Edit<Resource>[] {
  const { clusters, l4Clusters, clientCertificate } = fleet;
  const build = (cluster: ClusterModel): Resource => clusterResource(cluster, clientCertificate);
  const buildL4 = (cluster: L4ClusterModel): Resource => l4ClusterResource(cluster, clientCertificate);
  const changed = [
    ...edits(clusters, before?.clusters, build),
    ...edits(l4Clusters, before?.l4Clusters, buildL4),
  ];
  if (before === undefined || before.clientCertificate === clientCertificate) return changed;
  return [...changed, ...edits(clusters, undefined, build), ...edits(l4Clusters, undefined, buildL4)];
}

function edits<M>(
  models: SortedMap<M>,
  before: SortedMap<M> | undefined,
  build: (model: M) => Resource,
): readonly Edit<Resource>[] {
  return models.changesSince(before).map(({ key, after }) => [key, after && build(after)]);
}

/** Ports are few; what may be many are the chains of one. */
function listenerEdits(
  fleet: Fleet,
  before: Fleet | undefined,
  listeners: SortedMap<Resource>,
): readonly Edit<Resource>[] {
  const former = new Map(before?.ports.map((port) => [listenerName(before, port), port]));
  const resourceOf = (name: string, port: PortModel): Resource => {
    const [last, known] = [former.get(name), listeners.get(name)];
    if (before === undefined || last === undefined || known === undefined)
      return listenerResource(fleet, port);
    return isSameListener(fleet, port, before, last) ? known : listenerResource(fleet, port);
  };
  const next = fleet.ports.map((port) => {
    const name = listenerName(fleet, port);
    return [name, resourceOf(name, port)] as const;
  });
  return [...removed(listeners), ...next];
}

function tableEdits(
  fleet: Fleet,
  before: Fleet | undefined,
  resources: SortedMap<Resource>,
): readonly Edit<Resource>[] {
  const [old, fresh] = [tablesOf(before), tablesOf(fleet)];
  const former = new Map([...old.difference(fresh)].map((table) => [table.name, table]));
  return [
    ...[...former.keys()].map((name) => [name, undefined] as const),
    ...[...fresh.difference(old)].map((table) => {
      const [model, resource] = [former.get(table.name), resources.get(table.name)];
      const known = model && resource && { model, resource };
      return [table.name, routeTableResource(table, fleet, known)] as const;
    }),
  ];
}

function tablesOf(fleet: Fleet | undefined): Set<TableModel> {
  return new Set(fleet?.ports.flatMap(({ tables }) => tables));
}

/** Those that are still there come after it: of several edits of a name the last counts. */
function removed(resources: SortedMap<Resource>): readonly Edit<Resource>[] {
  return [...resources.keys()].map((name) => [name, undefined]);
}

/** The backend whose endpoints they are. */
function ownerOfEndpoints(fleet: Fleet, { cluster }: EndpointsModel): Owner {
  const model: ClusterModel | undefined = fleet.clusters.get(cluster);
  return model === undefined
    ? gatewayOwner(fleet)
    : { object: displayRef(model.backend), at: `ports[${model.port}]` };
}
