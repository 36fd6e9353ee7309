import { isDeepStrictEqual } from 'node:util';
import { sortedMap, type Change, type Edit, type SortedMap } from '../collections/index.js';
import { displayRef, refOf, type Gateway, type InstalledBundle } from '../resources/index.js';
import type { GatewayModel, Model, PolicyModel, RouteModel } from '../routing/index.js';
import { BUILT_IN } from './conditions/gateway-class-supported-version.js';
import { gatewayClassStatus } from './gateway-class.js';
import { gatewayStatus } from './gateway.js';
import type { CurrentCondition, ObjectStatus } from './object-status.js';
import { policyStatus } from './policy.js';
import { listenerSetStatuses } from './listener-set.js';
import { noProgress, type FleetProgress } from './progress.js';
import { routeStatus, type Convictions } from './route.js';

export type Current = ObjectStatus<CurrentCondition>;

/** The statuses of one moment, before it is known since when they hold, and what they were made of. */
export interface Statuses {
  /** By `Kind namespace/name`. */
  readonly current: SortedMap<Current>;
  readonly routes: SortedMap<RouteModel>;
  readonly policies: Model['policies'];
  /** The objects that a conviction names. */
  readonly convicted: ReadonlySet<string>;
}

const NOTHING: Statuses = {
  current: sortedMap(),
  routes: sortedMap(),
  policies: [],
  convicted: new Set(),
};

/**
 * What the model and the progress of its fleets mean for the status of every object of ours. Of the routes only those are looked at that differ
 * from `previous`, or have to do with a conviction; classes, Gateways and ListenerSets are few.
 * @param progress by fleet, `namespace/name` of the Gateway
 * @param bundle what is installed of Gateway API; default: what is built in, for objects from files
 */
export function statusesOf(
  { gatewayClasses, gateways, routes, policies }: Model,
  progress: ReadonlyMap<string, FleetProgress>,
  controllerName: string,
  previous: Statuses = NOTHING,
  bundle: InstalledBundle = BUILT_IN,
): Statuses {
  const convictions: Convictions = new Map([...progress].map(([fleet, each]) => [fleet, each.convictions]));
  const convicted = new Set([...convictions.values()].flatMap((all) => all.map(({ owner }) => owner.object)));
  const changed = new Set(routes.changesSince(previous.routes).map(({ key }) => key));
  for (const object of [...previous.convicted, ...convicted]) if (routes.has(object)) changed.add(object);
  const few = [
    ...gatewayClasses.map((model) => gatewayClassStatus(model, bundle)),
    ...gateways.flatMap((gateway) => ofGateway(gateway, progress, bundle)),
  ];
  const edits: readonly Edit<Current>[] = [
    ...['GatewayClass ', 'Gateway ', 'ListenerSet '].flatMap((kind) =>
      [...previous.current.startingWith(kind)].map(([key]) => [key, undefined] as const),
    ),
    ...few.map((status) => [displayRef(status.ref), status] as const),
    ...[...changed].map((key) => {
      const route = routes.get(key);
      return [key, route && routeStatus(route, controllerName, convictions)] as const;
    }),
    ...policies.flatMap((models, i) =>
      policyEdits(models.changesSince(previous.policies[i]), controllerName),
    ),
  ];
  return { current: previous.current.edit(edits), routes, policies, convicted };
}

function policyEdits(
  changes: readonly Change<PolicyModel>[],
  controllerName: string,
): readonly Edit<Current>[] {
  return changes.flatMap(({ before, after }): readonly Edit<Current>[] => {
    const policy = (after ?? before)?.policy;
    return policy === undefined
      ? []
      : [[displayRef(refOf(policy)), after && policyStatus(after, controllerName)]];
  });
}

/** What the status of a Gateway depends on: not its fleet, which would keep alive whatever was served then. */
type Own = Pick<
  GatewayModel,
  | 'accepted'
  | 'resolvedRefs'
  | 'addressed'
  | 'assigned'
  | 'addresses'
  | 'routabilities'
  | 'listeners'
  | 'listenerSets'
>;

interface Known {
  readonly own: Own;
  readonly progress: FleetProgress;
  readonly bundle: InstalledBundle;
  /** Its own, then those of the ListenerSets that name it. */
  readonly statuses: readonly Current[];
}

const known = new WeakMap<Gateway, Known>();

/** Kept while nothing of the Gateway itself changes: what its fleet serves is another one with every route. */
function ofGateway(
  model: GatewayModel,
  all: ReadonlyMap<string, FleetProgress>,
  bundle: InstalledBundle,
): readonly Current[] {
  const { name, namespace = '' } = model.gateway.metadata;
  const progress = all.get(`${namespace}/${name}`) ?? noProgress(model);
  const before = known.get(model.gateway);
  if (
    before?.bundle === bundle &&
    isAlike(before.own, model) &&
    isDeepStrictEqual(before.progress, progress)
  ) {
    return before.statuses;
  }
  const statuses = [gatewayStatus(model, progress, bundle), ...listenerSetStatuses(model, progress)];
  const { accepted, resolvedRefs, addressed, assigned, addresses, routabilities } = model;
  const { listeners, listenerSets } = model;
  const own = {
    accepted,
    resolvedRefs,
    addressed,
    assigned,
    addresses,
    routabilities,
    listeners,
    listenerSets,
  };
  known.set(model.gateway, { own, progress, bundle, statuses });
  return statuses;
}

function isAlike(a: Own, b: Own): boolean {
  return (
    a.accepted === b.accepted &&
    a.resolvedRefs === b.resolvedRefs &&
    a.addressed === b.addressed &&
    a.assigned === b.assigned &&
    a.addresses === b.addresses &&
    a.routabilities === b.routabilities &&
    a.listeners === b.listeners &&
    a.listenerSets === b.listenerSets
  );
}
