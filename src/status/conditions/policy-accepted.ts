import type { AncestorModel } from '../../routing/index.js';
import { fromVerdict } from '../condition.js';
import type { CurrentCondition } from '../object-status.js';

/** PolicyConditionAccepted, of one ancestor. */
export function policyAccepted(
  { accepted }: AncestorModel,
  generation: number | undefined,
): CurrentCondition {
  return fromVerdict('BackendTLSPolicy Accepted', accepted, 'the policy is in force', generation);
}
