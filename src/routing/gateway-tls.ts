import { sortedMap, type SortedMap } from '../collections/index.js';
import type { Store } from '../store/index.js';
import type { AttachedRoute } from './attached-route.js';
import type { CaBundleModel } from './backend-tls-model.js';
import type { L4ClusterModel } from './l4/l4-model.js';
import type { ClusterModel, Fleet } from './model.js';
import type { Steps } from './steps.js';
import { editTally, NOTHING_COUNTED, type Tally } from './tally.js';

/** What one Gateway has to do with TLS to backends. */
export interface GatewayTls {
  /** How many of its routes may send to each Service, by `namespace/name`. */
  readonly services: Tally;
  /** The CA certificates that its clusters are verified by. */
  readonly bundles: SortedMap<CaBundleModel>;
}

/** From moment to moment, by differences. */
export function createGatewayTls(
  steps: Pick<Steps, 'routeServices' | 'bundles'>,
): (
  routes: SortedMap<AttachedRoute>,
  of: Pick<Fleet, 'clusters' | 'l4Clusters'>,
  store: Store,
) => GatewayTls {
  const routeServices = steps.routeServices();
  const bundles = steps.bundles();
  let last = {
    references: sortedMap<readonly string[]>(),
    services: NOTHING_COUNTED,
    clusters: sortedMap<ClusterModel>(),
    l4Clusters: sortedMap<L4ClusterModel>(),
    names: NOTHING_COUNTED,
  };
  return (routes, { clusters, l4Clusters }, store) => {
    const references = routeServices(undefined, routes, store);
    const services = editTally(last.services, references.changesSince(last.references), (each) => each);
    const ofHttp = editTally(last.names, clusters.changesSince(last.clusters), ({ tls }) =>
      tls === undefined ? [] : [tls.ca],
    );
    const names = editTally(ofHttp, l4Clusters.changesSince(last.l4Clusters), ({ tls = [] }) =>
      tls.map((each) => each.tls.ca),
    );
    last = { references, services, clusters, l4Clusters, names };
    return { services, bundles: bundles(undefined, names, store) };
  };
}
