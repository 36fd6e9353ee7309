import type { ParentModel } from '../../routing/index.js';
import { fromVerdict } from '../condition.js';
import type { CurrentCondition } from '../object-status.js';

/** RouteConditionResolvedRefs, of one parent; told even where the route is not accepted. */
export function routeResolvedRefs(
  { resolvedRefs }: ParentModel,
  generation: number | undefined,
): CurrentCondition {
  return fromVerdict('Route ResolvedRefs', resolvedRefs, 'all references are resolved', generation);
}
