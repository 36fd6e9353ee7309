import type { AnyService, KindName, KnownObject, L4Route, Route, RouteKind } from './types/index.js';

/** One kind that is read: where it lives in the API and how it is scoped. */
export interface Kind {
  readonly name: KindName;
  readonly group: string;
  readonly plural: string;
  readonly namespaced: boolean;
  /** The version objects have after ingest. */
  readonly version: string;
  /** Versions accepted on ingest, equal in shape to `version`. */
  readonly served: readonly string[];
  /** `gateway-api`: validated by its CRD's schema and CEL rules; `kubernetes`: by Kubernetes' OpenAPI document. */
  readonly schema: 'gateway-api' | 'kubernetes';
  /** Whether what an object's `status` says is read, and not only written by others. */
  readonly readsStatus?: true;
}

const GATEWAY_API = 'gateway.networking.k8s.io';

export const KINDS: Readonly<Record<KindName, Kind>> = {
  GatewayClass: gatewayApi('GatewayClass', 'gatewayclasses', false, ['v1', 'v1beta1']),
  Gateway: gatewayApi('Gateway', 'gateways', true, ['v1', 'v1beta1']),
  ListenerSet: gatewayApi('ListenerSet', 'listenersets', true, ['v1']),
  HTTPRoute: gatewayApi('HTTPRoute', 'httproutes', true, ['v1', 'v1beta1']),
  GRPCRoute: gatewayApi('GRPCRoute', 'grpcroutes', true, ['v1']),
  TLSRoute: gatewayApi('TLSRoute', 'tlsroutes', true, ['v1', 'v1alpha3', 'v1alpha2']),
  TCPRoute: gatewayApi('TCPRoute', 'tcproutes', true, ['v1', 'v1alpha2']),
  UDPRoute: gatewayApi('UDPRoute', 'udproutes', true, ['v1', 'v1alpha2']),
  ReferenceGrant: gatewayApi('ReferenceGrant', 'referencegrants', true, ['v1', 'v1beta1']),
  BackendTLSPolicy: gatewayApi('BackendTLSPolicy', 'backendtlspolicies', true, ['v1', 'v1alpha3']),
  XBackend: experimental('XBackend', 'xbackends'),
  XBackendTrafficPolicy: experimental('XBackendTrafficPolicy', 'xbackendtrafficpolicies'),
  XTelemetryPolicy: experimental('XTelemetryPolicy', 'xtelemetrypolicies'),
  // No API server serves it any more.
  BackendLBPolicy: {
    ...gatewayApi('BackendLBPolicy', 'backendlbpolicies', true, ['v1alpha2']),
    version: 'v1alpha2',
  },
  Service: kubernetes('Service', '', 'services', true),
  ServiceImport: {
    name: 'ServiceImport',
    group: 'multicluster.x-k8s.io',
    plural: 'serviceimports',
    namespaced: true,
    version: 'v1alpha1',
    served: ['v1beta1', 'v1alpha1'],
    schema: 'gateway-api',
  },
  Pod: { ...kubernetes('Pod', '', 'pods', true), readsStatus: true },
  EndpointSlice: kubernetes('EndpointSlice', 'discovery.k8s.io', 'endpointslices', true),
  Secret: kubernetes('Secret', '', 'secrets', true),
  ConfigMap: kubernetes('ConfigMap', '', 'configmaps', true),
  ClusterTrustBundle: {
    ...kubernetes('ClusterTrustBundle', 'certificates.k8s.io', 'clustertrustbundles', false),
    served: ['v1', 'v1beta1', 'v1alpha1'],
  },
  Namespace: kubernetes('Namespace', '', 'namespaces', false),
};

/** Whether it is the name of a kind that is read, whatever its group. */
export function isKindName(kind: string): kind is KindName {
  return Object.hasOwn(KINDS, kind);
}

export const ROUTE_KINDS: readonly RouteKind[] = [
  'HTTPRoute',
  'GRPCRoute',
  'TLSRoute',
  'TCPRoute',
  'UDPRoute',
];

const SERVICE_KINDS: readonly AnyService['kind'][] = ['Service', 'ServiceImport'];

/** The kind, if its objects are referred to by port and have their endpoints in EndpointSlices. */
export function serviceKindOf({
  group,
  kind,
}: {
  readonly group: string;
  readonly kind: string;
}): AnyService['kind'] | undefined {
  return SERVICE_KINDS.find((known) => known === kind && KINDS[known].group === group);
}

export function isRoute(object: KnownObject): object is Route {
  return ROUTE_KINDS.some((kind) => kind === object.kind);
}

/** Whether it hands on connections or datagrams as they are. */
export function isL4Route(route: Route): route is L4Route {
  return route.kind === 'TLSRoute' || route.kind === 'TCPRoute' || route.kind === 'UDPRoute';
}

function gatewayApi(name: KindName, plural: string, namespaced: boolean, served: readonly string[]): Kind {
  return { name, group: GATEWAY_API, plural, namespaced, version: 'v1', served, schema: 'gateway-api' };
}

/** Of the experimental channel. */
function experimental(name: KindName, plural: string): Kind {
  const group = 'gateway.networking.x-k8s.io';
  return { ...gatewayApi(name, plural, true, ['v1alpha1']), group, version: 'v1alpha1' };
}

function kubernetes(name: KindName, group: string, plural: string, namespaced: boolean): Kind {
  return { name, group, plural, namespaced, version: 'v1', served: ['v1'], schema: 'kubernetes' };
}
