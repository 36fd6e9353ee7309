import type { GatewayModel } from '../../routing/index.js';
import { condition } from '../condition.js';
import type { CurrentCondition } from '../object-status.js';

/** DefaultGateway of GEP-3793, set only while the Gateway takes routes that use default Gateways. */
export function gatewayDefault({ gateway }: GatewayModel): readonly CurrentCondition[] {
  const { defaultScope: scope = 'None' } = gateway.spec;
  if (scope === 'None') return [];
  const message = `routes that use default Gateways of scope ${scope} are attached to it, as its listeners allow`;
  return [
    condition('Gateway DefaultGateway', 'True', 'DefaultGateway', message, gateway.metadata.generation),
  ];
}
