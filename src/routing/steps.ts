import { isDeepStrictEqual } from 'node:util';
import {
  refOf,
  type Gateway,
  type GatewayClass,
  type HttpRoute,
  type Secret,
  type Service,
} from '../resources/index.js';
import { memoByReads, type Memo, type Store } from '../store/index.js';
import { attachedRoute, type AttachedRoute } from './attached-route.js';
import { attach, type AttachedParent } from './attachment.js';
import type { CheckCertificate } from './certificates.js';
import { CHECKS, type Checks } from './checks.js';
import { clusterOf } from './clusters.js';
import { endpointsOf } from './endpoints.js';
import { gatewayClassModel } from './gateway-classes.js';
import { analyseGateway, type AnalysedGateway } from './gateways.js';
import { keepList } from './keep.js';
import type { CertificateModel, ClusterModel, EndpointsModel, GatewayClassModel } from './model.js';
import { resolveRoute, type ResolvedRoute } from './resolve-route.js';
import type { TranslatorCounters, TranslatorOptions } from './translator-options.js';

/** The memoised steps of one translator. Their memory dies with the objects it belongs to. */
export interface Steps {
  readonly analyse: Memo<Gateway, AnalysedGateway | undefined>;
  readonly classModel: (gatewayClass: GatewayClass) => GatewayClassModel;
  /** The routes that name the Gateway; the previous list if it is the same. */
  readonly attachedRoutes: (
    analysed: AnalysedGateway,
    store: Store,
    previous: readonly AttachedRoute[] | undefined,
  ) => readonly AttachedRoute[];
  readonly endpoints: Memo<ClusterModel, EndpointsModel>;
  /** What the translation used: its successor compares with it, everything older is forgotten. */
  readonly remember: (store: Store, clusters: readonly ReadonlyMap<string, ClusterModel>[]) => void;
  readonly counts: { -readonly [C in keyof TranslatorCounters]: number };
}

export function createSteps(options: TranslatorOptions): Steps {
  /** By `namespace/name`: a route that changes is compared with itself. */
  const lastResolved = new Map<string, ResolvedRoute>();
  let lastClusters: readonly ReadonlyMap<string, ClusterModel>[] = [];
  const counts = {
    routesResolved: 0,
    routesAttached: 0,
    listenersAnalysed: 0,
    certificatesChecked: 0,
    clustersBuilt: 0,
    endpointsBuilt: 0,
    virtualHostsAssembled: 0,
    tablesAssembled: 0,
  };

  const cluster = stableClusters((name) => lastClusters.find((c) => c.has(name))?.get(name), counts);
  const checks = { ...CHECKS, ...options.checks };
  const check = stableCertificates(checks.certificate, counts);
  const ruleOptions = {
    checks,
    allowExternalName: options.allowExternalName,
    allowLoopback: options.allowLoopback === true,
    cluster,
  };

  const resolve = memoByReads<HttpRoute, ResolvedRoute>((route, reads) => {
    counts.routesResolved += 1;
    const name = `${route.metadata.namespace ?? ''}/${route.metadata.name}`;
    const resolved = resolveRoute(route, lastResolved.get(name), reads, ruleOptions);
    lastResolved.set(name, resolved);
    return resolved;
  });
  const attachments = memoByIdentity((gateway: Gateway) => {
    const ref = refOf(gateway);
    const attachment = memoByReads<HttpRoute, readonly AttachedParent[]>((route, reads) => {
      counts.routesAttached += 1;
      return attach(route, gateway, reads);
    });
    const known = new WeakMap<HttpRoute, AttachedRoute>();
    return (route: HttpRoute, store: Store): AttachedRoute => {
      const parents = attachment(route, store);
      const resolved = resolve(route, store);
      const before = known.get(route);
      if (before?.parents === parents && before.route === resolved) return before;
      const attached = attachedRoute(parents, resolved, ref);
      known.set(route, attached);
      return attached;
    };
  });
  const lastEndpoints = new WeakMap<ClusterModel, EndpointsModel>();

  return {
    analyse: memoByReads((gateway, reads) => {
      counts.listenersAnalysed += gateway.spec.listeners.length;
      return analyseGateway(gateway, reads, options, check);
    }),
    classModel: memoByIdentity(gatewayClassModel),
    attachedRoutes: ({ gateway }, store, previous) => {
      const attached = attachments(gateway);
      const bucket = store.routesOfGateway(gateway.metadata.namespace ?? '', gateway.metadata.name);
      const routes: AttachedRoute[] = [];
      for (const route of bucket.values()) {
        const one = attached(route, store);
        if (one.parents.length > 0) routes.push(one);
      }
      return keepList(previous, routes);
    },
    endpoints: memoByReads((model, reads) => {
      counts.endpointsBuilt += 1;
      const endpoints = endpointsOf(model, reads);
      const previous = lastEndpoints.get(model);
      if (previous !== undefined && isDeepStrictEqual(previous, endpoints)) return previous;
      lastEndpoints.set(model, endpoints);
      return endpoints;
    }),
    remember: (store, clusters) => {
      lastClusters = clusters;
      const count = store
        .all('HTTPRoute')
        .values()
        .reduce((sum, bucket) => sum + bucket.size, 0);
      if (lastResolved.size <= count) return;
      for (const [name, { route }] of lastResolved) {
        const { namespace = '', name: own } = route.metadata;
        if (store.get('HTTPRoute', namespace, own) === undefined) lastResolved.delete(name);
      }
    },
    counts,
  };
}

function memoByIdentity<I extends object, O>(compute: (input: I) => O): (input: I) => O {
  const known = new WeakMap<I, { readonly value: O }>();
  return (input) => {
    const entry = known.get(input) ?? { value: compute(input) };
    known.set(input, entry);
    return entry.value;
  };
}

/** One cluster object for one Service, port and settings; the previous one when a changed Service means the same cluster. */
function stableClusters(
  previous: (name: string) => ClusterModel | undefined,
  counts: { clustersBuilt: number },
): typeof clusterOf {
  const ofService = memoByIdentity((_service: Service) => new Map<string, ClusterModel>());
  return (service, port, settings) => {
    const clusters = ofService(service);
    const key = `${port} ${JSON.stringify(settings)}`;
    const known = clusters.get(key);
    if (known !== undefined) return known;
    counts.clustersBuilt += 1;
    const built = clusterOf(service, port, settings);
    const before = previous(built.name);
    const cluster = before !== undefined && isDeepStrictEqual(before, built) ? before : built;
    clusters.set(key, cluster);
    return cluster;
  };
}

function stableCertificates(
  faultOf: Checks['certificate'],
  counts: { certificatesChecked: number },
): CheckCertificate {
  return memoByIdentity((secret: Secret): CertificateModel | string => {
    counts.certificatesChecked += 1;
    const { namespace, name } = secret.metadata;
    return faultOf(secret) ?? { name: `secret/${namespace ?? ''}/${name}`, secret };
  });
}
