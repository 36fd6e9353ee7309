import { sortedMap, type Edit, type SortedMap } from '../collections/index.js';
import type { Store } from '../store/index.js';
import type { PlacedGateway } from './gateways.js';
import { keepEqual, keepList, keepObject } from './keep.js';
import type { PlacedListener } from './listener-precedence.js';
import type { NamingSet } from './listener-sets.js';
import type { AnalysedListener, AnalysedListenerOf } from './listeners.js';
import { ACCEPTED, type ListenerSetModel, type Refusal, type Verdict } from './model.js';
import { refusal } from './refusals.js';
import type { Steps } from './steps.js';

/** A Gateway of ours before its routes are known. */
export interface AnalysedGateway extends Omit<PlacedGateway, 'refused' | 'context' | 'naming' | 'placed'> {
  readonly accepted: Verdict;
  /** In order of precedence. */
  readonly listeners: readonly AnalysedListener[];
  readonly sets: readonly ListenerSetModel[];
}

type Listeners = SortedMap<AnalysedListenerOf>;

/** Makes a function to one Gateway from moment to moment: of its listeners only those are analysed that are written anew, or refer to what changed. */
export function createGatewayAnalysis(
  steps: Pick<Steps, 'listeners'>,
): (from: PlacedGateway, store: Store) => AnalysedGateway {
  const listenersOf = steps.listeners();
  let placed = sortedMap<PlacedListener>();
  let last:
    | { readonly from: PlacedGateway; readonly listeners: Listeners; readonly analysed: AnalysedGateway }
    | undefined;
  return (from, store) => {
    if (last?.from.placed !== from.placed) placed = withAll(placed, from.placed);
    const listeners = listenersOf(from.context, placed, store);
    if (last?.from !== from || last.listeners !== listeners) {
      last = { from, listeners, analysed: analysedGateway(from, listeners, last?.analysed) };
    }
    return last.analysed;
  };
}

function withAll(
  before: SortedMap<PlacedListener>,
  placed: readonly PlacedListener[],
): SortedMap<PlacedListener> {
  const edits = placed.map((each): Edit<PlacedListener> => [each.listener.name, each]);
  const there = new Set(edits.map(([name]) => name));
  const gone = [...before.keys()].filter((name) => !there.has(name));
  return before.edit([...edits, ...gone.map((name): Edit<PlacedListener> => [name, undefined])]);
}

function analysedGateway(
  { refused, context: _, naming, placed, ...own }: PlacedGateway,
  listeners: Listeners,
  previous: AnalysedGateway | undefined,
): AnalysedGateway {
  const all = placed.flatMap(({ listener: { name } }) => listeners.get(name) ?? []);
  const usable = new Set(all.flatMap((each) => (each.usable ? (each.listener.set ?? []) : [])));
  const before = new Map(previous?.sets.map((set) => [set.listenerSet, set]));
  const sets = naming.map((set) => {
    const { listenerSet } = set;
    const accepted = set.allowed.accepted ? verdictOn(set, own.id, refused, usable) : set.allowed;
    return keepEqual(before.get(listenerSet), { listenerSet, accepted });
  });
  const models = all.map(({ listener }) => listener);
  return keepObject(previous, {
    ...own,
    accepted: keepEqual(previous?.accepted, refused ?? listenersRefusal(models) ?? ACCEPTED),
    listeners: keepList(previous?.listeners, models),
    sets: keepList(previous?.sets, sets),
  });
}

/** On a set that may join. @param usable the sets with a listener that can be served */
function verdictOn(
  { listenerSet: { metadata } }: NamingSet,
  gateway: string,
  refused: Refusal | undefined,
  usable: ReadonlySet<string>,
): Verdict {
  if (refused !== undefined) {
    const message = `Gateway ${gateway} is not accepted; its status says why`;
    return refusal('ParentNotAccepted', message, 'spec.parentRef');
  }
  return usable.has(`${metadata.namespace ?? ''}/${metadata.name}`)
    ? ACCEPTED
    : refusal('ListenersNotValid', 'no listener is valid', 'spec.listeners');
}

/**
 * One bad listener among good ones is told by that listener; the Gateway is refused only when none is left, of its ListenerSets neither: the API takes all
 * for one list.
 */
function listenersRefusal(listeners: readonly AnalysedListener[]): Refusal | undefined {
  if (listeners.some(({ accepted, conflicted }) => accepted.accepted && conflicted.accepted))
    return undefined;
  return refusal('ListenersNotValid', 'no listener is valid', 'spec.listeners');
}
