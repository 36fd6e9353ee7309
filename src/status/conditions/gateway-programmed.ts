import type { GatewayModel } from '../../routing/index.js';
import { attributed, rejectionMessage, waitingFor, type FleetAcknowledgements } from '../acknowledgements.js';
import { condition, refused, sentenceOf } from '../condition.js';
import type { CurrentCondition } from '../object-status.js';

/**
 * GatewayConditionProgrammed: True only when there is an address and an Envoy has acknowledged the current configuration; a rejection
 * is told in Envoy's words.
 */
export function gatewayProgrammed(
  model: GatewayModel,
  acknowledgements: FleetAcknowledgements,
): CurrentCondition {
  const { accepted, addressed, addresses, fleet, gateway } = model;
  const { generation } = gateway.metadata;
  const no = (reason: 'Invalid' | 'Pending', message: string) =>
    condition('Gateway Programmed', 'False', reason, message, generation);
  if (!accepted.accepted) return no('Invalid', `not accepted: ${sentenceOf(accepted)}`);
  if (!addressed.accepted) return refused('Gateway Programmed', 'False', addressed, generation);
  if (fleet === undefined) return no('Pending', 'waiting for an address');
  if (fleet.ports.length === 0) return no('Invalid', 'no listener can be served; their conditions say why');
  const { connected, current } = acknowledgements;
  const rejected = attributed(acknowledgements.rejected);
  if (rejected.length > 0) return no('Invalid', rejectionMessage(rejected));
  const waiting = waitingFor(acknowledgements);
  if (waiting !== undefined) return no('Pending', waiting);
  const message = `${current} of ${connected} connected Envoys acknowledged the current configuration, at ${addresses.join(', ')}`;
  return condition('Gateway Programmed', 'True', 'Programmed', message, generation);
}
