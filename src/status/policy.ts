import { refOf } from '../resources/index.js';
import type { PolicyModel } from '../routing/index.js';
import { policyAccepted } from './conditions/policy-accepted.js';
import { policyResolvedRefs } from './conditions/policy-resolved-refs.js';
import { telemetryAttributesOmitted } from './conditions/telemetry-attributes-omitted.js';
import type { AncestorStatus, CurrentCondition, ObjectStatus } from './object-status.js';

/** One entry for each Gateway on which the policy is in force, or would be. Source: PolicyStatus.ancestors, XBackendStatus.ancestors. */
export function policyStatus(
  { policy, ancestors }: PolicyModel,
  controllerName: string,
): ObjectStatus<CurrentCondition> {
  return {
    kind: policy.kind,
    ref: refOf(policy),
    status: {
      ancestors: ancestors.map((ancestor): AncestorStatus<CurrentCondition> => ({
        ancestorRef: ancestor.ancestor,
        controllerName,
        conditions: [
          policyAccepted(policy, ancestor),
          ...policyResolvedRefs(policy, ancestor),
          ...telemetryAttributesOmitted(ancestor, policy.metadata.generation),
        ],
      })),
    },
  };
}
