import { memoByIdentity, type SortedMap } from '../collections/index.js';
import {
  isL4Route,
  KINDS,
  refOf,
  type AnyService,
  type BackendTlsPolicy,
  type BackendTrafficPolicy,
  type Gateway,
  type GatewayClass,
  type Route,
  type TelemetryPolicy,
  type XBackend,
} from '../resources/index.js';
import { derive, memoByReads, type Derived, type Reads } from '../store/index.js';
import { attachedRoute, type AttachedRoute } from './attached-route.js';
import { attach, type AttachedParent } from './attachment.js';
import { serviceTls, type ServiceRef } from './backend-tls.js';
import type { CaBundleModel, ServiceTls } from './backend-tls-model.js';
import { serviceTraffic } from './backend-traffic.js';
import type { ServiceTraffic } from './backend-traffic-model.js';
import { caBundle } from './ca-bundle.js';
import { CHECKS } from './checks.js';
import { endpointsOf } from './endpoints.js';
import { misplaced } from './misplaced-policy.js';
import { gatewayClassModel } from './gateway-classes.js';
import { placeGateway, type PlacedGateway } from './gateways.js';
import { keepEqual } from './keep.js';
import type { PlacedListener } from './listener-precedence.js';
import { analyseListener, type AnalysedListenerOf, type ListenerContext } from './listeners.js';
import { l4EndpointsOf } from './l4/l4-endpoints.js';
import type { L4EndpointsModel, L4Target } from './l4/l4-model.js';
import { resolveL4Route } from './l4/resolve-l4-route.js';
import type { CertificateModel, ClusterModel, EndpointsModel, GatewayClassModel } from './model.js';
import { resolveRoute, type ResolvedRoute } from './resolve-route.js';
import type { PolicyModel, Targeted } from './policy-model.js';
import { backendsOf } from './route-services.js';
import { stableCertificates, stableClusters } from './stable.js';
import { telemetrySettings, tracingOf, type TelemetrySettings } from './telemetry.js';
import { telemetryPolicyModel } from './telemetry-policies.js';
import type { Counts, TranslatorOptions } from './translator-options.js';
import { xBackendModel } from './x-backend.js';
import type { XBackendModel } from './x-backend-model.js';

/** The steps of one translator that read the store. Each is computed once for all Gateways that need it. */
export interface Steps {
  /** The Gateways of our classes. */
  readonly placed: Derived<undefined, Gateway, PlacedGateway>;
  /** For a Gateway: its listeners, by their names there. */
  readonly listeners: () => Derived<ListenerContext, PlacedListener, AnalysedListenerOf>;
  readonly classModel: (gatewayClass: GatewayClass, reads: Reads) => GatewayClassModel;
  /** For a Gateway: the routes that name it and what they mean there. */
  readonly attachedRoutes: () => Derived<Gateway, Route, AttachedRoute>;
  /** For a Gateway: the endpoints of its clusters. */
  readonly endpoints: () => Derived<undefined, ClusterModel, EndpointsModel>;
  /** For a Gateway: where the rules of its TLSRoutes, TCPRoutes and UDPRoutes lead. */
  readonly l4Endpoints: () => Derived<undefined, L4Target, L4EndpointsModel>;
  /** The Services that BackendTLSPolicies target, by `namespace/name`. */
  readonly secured: Derived<undefined, SortedMap<BackendTlsPolicy>, ServiceTls>;
  /** The ServiceImports that they target. */
  readonly securedImports: Steps['secured'];
  /** The Services that policies on their traffic target, by `namespace/name`. */
  readonly trafficked: Derived<undefined, SortedMap<BackendTrafficPolicy>, ServiceTraffic>;
  /** The ServiceImports that they target. */
  readonly traffickedImports: Steps['trafficked'];
  /** The XBackends that BackendTLSPolicies target, by `namespace/name`: none may. */
  readonly misplaced: Derived<undefined, SortedMap<BackendTlsPolicy>, Targeted<BackendTlsPolicy>>;
  /** For a Gateway: the Services that its routes may send to. */
  readonly routeServices: () => Derived<undefined, AttachedRoute, readonly string[]>;
  /** For a Gateway: the ServiceImports that its routes may send to. */
  readonly routeImports: Steps['routeServices'];
  /** For a Gateway: the XBackends that its routes may send to. */
  readonly routeXBackends: () => Derived<undefined, AttachedRoute, readonly string[]>;
  /** Every XBackend, by `namespace/name`. */
  readonly xBackends: Derived<undefined, XBackend, XBackendModel>;
  /** For a Gateway: the certificates with these names. */
  readonly presented: () => Derived<undefined, number, CertificateModel>;
  /** XTelemetryPolicies that target a Gateway of ours, or none. */
  readonly telemetry: Derived<undefined, TelemetryPolicy, PolicyModel>;
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
  const allowLoopback = options.allowLoopback === true;
  const tls = memoByReads<AnyService, ServiceTls>((service, reads, previous) =>
    keepEqual(previous, serviceTls(serviceRefOf(service), service, reads, system)),
  );
  const traffic = memoByReads<AnyService, ServiceTraffic>((service, reads, previous) =>
    keepEqual(previous, serviceTraffic(serviceRefOf(service), true, reads)),
  );
  const xBackend = memoByReads<XBackend, XBackendModel>((backend, reads, previous) =>
    keepEqual(previous, xBackendModel(backend, reads, { system, check, allowLoopback })),
  );
  const ruleOptions = {
    tls,
    traffic,
    xBackend,
    checks,
    allowExternalName: options.allowExternalName,
    allowLoopback,
    cluster: stableClusters(lastCluster, counts),
  };
  const resolve = memoByReads<Route, ResolvedRoute>((route, reads, previous) => {
    counts.routesResolved += 1;
    return isL4Route(route)
      ? resolveL4Route(route, previous, reads, ruleOptions)
      : resolveRoute(route, previous, reads, ruleOptions);
  });
  const telemetry = memoByReads<TelemetryPolicy, TelemetrySettings>((policy, reads, previous) =>
    keepEqual(previous, telemetrySettings(policy, reads, ruleOptions)),
  );
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

  const referenced =
    (kind: AnyService['kind'] | 'XBackend') =>
    (_: undefined, route: AttachedRoute, reads: Reads, previous: readonly string[] | undefined) =>
      keepEqual(previous, backendsOf({ group: KINDS[kind].group, kind }, route, reads));
  const securedOf = (kind: AnyService['kind']): Steps['secured'] =>
    derive((_, _policies, reads, previous, key) => {
      const [namespace = '', name = ''] = key.split('/');
      const service = reads.get(kind, namespace, name);
      return service === undefined
        ? keepEqual(previous, serviceTls({ kind, namespace, name }, undefined, reads, system))
        : tls(service, reads, previous);
    });
  const traffickedOf = (kind: AnyService['kind']): Steps['trafficked'] =>
    derive((_, _policies, reads, previous, key) => {
      const [namespace = '', name = ''] = key.split('/');
      const service = reads.get(kind, namespace, name);
      return service === undefined
        ? keepEqual(previous, serviceTraffic({ kind, namespace, name }, false, reads))
        : traffic(service, reads, previous);
    });

  const listenerOptions = { ...options, check, backends: ruleOptions };

  return {
    placed: derive((_, gateway, reads, previous) =>
      placeGateway(gateway, reads, listenerOptions, tracingOf(gateway, reads, telemetry), previous),
    ),
    listeners: () =>
      derive((context, placed, reads, previous) => {
        counts.listenersAnalysed += 1;
        return keepEqual(previous, analyseListener(placed, context, reads, listenerOptions));
      }),
    classModel: memoByReads<GatewayClass, GatewayClassModel>(gatewayClassModel),
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
    secured: securedOf('Service'),
    securedImports: securedOf('ServiceImport'),
    trafficked: traffickedOf('Service'),
    traffickedImports: traffickedOf('ServiceImport'),
    misplaced: derive((_, policies, _reads, previous, key) =>
      keepEqual(previous, { policies: [...policies.values()].map((policy) => misplaced(policy, key)) }),
    ),
    routeServices: () => derive(referenced('Service')),
    routeImports: () => derive(referenced('ServiceImport')),
    routeXBackends: () => derive(referenced('XBackend')),
    xBackends: derive((_, backend, reads, previous) => xBackend(backend, reads, previous)),
    presented: () =>
      derive((_, _uses, reads, _previous, name) => {
        const [, namespace = '', secretName = ''] = name.split('/');
        const secret = reads.get('Secret', namespace, secretName);
        const checked = secret && check(secret);
        return typeof checked === 'string' ? undefined : checked;
      }),
    telemetry: derive((_, policy, reads, previous) =>
      keepEqual(previous, telemetryPolicyModel(policy, reads, telemetry, options)),
    ),
    bundles: () =>
      derive((_, _uses, reads, previous, name) => keepEqual(previous, caBundle(name, reads, system))),
  };
}

function serviceRefOf(service: AnyService): ServiceRef {
  const { namespace = '', name } = service.metadata;
  return { kind: service.kind, namespace, name };
}
