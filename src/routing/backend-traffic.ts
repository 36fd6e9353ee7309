import {
  displayRef,
  KINDS,
  refOf,
  type BackendTrafficPolicy,
  type RetryConstraint,
} from '../resources/index.js';
import type { Reads } from '../store/index.js';
import type { ServiceRef } from './backend-tls.js';
import type { RetryBudget, ServiceTraffic } from './backend-traffic-model.js';
import { durationMs } from './durations.js';
import { ACCEPTED, type Refusal } from './model.js';
import type { TargetingPolicy } from './policy-model.js';
import { byPrecedence } from './policy-precedence.js';
import { refusal, verdictOf } from './refusals.js';
import { translateSession } from './session.js';
import type { SessionSettings } from './session-model.js';

// Which policy says how traffic to a Service or ServiceImport is handled. One for each is in force, as a whole; it stays in force when it cannot be
// honoured, and then has no effect. Source: Gateway API v1.7.0, XBackendTrafficPolicy; GEP-713 on conflicts.

const POLICIES = {
  Service: 'trafficPoliciesOfService',
  ServiceImport: 'trafficPoliciesOfImport',
} as const;
const NO_POLICY: ServiceTraffic = { session: undefined, retryBudget: undefined, policies: [] };

/** Defaults of RetryConstraint, which the schema gives only where the whole block is absent. */
const PERCENT = 20;
const COUNT = 10;
const INTERVAL_MS = 1_000;
/** What Envoy can count. */
const MOST = 4_294_967_295;

/** @param isThere whether it exists; its policies hear of it */
export function serviceTraffic(
  { kind, namespace, name }: ServiceRef,
  isThere: boolean,
  reads: Reads,
): ServiceTraffic {
  const policies = [...reads.referring(POLICIES[kind], namespace, name).values()].toSorted(currentFirst);
  const [first] = policies;
  if (first === undefined) return NO_POLICY;
  const settings = settingsOf(first);
  const targeting = policies.map((policy): TargetingPolicy<BackendTrafficPolicy> => {
    const index = policy.spec.targetRefs.findIndex(
      (ref) => ref.group === KINDS[kind].group && ref.kind === kind && ref.name === name,
    );
    const at = `spec.targetRefs[${index}]`;
    const missing = refusal('TargetNotFound', `${kind} ${namespace}/${name} does not exist`, at);
    const lost = refusal(
      'Conflicted',
      `${displayRef(refOf(first))} has the same target and takes precedence`,
      at,
    );
    const refusals = [
      ...(isThere ? [] : [missing]),
      ...(policy === first ? [] : [lost]),
      ...(policy === first ? settings : settingsOf(policy)).refusals,
    ];
    return { policy, accepted: verdictOf(refusals), resolvedRefs: ACCEPTED };
  });
  return { session: settings.session, retryBudget: settings.retryBudget, policies: targeting };
}

interface Settings extends Pick<ServiceTraffic, 'session' | 'retryBudget'> {
  readonly refusals: readonly Refusal[];
}

function settingsOf(policy: BackendTrafficPolicy): Settings {
  const { sessionPersistence } = policy.spec;
  const constraint = policy.kind === 'XBackendTrafficPolicy' ? policy.spec.retryConstraint : undefined;
  const session: SessionSettings | Refusal | undefined =
    sessionPersistence && translateSession(sessionPersistence, 'spec.sessionPersistence');
  if (session !== undefined && 'accepted' in session)
    return { session: undefined, retryBudget: undefined, refusals: [session] };
  return { session, retryBudget: constraint && retryBudgetOf(constraint), refusals: [] };
}

/** How long a try is taken to last, in seconds: a rate of retries becomes so many that are under way. Envoy's own least, 3, is the API's own rate. */
const TRY_SECONDS = 0.25;

/**
 * Envoy compares what is under way at one moment, not what an interval has seen. As long as retries take as long as first tries, the share is the
 * same. (Its `budget_interval` compares the retries under way with all requests of the interval, and lets nearly everything through.)
 */
function retryBudgetOf({ budget, minRetryRate }: RetryConstraint): RetryBudget {
  const { count = COUNT, interval } = minRetryRate ?? {};
  const intervalMs = Math.max(1, (interval === undefined ? undefined : durationMs(interval)) ?? INTERVAL_MS);
  const perSecond = (count * 1_000) / intervalMs;
  return {
    percent: budget?.percent ?? PERCENT,
    least: Math.min(MOST, Math.max(1, Math.ceil(perSecond * TRY_SECONDS))),
  };
}

/** The current kind before the older one; all are in the Service's namespace. */
function currentFirst(a: BackendTrafficPolicy, b: BackendTrafficPolicy): number {
  if (a.kind !== b.kind) return a.kind === 'XBackendTrafficPolicy' ? -1 : 1;
  return byPrecedence(a, b);
}
