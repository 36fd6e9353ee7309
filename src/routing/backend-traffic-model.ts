import type { BackendTrafficPolicy } from '../resources/index.js';
import type { TargetingPolicy } from './policy-model.js';
import type { SessionSettings } from './session-model.js';

/** How many retries of a backend may be under way. Source: Gateway API v1.7.0, RetryConstraint; GEP-3388. */
export interface RetryBudget {
  /** Of the requests that are under way, retries included. */
  readonly percent: number;
  /** So many may be at any rate. */
  readonly least: number;
}

/** What the policies that target one Service or ServiceImport, XBackendTrafficPolicy and BackendLBPolicy, come to. */
export interface ServiceTraffic {
  readonly session: SessionSettings | undefined;
  readonly retryBudget: RetryBudget | undefined;
  /** Every policy that targets the Service, in order of precedence: the first is in force. */
  readonly policies: readonly TargetingPolicy<BackendTrafficPolicy>[];
}
