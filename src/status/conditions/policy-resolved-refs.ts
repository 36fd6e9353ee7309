import type { AncestorModel } from '../../routing/index.js';
import { fromVerdict } from '../condition.js';
import type { CurrentCondition } from '../object-status.js';

/** BackendTLSPolicyConditionResolvedRefs, of one ancestor: whether the CAs are there. */
export function policyResolvedRefs(
  { resolvedRefs }: AncestorModel,
  generation: number | undefined,
): CurrentCondition {
  return fromVerdict(
    'BackendTLSPolicy ResolvedRefs',
    resolvedRefs,
    'all references are resolved',
    generation,
  );
}
