import type { GatewayModel } from '../../routing/index.js';
import { fromVerdict } from '../condition.js';
import type { CurrentCondition } from '../object-status.js';

/** GatewayConditionResolvedRefs, where the Gateway itself refers to something. */
export function gatewayResolvedRefs({ gateway, resolvedRefs }: GatewayModel): readonly CurrentCondition[] {
  const { generation } = gateway.metadata;
  return resolvedRefs === undefined
    ? []
    : [fromVerdict('Gateway ResolvedRefs', resolvedRefs, 'all references are resolved', generation)];
}
