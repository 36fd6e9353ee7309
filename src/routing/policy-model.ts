import type { ObjectRef, Policy } from '../resources/index.js';
import type { Verdict } from './verdict.js';

/** A policy as status sees it: one entry for each object on which it has its effect, at most as many as its kind's `ancestors` hold. */
export interface PolicyModel<P extends Policy = Policy> {
  readonly policy: P;
  readonly ancestors: readonly AncestorModel[];
}

/** Mostly a Gateway whose routes send to something that the policy targets. */
export interface AncestorModel {
  readonly ancestor: ObjectRef;
  readonly accepted: Verdict;
  readonly resolvedRefs: Verdict;
}
