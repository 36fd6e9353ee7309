import { sortedMap, type SortedMap } from '../collections/index.js';
import type { Store } from '../store/index.js';
import type { AttachedRoute } from './attached-route.js';
import type { CaBundleModel } from './backend-tls-model.js';
import type { AnalysedListener } from './listeners.js';
import type { ClusterModel } from './model.js';
import { memoByIdentity } from './stable.js';
import type { Steps } from './steps.js';
import { editTally, NOTHING_COUNTED, type Tally } from './tally.js';

/** What one Gateway has to do with the CAs of others. */
export interface GatewayTls {
  /** How many of its routes may send to each Service, by `namespace/name`. */
  readonly services: Tally;
  /** The CA certificates that its backends and clients are verified by. */
  readonly bundles: SortedMap<CaBundleModel>;
}

/** From moment to moment, by differences. */
export function createGatewayTls(
  steps: Pick<Steps, 'routeServices' | 'bundles'>,
): (
  routes: SortedMap<AttachedRoute>,
  clusters: SortedMap<ClusterModel>,
  listeners: readonly AnalysedListener[],
  store: Store,
) => GatewayTls {
  const routeServices = steps.routeServices();
  const bundles = steps.bundles();
  let last = {
    references: sortedMap<readonly string[]>(),
    services: NOTHING_COUNTED,
    clusters: sortedMap<ClusterModel>(),
    clientCas: sortedMap<string>(),
    names: NOTHING_COUNTED,
  };
  return (routes, clusters, listeners, store) => {
    const references = routeServices(undefined, routes, store);
    const services = editTally(last.services, references.changesSince(last.references), (each) => each);
    const clientCas = clientCasOf(listeners);
    const ofClusters = editTally(last.names, clusters.changesSince(last.clusters), ({ tls }) =>
      tls === undefined ? [] : [tls.ca],
    );
    const names = editTally(ofClusters, clientCas.changesSince(last.clientCas), (ca) => [ca]);
    last = { references, services, clusters, clientCas, names };
    return { services, bundles: bundles(undefined, names, store) };
  };
}

/** Names of the bundles that clients are verified by, by the listener's place. */
const clientCasOf = memoByIdentity((listeners: readonly AnalysedListener[]): SortedMap<string> =>
  sortedMap(
    listeners.flatMap(({ served, clientValidation }, index) =>
      served && clientValidation !== undefined ? [[String(index), clientValidation.ca] as const] : [],
    ),
  ),
);
