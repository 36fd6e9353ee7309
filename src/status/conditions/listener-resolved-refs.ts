import type { ListenerModel } from '../../routing/index.js';
import { fromVerdict } from '../condition.js';
import type { CurrentCondition } from '../object-status.js';

/** ListenerConditionResolvedRefs: certificates and kinds of routes. */
export function listenerResolvedRefs(
  { resolvedRefs }: ListenerModel,
  generation: number | undefined,
): CurrentCondition {
  return fromVerdict('Listener ResolvedRefs', resolvedRefs, 'all references are resolved', generation);
}
