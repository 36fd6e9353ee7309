import { memoByIdentity, sortedMap, type SortedMap } from '../collections/index.js';
import type { Store } from '../store/index.js';
import type { AttachedRoute } from './attached-route.js';
import type { CaBundleModel } from './backend-tls-model.js';
import { keepList } from './keep.js';
import type { L4ClusterModel } from './l4/l4-model.js';
import type { AnalysedListener } from './listeners.js';
import type { servicesOfListeners } from './listener-services.js';
import type { CertificateModel, ClusterModel, Fleet } from './model.js';
import type { Steps } from './steps.js';
import { editTally, NOTHING_COUNTED, type Tally } from './tally.js';

/** What one Gateway has to do with the CAs of others. */
export interface GatewayTls {
  /** How many of its routes may send to each Service, by `namespace/name`; those that its listeners ask among them. */
  readonly services: Tally;
  /** The same of each ServiceImport. */
  readonly imports: Tally;
  /** The same of each XBackend. */
  readonly xBackends: Tally;
  /** The CA certificates that its backends and clients are verified by. */
  readonly bundles: SortedMap<CaBundleModel>;
  /** The certificates that its clusters present by themselves. */
  readonly presented: SortedMap<CertificateModel>;
}

/** What the listeners of a Gateway have to do with it. */
export interface ListenerUses {
  readonly listeners: readonly AnalysedListener[];
  /** Services and ServiceImports that their filters ask, by `namespace/name`. */
  readonly services: ReturnType<typeof servicesOfListeners>;
}

/** From moment to moment, by differences. */
export function createGatewayTls(
  steps: Pick<Steps, 'routeServices' | 'routeImports' | 'routeXBackends' | 'bundles' | 'presented'>,
): (
  routes: SortedMap<AttachedRoute>,
  of: Pick<Fleet, 'clusters' | 'l4Clusters'>,
  listeners: ListenerUses,
  store: Store,
) => GatewayTls {
  const servicesOf = countedBackends(steps.routeServices());
  const importsOf = countedBackends(steps.routeImports());
  const xBackendsOf = countedBackends(steps.routeXBackends());
  const bundles = steps.bundles();
  const presented = steps.presented();
  let last = {
    clusters: sortedMap<ClusterModel>(),
    clientCas: sortedMap<string>(),
    l4Clusters: sortedMap<L4ClusterModel>(),
    names: NOTHING_COUNTED,
    certificates: NOTHING_COUNTED,
  };
  return (routes, { clusters, l4Clusters }, { listeners, services }, store) => {
    const changes = clusters.changesSince(last.clusters);
    const clientCas = clientCasOf(listeners);
    const ofHttp = editTally(last.names, changes, ({ tls }) => (tls === undefined ? [] : [tls.ca]));
    const ofL4 = editTally(ofHttp, l4Clusters.changesSince(last.l4Clusters), ({ tls = [] }) =>
      tls.map((each) => each.tls.ca),
    );
    const names = editTally(ofL4, clientCas.changesSince(last.clientCas), (ca) => [ca]);
    const certificates = editTally(last.certificates, changes, ({ tls }) => {
      const own = tls?.client?.certificate;
      return own === undefined ? [] : [own];
    });
    last = { clusters, l4Clusters, clientCas, names, certificates };
    return {
      services: servicesOf(routes, services.Service, store),
      imports: importsOf(routes, services.ServiceImport, store),
      xBackends: xBackendsOf(routes, [], store),
      bundles: bundles(undefined, names, store),
      presented: presented(undefined, certificates, store),
    };
  };
}

/** How many routes and listeners refer to each backend of a kind. */
function countedBackends(
  backendsOf: ReturnType<Steps['routeServices']>,
): (routes: SortedMap<AttachedRoute>, ofListeners: readonly string[], store: Store) => Tally {
  let last = {
    references: sortedMap<readonly string[]>(),
    ofRoutes: NOTHING_COUNTED,
    ofListeners: [] as readonly string[],
    counts: NOTHING_COUNTED,
  };
  return (routes, listeners, store) => {
    const references = backendsOf(undefined, routes, store);
    const ofRoutes = editTally(last.ofRoutes, references.changesSince(last.references), (each) => each);
    const ofListeners = keepList(last.ofListeners, listeners);
    const isSame = last.ofRoutes === ofRoutes && last.ofListeners === ofListeners;
    const counts = isSame
      ? last.counts
      : ofRoutes.edit(ofListeners.map((name) => [name, (ofRoutes.get(name) ?? 0) + 1]));
    last = { references, ofRoutes, ofListeners, counts };
    return counts;
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
