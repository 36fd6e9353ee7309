import type { GatewayModel, ListenerModel } from '../routing/index.js';
import { listenerAccepted } from './conditions/listener-accepted.js';
import { listenerConflicted } from './conditions/listener-conflicted.js';
import { listenerOverlappingTls } from './conditions/listener-overlapping-tls.js';
import { listenerProgrammed } from './conditions/listener-programmed.js';
import { listenerResolvedRefs } from './conditions/listener-resolved-refs.js';
import type { CurrentCondition, ListenerStatus } from './object-status.js';
import type { FleetProgress } from './progress.js';

/** @param generation of what the listener is written in */
export function listenerStatus(
  listener: ListenerModel,
  gateway: GatewayModel,
  progress: FleetProgress,
  generation: number | undefined,
): ListenerStatus<CurrentCondition> {
  const overlapping = listenerOverlappingTls(listener, gateway.listeners, generation);
  return {
    name: listener.section,
    supportedKinds: listener.supportedKinds,
    attachedRoutes: listener.attachedRoutes,
    conditions: [
      listenerAccepted(listener, generation),
      listenerConflicted(listener, generation),
      listenerResolvedRefs(listener, generation),
      listenerProgrammed(listener, gateway, progress, generation),
      ...(overlapping === undefined ? [] : [overlapping]),
    ],
  };
}
