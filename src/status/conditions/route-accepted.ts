import type { ParentModel } from '../../routing/index.js';
import { fromVerdict } from '../condition.js';
import type { CurrentCondition } from '../object-status.js';

/** RouteConditionAccepted, of one parent. */
export function routeAccepted(
  { accepted, listeners }: ParentModel,
  generation: number | undefined,
): CurrentCondition {
  return fromVerdict('Route Accepted', accepted, `attached to listener ${listeners.join(', ')}`, generation);
}
