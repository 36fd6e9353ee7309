import type { ObjectRef, Policy } from '../resources/index.js';
import type { Verdict } from './verdict.js';

/** A policy as status sees it: one entry for each object on which it has its effect, at most 16 (PolicyStatus.ancestors). */
export interface PolicyModel {
  readonly policy: Policy;
  readonly ancestors: readonly AncestorModel[];
}

/** What a policy comes to at one of its targets. */
export interface TargetingPolicy<P extends Policy> {
  readonly policy: P;
  /** PolicyConditionReason: Conflicted, TargetNotFound, Invalid; those of its kind. */
  readonly accepted: Verdict;
  /** Of the policy, whatever the target. */
  readonly resolvedRefs: Verdict;
}

/** Mostly a Gateway whose routes send to something that the policy targets. */
export interface AncestorModel {
  readonly ancestor: ObjectRef;
  readonly accepted: Verdict;
  readonly resolvedRefs: Verdict;
}
