import { isDeepStrictEqual } from 'node:util';
import { refOf } from '../resources/index.js';
import type { GatewayModel, ListenerSetModel } from '../routing/index.js';
import { listenerSetAccepted } from './conditions/listener-set-accepted.js';
import { listenerSetProgrammed } from './conditions/listener-set-programmed.js';
import { listenerStatus } from './listener.js';
import type { CurrentCondition, ObjectStatus } from './object-status.js';
import type { FleetProgress } from './progress.js';

/** The ListenerSets that name a Gateway. Those that it does not let in have no listeners there, and none in their status. */
export function listenerSetStatuses(
  gateway: GatewayModel,
  progress: FleetProgress,
): readonly ObjectStatus<CurrentCondition>[] {
  const bySet = Map.groupBy(gateway.listeners, ({ set }) => set);
  return gateway.listenerSets.map((model) => listenerSetStatus(model, gateway, progress, bySet));
}

const known = new WeakMap<ListenerSetModel, ObjectStatus<CurrentCondition>>();

/** Kept while it is equal. */
function listenerSetStatus(
  model: ListenerSetModel,
  gateway: GatewayModel,
  progress: FleetProgress,
  bySet: ReadonlyMap<string | undefined, GatewayModel['listeners']>,
): ObjectStatus<CurrentCondition> {
  const { generation, namespace = '', name } = model.listenerSet.metadata;
  const own = bySet.get(`${namespace}/${name}`) ?? [];
  const listeners = own.map((listener) => listenerStatus(listener, gateway, progress, generation));
  const status = {
    kind: 'ListenerSet' as const,
    ref: refOf(model.listenerSet),
    status: {
      conditions: [listenerSetAccepted(model, own), listenerSetProgrammed(model, listeners, gateway)],
      listeners,
    },
  };
  const before = known.get(model);
  if (before !== undefined && isDeepStrictEqual(before, status)) return before;
  known.set(model, status);
  return status;
}
