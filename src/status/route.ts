import { displayRef, refOf } from '../resources/index.js';
import type { ParentModel, RouteModel } from '../routing/index.js';
import type { Conviction } from './acknowledgements.js';
import { routeAccepted } from './conditions/route-accepted.js';
import { routePartiallyInvalid } from './conditions/route-partially-invalid.js';
import { routeRejectedByProxy } from './conditions/route-rejected-by-proxy.js';
import { routeResolvedRefs } from './conditions/route-resolved-refs.js';
import type { CurrentCondition, ObjectStatus, ParentStatus } from './object-status.js';

/** Convictions by fleet, `namespace/name` of the Gateway. */
export type Convictions = ReadonlyMap<string, readonly Conviction[]>;

export function routeStatus(
  { route, parents }: RouteModel,
  controllerName: string,
  convictions: Convictions = new Map(),
): ObjectStatus<CurrentCondition> {
  const { generation } = route.metadata;
  const object = displayRef(refOf(route));
  const convictedAt = ({ gateway }: ParentModel): readonly Conviction[] =>
    (convictions.get(`${gateway.namespace}/${gateway.name}`) ?? []).filter(
      ({ owner }) => owner.object === object,
    );
  return {
    kind: route.kind,
    ref: refOf(route),
    status: {
      parents: parents.map((parent) => parentStatus(parent, controllerName, generation, convictedAt(parent))),
    },
  };
}

function parentStatus(
  parent: ParentModel,
  controllerName: string,
  generation: number | undefined,
  convictions: readonly Conviction[],
): ParentStatus<CurrentCondition> {
  const partially = routePartiallyInvalid(parent, generation);
  const rejected = routeRejectedByProxy(convictions, generation);
  return {
    parentRef: parent.parentRef,
    controllerName,
    conditions: [
      routeAccepted(parent, generation),
      routeResolvedRefs(parent, generation),
      ...(partially === undefined ? [] : [partially]),
      ...(rejected === undefined ? [] : [rejected]),
    ],
  };
}
