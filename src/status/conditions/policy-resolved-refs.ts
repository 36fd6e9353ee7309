import type { Policy } from '../../resources/index.js';
import type { AncestorModel } from '../../routing/index.js';
import { fromVerdict } from '../condition.js';
import type { CurrentCondition } from '../object-status.js';

/** PolicyConditionResolvedRefs, of one ancestor: whether what the policy refers to is there. */
export function policyResolvedRefs(
  kind: Policy['kind'],
  { resolvedRefs }: AncestorModel,
  generation: number | undefined,
): CurrentCondition {
  return fromVerdict(`${kind} ResolvedRefs`, resolvedRefs, 'all references are resolved', generation);
}
