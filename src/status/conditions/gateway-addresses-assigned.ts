import type { GatewayModel } from '../../routing/index.js';
import { fromVerdict } from '../condition.js';
import type { CurrentCondition } from '../object-status.js';

/** GatewayConditionAddressesAssigned, absent until it is known which addresses there are. */
export function gatewayAddressesAssigned({ gateway, assigned }: GatewayModel): readonly CurrentCondition[] {
  const { generation } = gateway.metadata;
  return assigned === undefined
    ? []
    : [fromVerdict('Gateway AddressesAssigned', assigned, 'it has every address it asks for', generation)];
}
