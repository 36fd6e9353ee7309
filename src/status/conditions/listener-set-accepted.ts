import type { ListenerModel, ListenerSetModel } from '../../routing/index.js';
import { condition, fromVerdict } from '../condition.js';
import type { CurrentCondition } from '../object-status.js';

/** ListenerSetConditionAccepted: as a Gateway's, one bad listener among good ones leaves it True and is the reason. */
export function listenerSetAccepted(
  { listenerSet, accepted }: ListenerSetModel,
  listeners: readonly ListenerModel[],
): CurrentCondition {
  const { generation } = listenerSet.metadata;
  const bad = listeners.filter(({ served }) => !served).map(({ section }) => section);
  if (accepted.accepted && bad.length > 0) {
    const message = `served except for listener ${bad.join(', ')}, whose conditions say why`;
    return condition('ListenerSet Accepted', 'True', 'ListenersNotValid', message, generation);
  }
  return fromVerdict('ListenerSet Accepted', accepted, 'its listeners have joined the Gateway', generation);
}
