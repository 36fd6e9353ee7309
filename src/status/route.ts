import { refOf } from '../resources/index.js';
import type { ParentModel, RouteModel } from '../routing/index.js';
import { routeAccepted } from './conditions/route-accepted.js';
import { routePartiallyInvalid } from './conditions/route-partially-invalid.js';
import { routeResolvedRefs } from './conditions/route-resolved-refs.js';
import type { CurrentCondition, ObjectStatus, ParentStatus } from './object-status.js';

export function routeStatus(
  { route, parents }: RouteModel,
  controllerName: string,
): ObjectStatus<CurrentCondition> {
  const { generation } = route.metadata;
  return {
    kind: 'HTTPRoute',
    ref: refOf(route),
    status: { parents: parents.map((parent) => parentStatus(parent, controllerName, generation)) },
  };
}

function parentStatus(
  parent: ParentModel,
  controllerName: string,
  generation: number | undefined,
): ParentStatus<CurrentCondition> {
  const partially = routePartiallyInvalid(parent, generation);
  return {
    parentRef: parent.parentRef,
    controllerName,
    conditions: [
      routeAccepted(parent, generation),
      routeResolvedRefs(parent, generation),
      ...(partially === undefined ? [] : [partially]),
    ],
  };
}
