import type { Policy } from '../../resources/index.js';
import type { AncestorModel } from '../../routing/index.js';
import { fromVerdict } from '../condition.js';
import type { CurrentCondition } from '../object-status.js';

/** PolicyConditionAccepted, of one ancestor. */
export function policyAccepted(
  kind: Policy['kind'],
  { accepted }: AncestorModel,
  generation: number | undefined,
): CurrentCondition {
  return fromVerdict(`${kind} Accepted`, accepted, 'the policy is in force', generation);
}
