import type { ObjectRef, Policy } from '../resources/index.js';
import type { Refusal, Verdict } from './verdict.js';

/** A policy as status sees it: one entry for each object on which it has its effect, at most 16 (PolicyStatus.ancestors). */
export interface PolicyModel<P extends Policy = Policy> {
  readonly policy: P;
  readonly ancestors: readonly AncestorModel[];
}

/** Mostly a Gateway whose routes send to something that the policy targets. */
export interface AncestorModel {
  readonly ancestor: ObjectRef;
  readonly accepted: Verdict;
  readonly resolvedRefs: Verdict;
  /** What of the policy is left out while the rest is in force. */
  readonly omitted?: Refusal;
}
