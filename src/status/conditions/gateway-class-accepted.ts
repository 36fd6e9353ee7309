import type { GatewayClassModel } from '../../routing/index.js';
import { fromVerdict } from '../condition.js';
import type { CurrentCondition } from '../object-status.js';

/** GatewayClassConditionStatusAccepted. */
export function gatewayClassAccepted({ gatewayClass, accepted }: GatewayClassModel): CurrentCondition {
  return fromVerdict(
    'GatewayClass Accepted',
    accepted,
    'this controller serves the class',
    gatewayClass.metadata.generation,
  );
}
