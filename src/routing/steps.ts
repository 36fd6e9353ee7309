import type { SortedMap } from '../collections/index.js';
import {
  isL4Route,
  refOf,
  type BackendTlsPolicy,
  type Gateway,
  type GatewayClass,
  type Route,
  type Service,
} from '../resources/index.js';
import { derive, memoByReads, type Derived } from '../store/index.js';
import { attachedRoute, type AttachedRoute } from './attached-route.js';
import { attach, type AttachedParent } from './attachment.js';
import { serviceTls } from './backend-tls.js';
import type { CaBundleModel, ServiceTls } from './backend-tls-model.js';
import { caBundle } from './ca-bundle.js';
import { CHECKS } from './checks.js';
import { endpointsOf } from './endpoints.js';
import { gatewayClassModel } from './gateway-classes.js';
import { analyseGateway, type AnalysedGateway } from './gateways.js';
import { keepEqual } from './keep.js';
import { l4EndpointsOf } from './l4/l4-endpoints.js';
import type { L4EndpointsModel, L4Target } from './l4/l4-model.js';
import type { ClusterModel, EndpointsModel, GatewayClassModel } from './model.js';
import { resolveL4Route } from './l4/resolve-l4-route.js';
import { resolveRoute, type ResolvedRoute } from './resolve-route.js';
import { servicesOf } from './route-services.js';
import { memoByIdentity, stableCertificates, stableClusters } from './stable.js';
import type { Counts, TranslatorOptions } from './translator-options.js';

/** The steps of one translator that read the store. Each is computed once for all Gateways that need it. */
export interface Steps {
  /** The Gateways of our classes. */
  readonly analysed: Derived<undefined, Gateway, AnalysedGateway>;
  readonly classModel: (gatewayClass: GatewayClass) => GatewayClassModel;
  /** For a Gateway: the routes that name it and what they mean there. */
  readonly attachedRoutes: () => Derived<Gateway, Route, AttachedRoute>;
  /** For a Gateway: the endpoints of its clusters. */
  readonly endpoints: () => Derived<undefined, ClusterModel, EndpointsModel>;
  /** For a Gateway: where the rules of its TLSRoutes, TCPRoutes and UDPRoutes lead. */
  readonly l4Endpoints: () => Derived<undefined, L4Target, L4EndpointsModel>;
  /** The Services that BackendTLSPolicies target, by `namespace/name`. */
  readonly secured: Derived<undefined, SortedMap<BackendTlsPolicy>, ServiceTls>;
  /** For a Gateway: the Services that its routes may send to. */
  readonly routeServices: () => Derived<undefined, AttachedRoute, readonly string[]>;
  /** For a Gateway: the CA bundles with these names. */
  readonly bundles: () => Derived<undefined, number, CaBundleModel>;
}

/** @param lastCluster the cluster that the last translation had by that name */
export function createSteps(
  options: TranslatorOptions,
  lastCluster: (name: string) => ClusterModel | undefined,
  counts: Counts,
): Steps {
  const checks = { ...CHECKS, ...options.checks };
  const check = stableCertificates(checks.certificate, counts);
  const system = options.systemCertificates ?? (() => undefined);
  const tls = memoByReads<Service, ServiceTls>((service, reads, previous) => {
    const { namespace, name } = refOf(service);
    return keepEqual(previous, serviceTls({ namespace, name }, service, reads, system));
  });
  const ruleOptions = {
    tls,
    checks,
    allowExternalName: options.allowExternalName,
    allowLoopback: options.allowLoopback === true,
    cluster: stableClusters(lastCluster, counts),
  };
  const resolve = memoByReads<Route, ResolvedRoute>((route, reads, previous) => {
    counts.routesResolved += 1;
    return isL4Route(route)
      ? resolveL4Route(route, previous, reads, ruleOptions)
      : resolveRoute(route, previous, reads, ruleOptions);
  });
  const attachments = memoByIdentity((gateway: Gateway) =>
    memoByReads<Route, readonly AttachedParent[]>((route, reads) => {
      counts.routesAttached += 1;
      return attach(route, gateway, reads);
    }),
  );
  const endpoints = memoByReads<ClusterModel, EndpointsModel>((cluster, reads, previous) => {
    counts.endpointsBuilt += 1;
    return keepEqual(previous, endpointsOf(cluster, reads));
  });
  const l4Endpoints = memoByReads<L4Target, L4EndpointsModel>((target, reads, previous) => {
    counts.endpointsBuilt += 1;
    return keepEqual(previous, l4EndpointsOf(target, reads));
  });

  return {
    analysed: derive((_, gateway, reads, previous) => {
      counts.listenersAnalysed += gateway.spec.listeners.length;
      return keepEqual(previous, analyseGateway(gateway, reads, options, check));
    }),
    classModel: memoByIdentity(gatewayClassModel),
    attachedRoutes: () =>
      derive((gateway, route, reads, previous) => {
        counts.routesVisited += 1;
        const parents = attachments(gateway)(route, reads);
        // It may name the Gateway's namespace and name and mean something else.
        if (parents.length === 0) return undefined;
        return attachedRoute(parents, resolve(route, reads, previous?.route), refOf(gateway), previous);
      }),
    endpoints: () =>
      derive((_, cluster, reads, previous) => {
        counts.endpointsVisited += 1;
        return cluster.discovery.kind === 'endpoints' ? endpoints(cluster, reads, previous) : undefined;
      }),
    l4Endpoints: () =>
      derive((_, target, reads, previous) => {
        counts.endpointsVisited += 1;
        return l4Endpoints(target, reads, previous);
      }),
    secured: derive((_, _policies, reads, previous, key) => {
      const [namespace = '', name = ''] = key.split('/');
      const service = reads.get('Service', namespace, name);
      return service === undefined
        ? keepEqual(previous, serviceTls({ namespace, name }, undefined, reads, system))
        : tls(service, reads, previous);
    }),
    routeServices: () => derive((_, route, reads, previous) => keepEqual(previous, servicesOf(route, reads))),
    bundles: () =>
      derive((_, _uses, reads, previous, name) => keepEqual(previous, caBundle(name, reads, system))),
  };
}
