import type { GatewayModel } from '../../routing/index.js';
import { attributed, convictionMessage, rejectionMessage } from '../acknowledgements.js';
import { condition, refused, sentenceOf } from '../condition.js';
import { displayRef, refOf } from '../../resources/index.js';
import type { CurrentCondition } from '../object-status.js';
import { GRACE_MS, holds } from '../programmed.js';
import type { FleetProgress } from '../progress.js';
import { isConvicting } from './listener-programmed.js';

/**
 * GatewayConditionProgrammed: True when there is an address and the Envoys have acknowledged what this generation produced, until one of its
 * own parts is rejected or nobody is connected any more: see `programmed.ts`. Every rejection is told in Envoy's words.
 */
export function gatewayProgrammed(model: GatewayModel, progress: FleetProgress): CurrentCondition {
  const { accepted, addressed, addresses, fleet, gateway } = model;
  const { generation } = gateway.metadata;
  const no = (reason: 'Invalid' | 'Pending', message: string) =>
    condition('Gateway Programmed', 'False', reason, message, generation);
  if (!accepted.accepted) return no('Invalid', `not accepted: ${sentenceOf(accepted)}`);
  if (!addressed.accepted) return refused('Gateway Programmed', 'False', addressed, generation);
  if (fleet === undefined) return no('Pending', 'waiting for an address');
  if (fleet.ports.length === 0) return no('Invalid', 'no listener can be served; their conditions say why');
  const { told, convictions } = progress;
  const ofSets = new Set(model.listeners.filter(({ set }) => set !== undefined).map(({ name }) => name));
  const convicted = convictions.filter(
    ({ owner }) => owner.object === displayRef(refOf(gateway)) && !ofSets.has(owner.at),
  );
  if (convicted.length > 0) return no('Invalid', convictionMessage(convicted));
  const rejected = attributed(progress.rejected);
  const own = rejected.filter((rejection) =>
    model.listeners.some(
      (listener) => listener.set === undefined && isConvicting(rejection, listener, fleet.id),
    ),
  );
  if (own.length > 0) return no('Invalid', rejectionMessage(own));
  const rest = `${silence(progress)}${rejected.length === 0 ? '' : `; ${rejectionMessage(rejected)}`}`;
  if (!holds(progress.gateway)) {
    const deserted = progress.gateway.kind === 'deserted';
    return no('Pending', `${deserted ? DESERTED : waitingFor(told)}${rest}`);
  }
  const message = `${countOf(told)} the configuration of this generation, at ${addresses.join(', ')}${rest}`;
  return condition('Gateway Programmed', 'True', 'Programmed', message, generation);
}

/** Their Envoys are unknown, not absent. */
function silence({ silent }: FleetProgress): string {
  if (silent === 0) return '';
  const replicas =
    silent === 1 ? '1 replica of the control plane does' : `${silent} replicas of the control plane do`;
  return `; ${replicas} not answer, and ${silent === 1 ? 'its' : 'their'} Envoys are not counted`;
}

const DESERTED = `no Envoy has been connected for ${GRACE_MS / 1000} seconds`;

function waitingFor(told: FleetProgress['told']): string {
  if (told.connected === 0) return 'waiting for an Envoy to connect';
  return `waiting for every Envoy to acknowledge: ${countOf(told)} the configuration of this generation`;
}

function countOf({ accepted, connected }: FleetProgress['told']): string {
  return `${Math.min(accepted, connected)} of ${connected} ${connected === 1 ? 'proxy has' : 'proxies have'} acknowledged`;
}
