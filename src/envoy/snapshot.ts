import { displayRef } from '../resources/index.js';
import { isStillPermitted, type ClusterModel, type EndpointsModel, type Fleet } from '../routing/index.js';
import { buildSnapshot, type Owner, type Resource, type Snapshot } from '../xds/index.js';
import { clusterResource } from './cluster.js';
import { countEncoded } from './counters.js';
import { endpointsResource } from './endpoints.js';
import { listenerResource } from './listener.js';
import { memoByIdentity } from './memo.js';
import { gatewayOwner } from './names.js';
import { routeTableResource } from './route-table.js';
import { secretResource } from './secret.js';

/**
 * Everything the Envoys of a fleet get. The same fleet gives the same snapshot, and each unchanged piece of a changed fleet the same resource,
 * section or part: only what changed is encoded (DESIGN D3).
 */
export const snapshotOf = memoByIdentity((fleet: Fleet): Snapshot => {
  countEncoded('snapshots');
  return buildSnapshot(fleet.id, [...resourcesOf(fleet)], (permit) => isStillPermitted(permit, fleet.grants));
});

function* resourcesOf(fleet: Fleet): Generator<Resource> {
  for (const cluster of fleet.clusters.values()) yield clusterResource(cluster);
  for (const endpoints of fleet.endpoints.values())
    yield endpointsResource(endpoints, ownerOfEndpoints(fleet, endpoints));
  for (const port of fleet.ports) {
    yield listenerResource(fleet, port);
    for (const table of port.tables) yield routeTableResource(table, fleet);
  }
  for (const certificate of fleet.certificates.values()) yield secretResource(certificate);
}

/** The Service whose endpoints they are. */
function ownerOfEndpoints(fleet: Fleet, { cluster }: EndpointsModel): Owner {
  const model: ClusterModel | undefined = fleet.clusters.get(cluster);
  return model === undefined
    ? gatewayOwner(fleet)
    : { object: displayRef(model.service), at: `ports[${model.port}]` };
}
