import type { GatewayModel, ListenerModel } from '../../routing/index.js';
import {
  attributed,
  rejectionMessage,
  waitingFor,
  type FleetAcknowledgements,
  type Rejection,
} from '../acknowledgements.js';
import { condition, sentenceOf } from '../condition.js';
import type { CurrentCondition } from '../object-status.js';

/** ListenerConditionProgrammed: as the Gateway's, except that a rejection condemns only the listeners it belongs to. */
export function listenerProgrammed(
  listener: ListenerModel,
  { gateway, fleet }: GatewayModel,
  acknowledgements: FleetAcknowledgements,
): CurrentCondition {
  const { generation } = gateway.metadata;
  const no = (reason: 'Invalid' | 'Pending', message: string) =>
    condition('Listener Programmed', 'False', reason, message, generation);
  const refused = [listener.accepted, listener.conflicted].find(({ accepted }) => !accepted);
  if (refused?.accepted === false) return no('Invalid', sentenceOf(refused));
  if (!listener.served) {
    if (!listener.resolvedRefs.accepted) return no('Invalid', sentenceOf(listener.resolvedRefs));
    return no('Pending', `waiting for port ${listener.port}`);
  }
  if (fleet === undefined) return no('Pending', 'the Gateway is not served; its conditions say why');
  const rejected = attributed(acknowledgements.rejected);
  const own = rejected.filter((rejection) => concerns(rejection, listener, fleet.id));
  if (own.length > 0) return no('Invalid', rejectionMessage(own));
  // Envoy applies the good resources of a response it rejects, but it says so of none of them.
  if (rejected.length > 0) {
    return no('Pending', `not known to be in force: ${rejectionMessage(rejected)}`);
  }
  const waiting = waitingFor(acknowledgements);
  if (waiting !== undefined) return no('Pending', waiting);
  return condition('Listener Programmed', 'True', 'Programmed', 'an Envoy acknowledged it', generation);
}

/** Listeners and route tables are named for Gateway and port, those of HTTPS for the listener too; secrets for themselves. */
function concerns({ type, name }: Rejection, listener: ListenerModel, fleet: string): boolean {
  if (type === 'secret') return listener.certificates.some((certificate) => certificate.name === name);
  const port = `gateway/${fleet}/${listener.port}`;
  return (type === 'listener' || type === 'routes') && (name === port || name === `${port}/${listener.name}`);
}
