import type { Policy } from '../../resources/index.js';
import type { AncestorModel } from '../../routing/index.js';
import { fromVerdict } from '../condition.js';
import type { CurrentCondition } from '../object-status.js';

const GOOD: Readonly<Record<Policy['kind'], string>> = {
  BackendTLSPolicy: 'the policy is in force',
  XBackend: 'the backend is valid',
};

/** PolicyConditionAccepted, of one ancestor. */
export function policyAccepted(
  kind: Policy['kind'],
  { accepted }: AncestorModel,
  generation: number | undefined,
): CurrentCondition {
  return fromVerdict(`${kind} Accepted`, accepted, GOOD[kind], generation);
}
