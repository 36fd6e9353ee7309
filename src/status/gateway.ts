import { isIP } from 'node:net';
import { refOf, type InstalledBundle } from '../resources/index.js';
import type { GatewayModel } from '../routing/index.js';
import { gatewayAddressesAssigned } from './conditions/gateway-addresses-assigned.js';
import { gatewayDefault } from './conditions/gateway-default.js';
import { gatewayAccepted } from './conditions/gateway-accepted.js';
import { gatewayInsecureFrontend } from './conditions/gateway-insecure-frontend.js';
import { gatewayProgrammed } from './conditions/gateway-programmed.js';
import { gatewayResolvedRefs } from './conditions/gateway-resolved-refs.js';
import { knowsRoutability } from './installed.js';
import { listenerStatus } from './listener.js';
import type { CurrentCondition, ObjectStatus } from './object-status.js';
import type { FleetProgress } from './progress.js';

export function gatewayStatus(
  model: GatewayModel,
  progress: FleetProgress,
  bundle: InstalledBundle,
): ObjectStatus<CurrentCondition> {
  const hasRoutability = knowsRoutability(bundle);
  return {
    kind: 'Gateway',
    ref: refOf(model.gateway),
    status: {
      addresses: model.addresses.map((value) => ({
        type: isIP(value) === 0 ? 'Hostname' : 'IPAddress',
        value,
        ...(hasRoutability && { routability: model.routabilities[value] ?? '' }),
      })),
      conditions: [
        gatewayAccepted(model),
        ...gatewayAddressesAssigned(model),
        ...gatewayDefault(model),
        gatewayProgrammed(model, progress),
        ...gatewayResolvedRefs(model),
        ...gatewayInsecureFrontend(model),
      ],
      listeners: model.listeners
        .filter(({ set }) => set === undefined)
        .map((listener) => listenerStatus(listener, model, progress, model.gateway.metadata.generation)),
      attachedListenerSets: model.listenerSets.filter(({ accepted }) => accepted.accepted).length,
    },
  };
}
