import type { KubeObject } from '../object.js';
import type { SessionPersistence } from './session-persistence.js';

// How traffic to a backend is handled, with structural defaults applied: XBackendTrafficPolicy of gateway.networking.x-k8s.io/v1alpha1, and
// what it was in v1.1. Source: Gateway API v1.7.0; GEP-1619, GEP-3388.

export interface RetryConstraint {
  readonly budget?: { readonly percent?: number; readonly interval?: string };
  /** Either may be absent where the other is written. */
  readonly minRetryRate?: { readonly count?: number; readonly interval?: string };
}

interface Spec {
  readonly targetRefs: readonly { readonly group: string; readonly kind: string; readonly name: string }[];
  readonly sessionPersistence?: SessionPersistence;
}

export interface XBackendTrafficPolicy extends KubeObject {
  readonly kind: 'XBackendTrafficPolicy';
  readonly spec: Spec & { readonly retryConstraint?: RetryConstraint };
}

/** Of gateway.networking.k8s.io/v1alpha2, gone since v1.3; `sessionPersistence` is in its current form. */
export interface BackendLbPolicy extends KubeObject {
  readonly kind: 'BackendLBPolicy';
  readonly spec: Spec;
}

export type BackendTrafficPolicy = XBackendTrafficPolicy | BackendLbPolicy;
