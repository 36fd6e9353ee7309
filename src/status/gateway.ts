import { isIP } from 'node:net';
import { refOf } from '../resources/index.js';
import type { GatewayModel, ListenerModel } from '../routing/index.js';
import type { FleetAcknowledgements } from './acknowledgements.js';
import { gatewayAccepted } from './conditions/gateway-accepted.js';
import { gatewayProgrammed } from './conditions/gateway-programmed.js';
import { listenerAccepted } from './conditions/listener-accepted.js';
import { listenerConflicted } from './conditions/listener-conflicted.js';
import { listenerOverlappingTls } from './conditions/listener-overlapping-tls.js';
import { listenerProgrammed } from './conditions/listener-programmed.js';
import { listenerResolvedRefs } from './conditions/listener-resolved-refs.js';
import type { CurrentCondition, ListenerStatus, ObjectStatus } from './object-status.js';

export function gatewayStatus(
  model: GatewayModel,
  acknowledgements: FleetAcknowledgements,
): ObjectStatus<CurrentCondition> {
  return {
    kind: 'Gateway',
    ref: refOf(model.gateway),
    status: {
      addresses: model.addresses.map((value) => ({
        type: isIP(value) === 0 ? 'Hostname' : 'IPAddress',
        value,
      })),
      conditions: [gatewayAccepted(model), gatewayProgrammed(model, acknowledgements)],
      listeners: model.listeners.map((listener) => listenerStatus(listener, model, acknowledgements)),
    },
  };
}

function listenerStatus(
  listener: ListenerModel,
  gateway: GatewayModel,
  acknowledgements: FleetAcknowledgements,
): ListenerStatus<CurrentCondition> {
  const { generation } = gateway.gateway.metadata;
  const overlapping = listenerOverlappingTls(listener, gateway.listeners, generation);
  return {
    name: listener.name,
    supportedKinds: listener.supportedKinds,
    attachedRoutes: listener.attachedRoutes,
    conditions: [
      listenerAccepted(listener, generation),
      listenerConflicted(listener, generation),
      listenerResolvedRefs(listener, generation),
      listenerProgrammed(listener, gateway, acknowledgements),
      ...(overlapping === undefined ? [] : [overlapping]),
    ],
  };
}
