import type { BackendTlsPolicy } from '../resources/index.js';
import type { TargetingPolicy } from './policy-model.js';
import type { Refusal } from './verdict.js';

/** How TLS is spoken to a backend. The content of its CAs is not in it: their rotation makes no other cluster (DESIGN D7). */
export interface BackendTls {
  /** Sent as server name (SNI). */
  readonly hostname: string;
  /** The certificate has to carry one of them; never empty. */
  readonly names: readonly AltName[];
  /** Name of the {@link CaBundleModel} that the certificate has to chain up to. */
  readonly ca: string;
  /** What is presented to a backend that asks, where the backend itself says so: the name of a certificate, or nothing. Absent: what the Gateway presents. */
  readonly client?: { readonly certificate: string | undefined };
}

/** A DNS name may begin with `*.`, which stands for one label. */
export interface AltName {
  readonly kind: 'dns' | 'uri';
  readonly value: string;
}

/** CA certificates that backends or clients are verified by. */
export interface CaBundleModel {
  /**
   * SDS name: `ca/<namespace>/<ConfigMap>`, or `ca/ClusterTrustBundle/<name>`; several names joined by `+`, several places by `,`. Or `ca/system`.
   */
  readonly name: string;
  /** PEM, never empty. */
  readonly certificates: string;
}

/** What the BackendTLSPolicies that target one Service or ServiceImport come to. */
export interface ServiceTls {
  /** In force for ports that no policy names: settings, or why nothing may be sent. Undefined: no policy. */
  readonly whole: BackendTls | Refusal | undefined;
  /** In force for ports that a policy names. */
  readonly ports: readonly { readonly port: number; readonly tls: BackendTls | Refusal }[];
  /** Every policy that targets the Service, in order of precedence. */
  readonly policies: readonly TargetingPolicy<BackendTlsPolicy>[];
}
