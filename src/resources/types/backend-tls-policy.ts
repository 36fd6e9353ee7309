import type { KubeObject } from '../object.js';

// BackendTLSPolicy of gateway.networking.k8s.io/v1, with structural defaults applied. Source: Gateway API v1.7.0.

export interface PolicyTargetReference {
  readonly group: string;
  readonly kind: string;
  readonly name: string;
  /** Of a Service: the name of a port. */
  readonly sectionName?: string;
}

export interface CaCertificateReference {
  readonly group: string;
  readonly kind: string;
  readonly name: string;
}

export type SubjectAltName =
  { readonly type: 'Hostname'; readonly hostname: string } | { readonly type: 'URI'; readonly uri: string };

export interface BackendTlsPolicy extends KubeObject {
  readonly kind: 'BackendTLSPolicy';
  readonly spec: {
    readonly targetRefs: readonly PolicyTargetReference[];
    readonly validation: {
      /** Exactly one of this and `wellKnownCACertificates` is set (a CEL rule). */
      readonly caCertificateRefs?: readonly CaCertificateReference[];
      readonly wellKnownCACertificates?: string;
      readonly hostname: string;
      readonly subjectAltNames?: readonly SubjectAltName[];
    };
    readonly options?: Readonly<Record<string, string>>;
  };
}
