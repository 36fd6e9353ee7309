import type { GatewayClassModel } from '../../routing/index.js';
import { condition } from '../condition.js';
import type { CurrentCondition } from '../object-status.js';

/** Schemas and rules that objects from files are held against; they are built in, so they always fit. */
const BUNDLE_VERSION = 'v1.7.0';

/** GatewayClassConditionStatusSupportedVersion. */
export function gatewayClassSupportedVersion({ gatewayClass }: GatewayClassModel): CurrentCondition {
  const message = `objects are validated as Gateway API ${BUNDLE_VERSION}`;
  return condition(
    'GatewayClass SupportedVersion',
    'True',
    'SupportedVersion',
    message,
    gatewayClass.metadata.generation,
  );
}
