import {
  displayRef,
  refOf,
  type BackendObjectReference,
  type Route,
  type RouteKind,
  type Service,
} from '../resources/index.js';
import type { Memo, Reads } from '../store/index.js';
import { tlsOfPort } from './backend-tls.js';
import type { ServiceTls } from './backend-tls-model.js';
import { protocolFault, protocolOf, type clusterOf } from './clusters.js';
import { isSelfReference } from './external-name.js';
import { isPermitted, permitFor, type ReferenceFrom, type ReferenceTo } from './grants.js';
import type { ClusterModel, Permit, Refusal } from './model.js';
import { refusal } from './refusals.js';

// Source: Gateway API, HTTPBackendRef, GRPCBackendRef and RouteConditionReason of ResolvedRefs; DESIGN D11, D17.

export interface BackendOptions {
  readonly allowExternalName: boolean;
  readonly allowLoopback: boolean;
  /** Gives the same cluster for the same Service and port, so that its identity is stable. */
  readonly cluster: typeof clusterOf;
  /** What the BackendTLSPolicies of a Service come to. */
  readonly tls: Memo<Service, ServiceTls>;
}

/**
 * The cluster a backendRef names, or why it names none. A Service without ready endpoints is a cluster all the same: Envoy answers
 * 503 for it.
 * @param at field path of the backendRef
 */
export function resolveBackend(
  ref: BackendObjectReference,
  route: Route,
  at: string,
  reads: Reads,
  options: BackendOptions,
): ClusterModel | Refusal {
  const service = resolveService(ref, route, at, reads);
  if ('accepted' in service) return service;
  return resolvePort(service, ref.port, route.kind, displayRef(refOf(service)), at, reads, options);
}

/** The Service a backendRef names, if it may. @param at field path of the backendRef */
export function resolveService(
  ref: BackendObjectReference,
  route: Route,
  at: string,
  reads: Reads,
): Service | Refusal {
  const { from, to } = referenceOf(ref, route);
  if (to.group !== '' || to.kind !== 'Service') {
    const kind = to.group === '' ? to.kind : `${to.kind}.${to.group}`;
    return refusal('InvalidKind', `a backend of kind ${kind} is not supported; Service is`, at);
  }
  if (!isPermitted(from, to, reads)) {
    const message = `no ReferenceGrant in namespace ${to.namespace} lets ${from.kind}s of ${from.namespace} refer to ${displayRef(to)}`;
    return refusal('RefNotPermitted', message, at);
  }
  const service = reads.get('Service', to.namespace, to.name);
  return service ?? refusal('BackendNotFound', `${displayRef(to)} does not exist`, at);
}

/** The permission that a backendRef needs; undefined within its namespace. */
export function permitOfBackend(ref: BackendObjectReference, route: Route): Permit | undefined {
  const { from, to } = referenceOf(ref, route);
  return permitFor(from, to);
}

function referenceOf(
  ref: BackendObjectReference,
  route: Route,
): { readonly from: ReferenceFrom; readonly to: ReferenceTo } {
  const namespace = route.metadata.namespace ?? '';
  return {
    from: { group: 'gateway.networking.k8s.io', kind: route.kind, namespace },
    to: {
      group: ref.group ?? '',
      kind: ref.kind ?? 'Service',
      namespace: ref.namespace ?? namespace,
      name: ref.name,
    },
  };
}

function resolvePort(
  service: Service,
  port: number | undefined,
  spoken: RouteKind,
  name: string,
  at: string,
  reads: Reads,
  options: BackendOptions,
): ClusterModel | Refusal {
  if (port === undefined) return refusal('BackendNotFound', `a port is required for ${name}`, at);
  const candidates = (service.spec?.ports ?? []).filter((p) => p.port === port);
  const servicePort = candidates.find((p) => p.protocol === 'TCP');
  const external = service.spec?.type === 'ExternalName';
  if (servicePort === undefined && candidates.length > 0) {
    return refusal('UnsupportedProtocol', `port ${port} of ${name} is not a TCP port`, at);
  }
  if (servicePort === undefined && !external)
    return refusal('BackendNotFound', `${name} has no port ${port}`, at);
  const appProtocol = servicePort?.appProtocol;
  const tls = tlsOfPort(options.tls(service, reads), port);
  if (tls !== undefined && 'accepted' in tls) return { ...tls, at };
  const protocol = protocolOf(appProtocol, spoken, tls !== undefined);
  if (protocol === undefined) {
    const message = `appProtocol ${appProtocol ?? ''} of port ${port} of ${name} ${protocolFault(appProtocol ?? '')}`;
    return refusal('UnsupportedProtocol', message, at);
  }
  if (!external) return options.cluster(service, port, { protocol, discovery: { kind: 'endpoints' }, tls });
  const hostname = service.spec.externalName ?? '';
  if (!options.allowExternalName) {
    return refusal('InvalidKind', `${name} is of type ExternalName, which is not allowed here`, at);
  }
  if (hostname === '' || (isSelfReference(hostname) && !options.allowLoopback)) {
    return refusal(
      'InvalidKind',
      `${name} is of type ExternalName and names ${hostname || 'nothing'}, which is not allowed here`,
      at,
    );
  }
  return options.cluster(service, port, { protocol, discovery: { kind: 'dns', hostname, port }, tls });
}
