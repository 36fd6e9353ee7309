import { sortedMap, type Edit, type SortedMap } from '../collections/index.js';
import type { Route } from '../resources/index.js';
import type { AttachedRoute } from './attached-route.js';
import { keepList, keepObject } from './keep.js';
import type { RouteModel } from './model.js';

/** The attached routes of every Gateway, by the ids of both. */
export type RoutesOfGateways = SortedMap<SortedMap<AttachedRoute>>;

export interface RouteModels {
  readonly from: RoutesOfGateways;
  /** By `Kind namespace/name`. */
  readonly models: SortedMap<RouteModel>;
}

/** RouteStatus.parents holds so many. A route is attached to further default Gateways all the same; it is only not told there. */
const MOST_PARENTS = 32;

/** All routes that name one of our Gateways: those that changed on any are looked at. */
export function routeModels(
  from: RoutesOfGateways,
  previous: RouteModels | undefined,
  counters: { routeModelsMade: number },
): RouteModels {
  if (previous?.from === from) return previous;
  const changed = new Map<string, AttachedRoute | undefined>();
  for (const { before, after } of from.changesSince(previous?.from)) {
    for (const change of (after ?? sortedMap<AttachedRoute>()).changesSince(before))
      changed.set(change.key, change.after ?? changed.get(change.key) ?? change.before);
  }
  const before = previous?.models ?? sortedMap<RouteModel>();
  const edits = [...changed].map(([key, attached]): Edit<RouteModel> => {
    counters.routeModelsMade += 1;
    return [key, modelOf(key, attached, from, before.get(key))];
  });
  return { from, models: before.edit(edits) };
}

/** @param attached the route on one of the Gateways, now or last */
function modelOf(
  key: string,
  attached: AttachedRoute | undefined,
  from: RoutesOfGateways,
  previous: RouteModel | undefined,
): RouteModel | undefined {
  const parts = gatewaysOf(attached?.route.route, from).flatMap((id) => from.get(id)?.get(key) ?? []);
  const [first] = parts;
  if (first === undefined) return undefined;
  const parents = parts
    .flatMap(({ models }) => models)
    .toSorted((a, b) => a.index - b.index)
    .slice(0, MOST_PARENTS);
  return keepObject(previous, {
    route: first.route.route,
    parents: keepList(
      previous?.parents,
      parents.map(({ model }) => model),
    ),
  });
}

/** Those that it may be attached to: a ListenerSet does not tell in the route whose it is, nor do default Gateways. */
function gatewaysOf(route: Route | undefined, from: RoutesOfGateways): readonly string[] {
  const { parentRefs: refs = [], useDefaultGateways: scope = 'None' } = route?.spec ?? {};
  if (scope !== 'None' || refs.some(({ kind = 'Gateway' }) => kind !== 'Gateway')) return [...from.keys()];
  return [...new Set(refs.map((ref) => `${ref.namespace ?? route?.metadata.namespace ?? ''}/${ref.name}`))];
}
