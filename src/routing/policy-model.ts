import type { ObjectRef, Policy } from '../resources/index.js';
import type { Refusal, Verdict } from './verdict.js';

/** A policy as status sees it: one entry for each object on which it has its effect, at most as many as its kind's `ancestors` hold. */
export interface PolicyModel<P extends Policy = Policy> {
  readonly policy: P;
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

/** What policies of one purpose come to at one of their targets. */
export interface Targeted<P extends Policy> {
  readonly policies: readonly TargetingPolicy<P>[];
}

/** Mostly a Gateway whose routes send to something that the policy targets. */
export interface AncestorModel {
  readonly ancestor: ObjectRef;
  readonly accepted: Verdict;
  readonly resolvedRefs: Verdict;
  /** What of the policy is left out while the rest is in force. */
  readonly omitted?: Refusal;
}
