import { isIP } from 'node:net';
import { refOf } from '../resources/index.js';
import type { GatewayModel, ListenerModel } from '../routing/index.js';
import { gatewayAccepted } from './conditions/gateway-accepted.js';
import { gatewayInsecureFrontend } from './conditions/gateway-insecure-frontend.js';
import { gatewayProgrammed } from './conditions/gateway-programmed.js';
import { gatewayResolvedRefs } from './conditions/gateway-resolved-refs.js';
import { listenerAccepted } from './conditions/listener-accepted.js';
import { listenerConflicted } from './conditions/listener-conflicted.js';
import { listenerOverlappingTls } from './conditions/listener-overlapping-tls.js';
import { listenerProgrammed } from './conditions/listener-programmed.js';
import { listenerResolvedRefs } from './conditions/listener-resolved-refs.js';
import { overlapsOf } from './overlaps.js';
import type { CurrentCondition, ListenerStatus, ObjectStatus } from './object-status.js';
import type { FleetProgress } from './progress.js';

export function gatewayStatus(model: GatewayModel, progress: FleetProgress): ObjectStatus<CurrentCondition> {
  return {
    kind: 'Gateway',
    ref: refOf(model.gateway),
    status: {
      addresses: model.addresses.map((value) => ({
        type: isIP(value) === 0 ? 'Hostname' : 'IPAddress',
        value,
      })),
      conditions: [
        gatewayAccepted(model),
        gatewayProgrammed(model, progress),
        ...gatewayResolvedRefs(model),
        ...gatewayInsecureFrontend(model),
      ],
      listeners: model.listeners.map((listener) => listenerStatus(listener, model, progress)),
    },
  };
}

function listenerStatus(
  listener: ListenerModel,
  gateway: GatewayModel,
  progress: FleetProgress,
): ListenerStatus<CurrentCondition> {
  const { generation } = gateway.gateway.metadata;
  const overlapping = listenerOverlappingTls(listener, overlapsOf(gateway.listeners), generation);
  return {
    name: listener.name,
    supportedKinds: listener.supportedKinds,
    attachedRoutes: listener.attachedRoutes,
    conditions: [
      listenerAccepted(listener, generation),
      listenerConflicted(listener, generation),
      listenerResolvedRefs(listener, generation),
      listenerProgrammed(listener, gateway, progress),
      ...(overlapping === undefined ? [] : [overlapping]),
    ],
  };
}
