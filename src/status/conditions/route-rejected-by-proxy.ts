import type { Conviction } from '../acknowledgements.js';
import { convictionMessage } from '../acknowledgements.js';
import { condition } from '../condition.js';
import type { CurrentCondition } from '../object-status.js';

/**
 * A condition of our own, set only while it is True: Envoy rejected a part of the route when that alone had changed (DESIGN D9). It says what
 * Envoy said, of which resource, and which rule it was.
 * @param convictions those of the route, in the fleet of this parent
 */
export function routeRejectedByProxy(
  convictions: readonly Conviction[],
  generation: number | undefined,
): CurrentCondition | undefined {
  if (convictions.length === 0) return undefined;
  return condition(
    'Route windlass.io/RejectedByProxy',
    'True',
    'RejectedByProxy',
    convictionMessage(convictions),
    generation,
  );
}
