import { sortedMap, type SortedMap } from '../collections/index.js';
import type { Store } from '../store/index.js';
import type { AttachedRoute } from './attached-route.js';
import type { CaBundleModel } from './backend-tls-model.js';
import { keepList } from './keep.js';
import type { ClusterModel } from './model.js';
import type { Steps } from './steps.js';
import { editTally, NOTHING_COUNTED, type Tally } from './tally.js';

/** What one Gateway has to do with TLS to backends. */
export interface GatewayTls {
  /** How many of its routes may send to each Service, by `namespace/name`; those that its listeners ask among them. */
  readonly services: Tally;
  /** The CA certificates that its clusters are verified by. */
  readonly bundles: SortedMap<CaBundleModel>;
}

const NO_SERVICES: readonly string[] = [];

/** From moment to moment, by differences. */
export function createGatewayTls(
  steps: Pick<Steps, 'routeServices' | 'bundles'>,
): (
  routes: SortedMap<AttachedRoute>,
  ofListeners: readonly string[],
  clusters: SortedMap<ClusterModel>,
  store: Store,
) => GatewayTls {
  const routeServices = steps.routeServices();
  const bundles = steps.bundles();
  let last = {
    references: sortedMap<readonly string[]>(),
    ofRoutes: NOTHING_COUNTED,
    ofListeners: NO_SERVICES,
    services: NOTHING_COUNTED,
    clusters: sortedMap<ClusterModel>(),
    names: NOTHING_COUNTED,
  };
  return (routes, listeners, clusters, store) => {
    const references = routeServices(undefined, routes, store);
    const ofRoutes = editTally(last.ofRoutes, references.changesSince(last.references), (each) => each);
    const ofListeners = keepList(last.ofListeners, listeners);
    const isSame = last.ofRoutes === ofRoutes && last.ofListeners === ofListeners;
    const services = isSame
      ? last.services
      : ofRoutes.edit(ofListeners.map((name) => [name, (ofRoutes.get(name) ?? 0) + 1]));
    const names = editTally(last.names, clusters.changesSince(last.clusters), ({ tls }) =>
      tls === undefined ? [] : [tls.ca],
    );
    last = { references, ofRoutes, ofListeners, services, clusters, names };
    return { services, bundles: bundles(undefined, names, store) };
  };
}
