import type { KnownObject, Listener, ObjectRef } from '../../resources/index.js';

export type ContentKind = 'Secret' | 'ConfigMap';

/** Names a Secret or a ConfigMap; as a text `Kind namespace/name`. */
export interface ContentRef {
  readonly kind: ContentKind;
  readonly namespace: string;
  readonly name: string;
}

interface Reference {
  readonly group?: string;
  readonly kind?: string;
  readonly namespace?: string;
  readonly name: string;
}

/**
 * The Secrets and ConfigMaps whose contents the object needs. Whether it may have them is for routing to say: what is fetched is kept here, and reaches only whom a
 * grant allows.
 */
export function referencesOf(object: KnownObject): readonly ContentRef[] {
  const own = object.metadata.namespace ?? '';
  return referring(object).flatMap(({ group = '', kind = 'Secret', namespace = own, name }) =>
    group === '' && (kind === 'Secret' || kind === 'ConfigMap') ? [{ kind, namespace, name }] : [],
  );
}

function referring(object: KnownObject): readonly Reference[] {
  switch (object.kind) {
    case 'Gateway': {
      const { listeners, tls } = object.spec;
      const client = tls?.backend?.clientCertificateRef;
      const frontends = [tls?.frontend?.default, ...(tls?.frontend?.perPort ?? []).map((port) => port.tls)];
      return [
        ...listeners.flatMap(ofListener),
        ...(client === undefined ? [] : [client]),
        ...frontends.flatMap((frontend) => frontend?.validation?.caCertificateRefs ?? []),
      ];
    }
    case 'ListenerSet':
      return object.spec.listeners.flatMap(ofListener);
    case 'BackendTLSPolicy':
      return object.spec.validation.caCertificateRefs ?? [];
    case 'XBackend': {
      const { validation, clientCertificateRef } = object.spec.tls;
      return [
        ...(validation?.caCertificateRefs ?? []),
        ...(clientCertificateRef === undefined ? [] : [clientCertificateRef]),
      ];
    }
    case 'GatewayClass':
    case 'HTTPRoute':
    case 'GRPCRoute':
    case 'TLSRoute':
    case 'TCPRoute':
    case 'UDPRoute':
    case 'ReferenceGrant':
    case 'XBackendTrafficPolicy':
    case 'BackendLBPolicy':
    case 'XTelemetryPolicy':
    case 'Service':
    case 'Pod':
    case 'EndpointSlice':
    case 'Secret':
    case 'ConfigMap':
    case 'ClusterTrustBundle':
    case 'Namespace':
    case 'ServiceImport':
    case 'GatewayParameters':
      return [];
  }
}

function ofListener({ tls }: Listener): readonly Reference[] {
  return tls?.certificateRefs ?? [];
}

export function keyOfContent({ kind, namespace, name }: ContentRef): string {
  return `${kind} ${namespace}/${name}`;
}

export function refOfContent({ kind, namespace, name }: ContentRef): ObjectRef {
  return { group: '', kind, namespace, name };
}
