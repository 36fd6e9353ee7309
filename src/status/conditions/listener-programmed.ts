import type { GatewayModel, ListenerModel } from '../../routing/index.js';
import { attributed, convictionMessage, rejectionMessage, type Rejection } from '../acknowledgements.js';
import { condition, refused, sentenceOf } from '../condition.js';
import { displayRef, refOf } from '../../resources/index.js';
import type { CurrentCondition } from '../object-status.js';
import { GRACE_MS, holds } from '../programmed.js';
import type { FleetProgress } from '../progress.js';

/**
 * ListenerConditionProgrammed: as the Gateway's, except that a rejection condemns only the listeners it belongs to. A listener that
 * is served later than its Gateway waits for itself. Which conflict it is that refuses it is the reason here too, as the conformance tests have it.
 * @param generation of what the listener is written in
 */
export function listenerProgrammed(
  listener: ListenerModel,
  { gateway, fleet }: GatewayModel,
  progress: FleetProgress,
  generation: number | undefined,
): CurrentCondition {
  const no = (reason: 'Invalid' | 'Pending', message: string) =>
    condition('Listener Programmed', 'False', reason, message, generation);
  if (!listener.accepted.accepted) return no('Invalid', sentenceOf(listener.accepted));
  if (!listener.conflicted.accepted)
    return refused('Listener Programmed', 'False', listener.conflicted, generation);
  if (!listener.served) {
    if (!listener.resolvedRefs.accepted) return no('Invalid', sentenceOf(listener.resolvedRefs));
    return no('Pending', `waiting for port ${listener.port}`);
  }
  if (fleet === undefined) return no('Pending', 'the Gateway is not served; its conditions say why');
  const object = displayRef(refOf(gateway));
  // The Gateway as a whole ('') is each of its listeners.
  const convicted = progress.convictions.filter(
    ({ owner }) => owner.object === object && (owner.at === '' || owner.at === listener.name),
  );
  if (convicted.length > 0) return no('Invalid', convictionMessage(convicted));
  const own = attributed(progress.rejected).filter((rejection) =>
    isConvicting(rejection, listener, fleet.id),
  );
  if (own.length > 0) return no('Invalid', rejectionMessage(own));
  const state = progress.listeners[listener.name];
  if (state === undefined || state.kind === 'waiting')
    return no('Pending', 'waiting for every Envoy to acknowledge it');
  if (!holds(state)) return no('Pending', `no Envoy has been connected for ${GRACE_MS / 1000} seconds`);
  return condition(
    'Listener Programmed',
    'True',
    'Programmed',
    'the Envoys have acknowledged it',
    generation,
  );
}

/**
 * Does a rejection prove that the listener itself is at fault? Listeners are named for Gateway and port, those of HTTPS for the listener too;
 * secrets for themselves. A rejected table or cluster is its routes' and Services' fault; a suspect that Envoy does not name proves nothing.
 */
export function isConvicting(
  { type, name, suspected, message }: Rejection,
  listener: ListenerModel,
  fleet: string,
): boolean {
  if (suspected && !message.includes(name)) return false;
  if (type === 'secret')
    return (
      listener.clientValidation?.ca === name ||
      listener.certificates.some((certificate) => certificate.name === name)
    );
  const port = `gateway/${fleet}/${listener.protocol === 'UDP' ? 'udp/' : ''}${listener.port}`;
  return type === 'listener' && (name === port || name === `${port}/${listener.name}`);
}
