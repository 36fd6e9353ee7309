import type { ListenerModel } from '../../routing/index.js';
import { fromVerdict, plain } from '../condition.js';
import type { CurrentCondition } from '../object-status.js';

/** ListenerConditionAccepted. A conflict is of the API's own a reason not to accept: no winner is chosen within a Gateway. */
export function listenerAccepted(
  { accepted, conflicted }: ListenerModel,
  generation: number | undefined,
): CurrentCondition {
  if (accepted.accepted && !conflicted.accepted) {
    return plain('Listener Accepted', 'False', conflicted.reason, conflicted.message, generation);
  }
  return fromVerdict('Listener Accepted', accepted, 'the listener is valid', generation);
}
