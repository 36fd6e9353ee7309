import type { InstalledBundle } from '../resources/index.js';
import { BUILT_IN } from './conditions/gateway-class-supported-version.js';
import { isBeforeV17 } from './installed.js';

/**
 * Names of the features of Gateway API v1.7.0 that are supported in full, in ascending order (GatewayClassStatus.supportedFeatures). Only what is
 * claimed here is told to users and to the conformance suite; docs/reference/features.md says of each how it is shown. Source: the API's
 * `pkg/features`.
 */
export const SUPPORTED_FEATURES: readonly string[] = [
  'BackendTLSPolicy',
  'BackendTLSPolicySANValidation',
  'ClusterTrustBundle',
  'GRPCRoute',
  'GRPCRouteNamedRouteRule',
  'GRPCRouteRequestHeaderModifier',
  'Gateway',
  'GatewayAddressEmpty',
  'GatewayAddressRoutability',
  'GatewayBackendClientCertificate',
  'GatewayFrontendClientCertificateValidation',
  'GatewayFrontendClientCertificateValidationInsecureFallback',
  'GatewayHTTPListenerIsolation',
  'GatewayHTTPSListenerDetectMisdirectedRequests',
  'GatewayListenerFilters',
  'GatewayPort8080',
  'GatewayRouteHostnameIntersectionPrecedence',
  'GatewayStaticAddresses',
  'HTTPRoute',
  'HTTPRoute303RedirectStatusCode',
  'HTTPRoute307RedirectStatusCode',
  'HTTPRoute308RedirectStatusCode',
  'HTTPRouteBackendProtocolH2C',
  'HTTPRouteBackendProtocolWebSocket',
  'HTTPRouteBackendRequestHeaderModification',
  'HTTPRouteBackendTimeout',
  'HTTPRouteBackendURLRewrite',
  'HTTPRouteCORS',
  'HTTPRouteDestinationPortMatching',
  'HTTPRouteHostRewrite',
  'HTTPRouteMethodMatching',
  'HTTPRouteNamedRouteRule',
  'HTTPRouteParentRefPort',
  'HTTPRoutePathRedirect',
  'HTTPRoutePathRewrite',
  'HTTPRoutePortRedirect',
  'HTTPRouteQueryParamMatching',
  'HTTPRouteRequestMirror',
  'HTTPRouteRequestMultipleMirrors',
  'HTTPRouteRequestPercentageMirror',
  'HTTPRouteRequestTimeout',
  'HTTPRouteResponseHeaderModification',
  'HTTPRouteRetryCodes',
  'HTTPRouteRetryConnectionError',
  'HTTPRouteSchemeRedirect',
  'ListenerSet',
  'ReferenceGrant',
  'TCPRoute',
  'TLSRoute',
  'TLSRouteModeMixed',
  'TLSRouteModeTerminate',
  'UDPRoute',
];

/** Features of what is made for a Gateway in a cluster: of objects from files nothing of the kind is made. In ascending order. */
export const CLUSTER_FEATURES: readonly string[] = [
  'GatewayAddressRoutabilityCluster',
  'GatewayInfrastructure',
];

/** What releases before v1.7 call features that were renamed then, by their names since. */
const FORMER_NAMES: Readonly<Record<string, readonly string[]>> = {
  GatewayInfrastructure: ['GatewayInfrastructurePropagation'],
  HTTPRouteRetryCodes: ['HTTPRouteRetry', 'HTTPRouteRetryBackendTimeout'],
};

/** What GatewayClasses tell, in ascending order: by the names that the installed release has. */
export function supportedFeatures(bundle: InstalledBundle): readonly string[] {
  if (bundle === BUILT_IN) return SUPPORTED_FEATURES;
  const all = [...SUPPORTED_FEATURES, ...CLUSTER_FEATURES];
  const isFormer = isBeforeV17(bundle);
  return all.flatMap((name) => (isFormer ? (FORMER_NAMES[name] ?? [name]) : [name])).toSorted();
}
