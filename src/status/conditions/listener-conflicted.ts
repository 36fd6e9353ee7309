import type { ListenerModel } from '../../routing/index.js';
import { condition, refused } from '../condition.js';
import type { CurrentCondition } from '../object-status.js';

/** ListenerConditionConflicted, whose polarity is negative: False is good. */
export function listenerConflicted(
  { conflicted }: ListenerModel,
  generation: number | undefined,
): CurrentCondition {
  return conflicted.accepted
    ? condition(
        'Listener Conflicted',
        'False',
        'NoConflicts',
        'no other listener has its port and hostname',
        generation,
      )
    : refused('Listener Conflicted', 'True', conflicted, generation);
}
