import type { GatewayModel, ListenerSetModel } from '../../routing/index.js';
import { condition, sentenceOf } from '../condition.js';
import type { CurrentCondition, ListenerStatus } from '../object-status.js';

/**
 * ListenerSetConditionProgrammed: True when one of its listeners is. Why it is refused is the reason here too, as the conformance tests have it.
 * @param listeners their statuses
 */
export function listenerSetProgrammed(
  { listenerSet, accepted }: ListenerSetModel,
  listeners: readonly ListenerStatus<CurrentCondition>[],
  { addressed, fleet }: GatewayModel,
): CurrentCondition {
  const { generation } = listenerSet.metadata;
  const no = (
    reason: 'NotAllowed' | 'ParentNotProgrammed' | 'ListenersNotValid' | 'Pending',
    message: string,
  ) => condition('ListenerSet Programmed', 'False', reason, message, generation);
  if (!accepted.accepted) {
    const { reason } = accepted;
    const why = reason === 'NotAllowed' || reason === 'ListenersNotValid' ? reason : 'ParentNotProgrammed';
    return no(why, sentenceOf(accepted));
  }
  if (fleet === undefined)
    return no(
      'ParentNotProgrammed',
      addressed.accepted ? 'the Gateway is not served' : 'the Gateway has no address; its status says why',
    );
  const states = listeners.map((listener) => ({
    name: listener.name,
    programmed: listener.conditions.find(({ type }) => type === 'Programmed'),
  }));
  const good = states.filter(({ programmed }) => programmed?.status === 'True');
  if (good.length > 0) {
    const names = good.map(({ name }) => name).join(', ');
    return condition(
      'ListenerSet Programmed',
      'True',
      'Programmed',
      `the Envoys have acknowledged listener ${names}`,
      generation,
    );
  }
  const waiting = states.filter(({ programmed }) => programmed?.reason === 'Pending');
  return waiting.length > 0
    ? no('Pending', `waiting for listener ${waiting.map(({ name }) => name).join(', ')}`)
    : no('ListenersNotValid', 'no listener can be served; their conditions say why');
}
