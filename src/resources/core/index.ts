// What Kubernetes does in code to the kinds it defines itself; the schema of their OpenAPI document is checked before.
import type { Findings } from '../schema/findings.js';
import type { JsonObject } from '../schema/json.js';
import type { KindTypes, KnownObject } from '../types/index.js';
import { clusterTrustBundle } from './cluster-trust-bundle.js';
import { configMap } from './config-map.js';
import type { CoreKind, CoreKindName } from './core-kind.js';
import { endpointSlice } from './endpoint-slice.js';
import { namespace } from './namespace.js';
import { pod } from './pod.js';
import { secret } from './secret.js';
import { service } from './service.js';

const DEFAULTS: ReadonlyMap<string, CoreKind<CoreKindName>['defaults']> = new Map([
  ['Service', service.defaults],
  ['Pod', pod.defaults],
  ['EndpointSlice', endpointSlice.defaults],
  ['Secret', secret.defaults],
]);

/** Kubernetes' defaults for the fields that are read, by kind; the body is not changed. */
export function coreDefaults(kind: string, body: JsonObject): JsonObject {
  return DEFAULTS.get(kind)?.(body) ?? body;
}

/** Holds an object whose shape is right against Kubernetes' own rules and returns it as an API server would store it. */
export function admitCore(object: KnownObject, findings: Findings): KnownObject {
  switch (object.kind) {
    case 'Namespace':
      return admit(namespace, object, findings);
    case 'Service':
      return admit(service, object, findings);
    case 'Pod':
      return admit(pod, object, findings);
    case 'EndpointSlice':
      return admit(endpointSlice, object, findings);
    case 'Secret':
      return admit(secret, object, findings);
    case 'ConfigMap':
      return admit(configMap, object, findings);
    case 'ClusterTrustBundle':
      return admit(clusterTrustBundle, object, findings);
    case 'GatewayClass':
    case 'Gateway':
    case 'ListenerSet':
    case 'HTTPRoute':
    case 'GRPCRoute':
    case 'TLSRoute':
    case 'TCPRoute':
    case 'UDPRoute':
    case 'ReferenceGrant':
    case 'BackendTLSPolicy':
    case 'XBackendTrafficPolicy':
    case 'BackendLBPolicy':
    case 'XBackend':
    case 'ServiceImport':
    case 'XTelemetryPolicy':
    case 'GatewayParameters':
      return object;
  }
}

function admit<Name extends CoreKindName>(
  kind: CoreKind<Name>,
  object: KindTypes[Name],
  findings: Findings,
): KindTypes[Name] {
  for (const rule of kind.rules) rule(object, findings);
  return kind.finish?.(object) ?? object;
}
