import type { Policy } from '../../resources/index.js';
import type { AncestorModel } from '../../routing/index.js';
import { fromVerdict } from '../condition.js';
import type { CurrentCondition } from '../object-status.js';

/** PolicyConditionResolvedRefs, of one ancestor: whether what it refers to is there. Kinds that refer to nothing have none. */
export function policyResolvedRefs(
  { kind, metadata }: Policy,
  { resolvedRefs }: AncestorModel,
): readonly CurrentCondition[] {
  if (kind === 'XBackendTrafficPolicy' || kind === 'BackendLBPolicy') return [];
  const { generation } = metadata;
  return [fromVerdict(`${kind} ResolvedRefs`, resolvedRefs, 'all references are resolved', generation)];
}
