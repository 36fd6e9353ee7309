import type { Policy } from '../../resources/index.js';
import type { AncestorModel } from '../../routing/index.js';
import { fromVerdict } from '../condition.js';
import type { CurrentCondition } from '../object-status.js';

/** PolicyConditionAccepted, of one ancestor. */
export function policyAccepted(policy: Policy, { accepted }: AncestorModel): CurrentCondition {
  return fromVerdict(`${policy.kind} Accepted`, accepted, good(policy), policy.metadata.generation);
}

function good(policy: Policy): string {
  if (policy.kind === 'XBackend') return 'the backend is valid';
  return policy.kind === 'XBackendTrafficPolicy' && policy.spec.retryConstraint !== undefined
    ? 'the policy is in force; its retry budget is compared with what is under way, whatever its intervals'
    : 'the policy is in force';
}
