import type { Gateway } from '../resources/index.js';
import type { FleetObservation, Reads } from '../store/index.js';
import { keepEqual, keepList } from './keep.js';
import { setsNaming } from './listener-sets.js';
import { analyseListeners, type AnalysedListener, type ListenerOptions } from './listeners.js';
import { ACCEPTED, type ListenerSetModel, type Refusal, type Verdict } from './model.js';
import { refusal } from './refusals.js';

export interface GatewayListeners {
  readonly listeners: readonly AnalysedListener[];
  readonly sets: readonly ListenerSetModel[];
}

/**
 * All listeners of a Gateway, its ListenerSets', and what becomes of these. Whatever is wrong in a set costs nobody else anything.
 * @param refused why the Gateway is refused, whatever its listeners are
 * @param previous what equals it keeps its identity
 */
export function gatewayListeners(
  gateway: Gateway,
  refused: Refusal | undefined,
  observation: FleetObservation | undefined,
  reads: Reads,
  options: ListenerOptions,
  previous: GatewayListeners | undefined,
): GatewayListeners {
  const naming = setsNaming(gateway, reads);
  const joining = naming.filter(({ allowed }) => allowed.accepted).map(({ listenerSet }) => listenerSet);
  const analysed = analyseListeners(gateway, joining, observation, reads, options);
  const usable = new Set(analysed.filter((each) => each.usable).map(({ holder }) => holder));
  const verdictOn = ({ listenerSet, allowed }: (typeof naming)[number]): Verdict => {
    if (!allowed.accepted) return allowed;
    if (refused !== undefined) {
      const { namespace = '', name } = gateway.metadata;
      return refusal(
        'ParentNotAccepted',
        `Gateway ${namespace}/${name} is not accepted; its status says why`,
        'spec.parentRef',
      );
    }
    return usable.has(listenerSet)
      ? ACCEPTED
      : refusal('ListenersNotValid', 'no listener is valid', 'spec.listeners');
  };
  const known = new Map(previous?.listeners.map((listener) => [listener.name, listener]));
  const before = new Map(previous?.sets.map((set) => [set.listenerSet, set]));
  return {
    listeners: keepList(
      previous?.listeners,
      analysed.map(({ listener }) => keepEqual(known.get(listener.name), listener)),
    ),
    sets: keepList(
      previous?.sets,
      naming.map((set) =>
        keepEqual(before.get(set.listenerSet), {
          listenerSet: set.listenerSet,
          accepted: verdictOn(set),
        }),
      ),
    ),
  };
}
