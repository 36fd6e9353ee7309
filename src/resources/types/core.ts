import type { KubeObject } from '../object.js';

// Kinds of the core group, discovery.k8s.io and certificates.k8s.io, as far as they are read. Source: Kubernetes API reference.

export interface Namespace extends KubeObject {
  readonly kind: 'Namespace';
}

export interface ServicePort {
  readonly name?: string;
  readonly protocol: 'TCP' | 'UDP' | 'SCTP';
  readonly port: number;
  readonly targetPort?: number | string;
  readonly appProtocol?: string;
}

export interface Service extends KubeObject {
  readonly kind: 'Service';
  readonly spec?: {
    readonly type?: 'ClusterIP' | 'NodePort' | 'LoadBalancer' | 'ExternalName';
    readonly clusterIP?: string;
    readonly externalName?: string;
    readonly selector?: Readonly<Record<string, string>>;
    readonly publishNotReadyAddresses?: boolean;
    readonly sessionAffinity?: 'None' | 'ClientIP';
    readonly ports?: readonly ServicePort[];
  };
}

export interface Endpoint {
  readonly addresses: readonly string[];
  readonly conditions?: {
    /** Absent means ready (discovery/v1.EndpointConditions). */
    readonly ready?: boolean;
    readonly serving?: boolean;
    readonly terminating?: boolean;
  };
}

export interface EndpointPort {
  readonly name?: string;
  readonly port?: number;
  readonly protocol?: 'TCP' | 'UDP' | 'SCTP';
  readonly appProtocol?: string;
}

/** Belongs to the Service that its label `kubernetes.io/service-name` names. */
export interface EndpointSlice extends KubeObject {
  readonly kind: 'EndpointSlice';
  readonly addressType: 'IPv4' | 'IPv6' | 'FQDN';
  readonly endpoints: readonly Endpoint[];
  readonly ports?: readonly EndpointPort[];
}

/** `data` values are base64, as in the API; `stringData` is merged into `data` on ingest and never seen here. */
export interface Secret extends KubeObject {
  readonly kind: 'Secret';
  readonly type?: string;
  readonly data?: Readonly<Record<string, string>>;
}

/** PEM certificates that the whole cluster may trust. Source: certificates.k8s.io. */
export interface ClusterTrustBundle extends KubeObject {
  readonly kind: 'ClusterTrustBundle';
  readonly spec: { readonly signerName?: string; readonly trustBundle: string };
}

export interface ConfigMap extends KubeObject {
  readonly kind: 'ConfigMap';
  readonly data?: Readonly<Record<string, string>>;
  readonly binaryData?: Readonly<Record<string, string>>;
}
