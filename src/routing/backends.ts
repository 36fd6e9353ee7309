import {
  displayRef,
  groupOf,
  KINDS,
  serviceKindOf,
  type AnyService,
  type BackendObjectReference,
  type KubeObject,
  type RouteKind,
  type XBackend,
} from '../resources/index.js';
import type { Memo, Reads } from '../store/index.js';
import { tlsOfPort } from './backend-tls.js';
import type { ServiceTls } from './backend-tls-model.js';
import type { ServiceTraffic } from './backend-traffic-model.js';
import { protocolFault, protocolOf, type clusterOf } from './clusters.js';
import { isSelfReference } from './external-name.js';
import { isPermitted, notGranted, permitFor, type ReferenceFrom, type ReferenceTo } from './grants.js';
import type { ClusterModel, Permit, Refusal } from './model.js';
import { refusal } from './refusals.js';
import { resolveXBackend } from './x-backend-cluster.js';
import type { XBackendModel } from './x-backend-model.js';

// Source: Gateway API, HTTPBackendRef, GRPCBackendRef and RouteConditionReason of ResolvedRefs; DESIGN D11, D17.

const X_GROUP = KINDS.XBackend.group;
const SERVICES = `Service and ServiceImport.${KINDS.ServiceImport.group} are`;

export interface BackendOptions {
  readonly allowExternalName: boolean;
  readonly allowLoopback: boolean;
  /** Gives the same cluster for the same backend and port, so that its identity is stable. */
  readonly cluster: typeof clusterOf;
  /** What an XBackend comes to. */
  readonly xBackend: Memo<XBackend, XBackendModel>;
  /** What the BackendTLSPolicies of a Service or ServiceImport come to. */
  readonly tls: Memo<AnyService, ServiceTls>;
  /** What the policies on traffic to a Service or ServiceImport come to. */
  readonly traffic: Memo<AnyService, ServiceTraffic>;
}

/** Whose reference it is. */
export type Referrer = Pick<KubeObject, 'apiVersion' | 'kind' | 'metadata'>;

/**
 * The cluster a backendRef names, or why it names none. A Service without ready endpoints is a cluster all the same: Envoy answers
 * 503 for it.
 * @param at field path of the backendRef
 * @param http2 whether nothing else is spoken to it; by default as to the backends of a route of this kind
 */
export function resolveBackend(
  ref: BackendObjectReference,
  referrer: Referrer,
  at: string,
  reads: Reads,
  options: BackendOptions,
  http2 = referrer.kind === 'GRPCRoute',
): ClusterModel | Refusal {
  const { from, to } = referenceOf(ref, referrer);
  const spoken = http2 ? 'GRPCRoute' : 'HTTPRoute';
  if (to.group === X_GROUP && to.kind === 'XBackend') {
    // GEP-4894: whoever sends owns the XBackend. No grant changes that.
    if (to.namespace !== from.namespace) {
      const message = `an XBackend has to be in the namespace of the ${from.kind}; ${displayRef(to)} is not`;
      return refusal('RefNotPermitted', message, at);
    }
    const backend = reads.get('XBackend', to.namespace, to.name);
    if (backend === undefined) return refusal('BackendNotFound', `${displayRef(to)} does not exist`, at);
    return resolveXBackend(backend, options.xBackend(backend, reads), spoken, at, options.cluster);
  }
  const service = resolveService(
    ref,
    referrer,
    at,
    reads,
    `Service, ServiceImport.${KINDS.ServiceImport.group} and XBackend.${X_GROUP} are`,
  );
  if ('accepted' in service) return service;
  return resolvePort(service, ref.port, spoken, displayRef(to), at, reads, options);
}

/**
 * The Service or ServiceImport a backendRef names, if it may. A ServiceImport is looked for whether the cluster knows the kind or not: where it does not, there
 * is none.
 * @param at field path of the backendRef
 * @param supported what may be named, in words
 */
export function resolveService(
  ref: BackendObjectReference,
  referrer: Referrer,
  at: string,
  reads: Reads,
  supported = SERVICES,
): AnyService | Refusal {
  const { from, to } = referenceOf(ref, referrer);
  const serviceKind = serviceKindOf(to);
  if (serviceKind === undefined) {
    const kind = to.group === '' ? to.kind : `${to.kind}.${to.group}`;
    return refusal('InvalidKind', `a backend of kind ${kind} is not supported; ${supported}`, at);
  }
  if (!isPermitted(from, to, reads)) {
    return refusal('RefNotPermitted', notGranted(from, to), at);
  }
  const service = reads.get(serviceKind, to.namespace, to.name);
  return service ?? refusal('BackendNotFound', `${displayRef(to)} does not exist`, at);
}

/** The permission that a backendRef needs; undefined within its namespace. */
export function permitOfBackend(ref: BackendObjectReference, referrer: Referrer): Permit | undefined {
  const { from, to } = referenceOf(ref, referrer);
  return permitFor(from, to);
}

function referenceOf(
  ref: BackendObjectReference,
  referrer: Referrer,
): { readonly from: ReferenceFrom; readonly to: ReferenceTo } {
  const { apiVersion, kind, metadata } = referrer;
  const { namespace = '' } = metadata;
  return {
    from: { group: groupOf(apiVersion), kind, namespace },
    to: {
      group: ref.group ?? '',
      kind: ref.kind ?? 'Service',
      namespace: ref.namespace ?? namespace,
      name: ref.name,
    },
  };
}

function resolvePort(
  service: AnyService,
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
  const external =
    service.kind === 'Service' && service.spec?.type === 'ExternalName' ? service.spec : undefined;
  if (servicePort === undefined && candidates.length > 0) {
    return refusal('UnsupportedProtocol', `port ${port} of ${name} is not a TCP port`, at);
  }
  if (servicePort === undefined && external === undefined)
    return refusal('BackendNotFound', `${name} has no port ${port}`, at);
  const appProtocol = servicePort?.appProtocol;
  const tls = tlsOfPort(options.tls(service, reads), port);
  if (tls !== undefined && 'accepted' in tls) return { ...tls, at };
  const protocol = protocolOf(appProtocol, spoken, tls !== undefined);
  if (protocol === undefined) {
    const message = `appProtocol ${appProtocol ?? ''} of port ${port} of ${name} ${protocolFault(appProtocol ?? '')}`;
    return refusal('UnsupportedProtocol', message, at);
  }
  const { retryBudget } = options.traffic(service, reads);
  const settings = { protocol, tls, retryBudget };
  if (external === undefined)
    return options.cluster(service, port, { ...settings, discovery: { kind: 'endpoints' } });
  const hostname = external.externalName ?? '';
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
  return options.cluster(service, port, { ...settings, discovery: { kind: 'dns', hostname, port } });
}
