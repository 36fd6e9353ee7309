import type { GatewayModel, ListenerModel } from '../routing/index.js';
import { listenerAccepted } from './conditions/listener-accepted.js';
import { listenerConflicted } from './conditions/listener-conflicted.js';
import { listenerOverlappingTls } from './conditions/listener-overlapping-tls.js';
import { listenerProgrammed } from './conditions/listener-programmed.js';
import { listenerResolvedRefs } from './conditions/listener-resolved-refs.js';
import type { CurrentCondition, ListenerStatus } from './object-status.js';
import { overlapsOf } from './overlaps.js';
import type { FleetProgress } from './progress.js';

interface Known {
  readonly from: readonly unknown[];
  readonly status: ListenerStatus<CurrentCondition>;
}

const known = new WeakMap<ListenerModel, Known>();

/**
 * The same object as long as nothing about it changes: a Gateway may have very many listeners, and each route that comes or goes is a change of one.
 * @param generation of what the listener is written in
 */
export function listenerStatus(
  listener: ListenerModel,
  gateway: GatewayModel,
  progress: FleetProgress,
  generation: number | undefined,
): ListenerStatus<CurrentCondition> {
  const overlapping = listenerOverlappingTls(listener, overlapsOf(gateway.listeners), generation);
  const isQuiet = progress.convictions.length === 0 && progress.rejected.length === 0;
  const state = progress.listeners[listener.name];
  const from = [generation, gateway.fleet?.id, state, overlapping?.message, overlapping?.reason];
  const before = known.get(listener);
  if (isQuiet && before?.from.every((each, i) => each === from[i]) === true) return before.status;
  const status = {
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
  if (isQuiet) known.set(listener, { from, status });
  return status;
}
