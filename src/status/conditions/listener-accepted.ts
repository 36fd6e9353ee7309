import type { ListenerModel } from '../../routing/index.js';
import { fromVerdict, refused } from '../condition.js';
import type { CurrentCondition } from '../object-status.js';

/** ListenerConditionAccepted. A conflict is of the API's own a reason not to accept: no winner is chosen within a Gateway. */
export function listenerAccepted(
  { accepted, conflicted }: ListenerModel,
  generation: number | undefined,
): CurrentCondition {
  if (accepted.accepted && !conflicted.accepted) {
    return refused('Listener Accepted', 'False', conflicted, generation);
  }
  return fromVerdict('Listener Accepted', accepted, 'the listener is valid', generation);
}
