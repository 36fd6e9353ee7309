import type { ObjectRef } from '../resources/index.js';
import type { BackendTls } from './backend-tls-model.js';
import type { RetryBudget } from './backend-traffic-model.js';

// Backends as Envoy knows them.

/** What something relies on that may be taken back – a ReferenceGrant, that no policy asks for TLS –: opaque; see `isStillPermitted`. */
export type Permit = string;

/** A backend as Envoy knows it. Named for the backend, never for a rule (DESIGN D4). */
export interface ClusterModel {
  /** `<namespace>_<service>_<port>` for default settings; `xbackend_` before it for an XBackend, `serviceimport_` for a ServiceImport. */
  readonly name: string;
  /** A Service, a ServiceImport or an XBackend. */
  readonly backend: ObjectRef;
  readonly port: number;
  readonly protocol: 'http1' | 'http2';
  readonly discovery:
    | { readonly kind: 'endpoints' }
    | { readonly kind: 'dns'; readonly hostname: string; readonly port: number };
  /** Undefined: plain text. */
  readonly tls: BackendTls | undefined;
  /** Undefined: no limit but those of each rule. */
  readonly retryBudget: RetryBudget | undefined;
}

export interface EndpointsModel {
  readonly cluster: string;
  /** Sorted, without duplicates. Only endpoints that may take new requests. */
  readonly endpoints: readonly { readonly address: string; readonly port: number }[];
}
