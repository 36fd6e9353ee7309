import type { GatewayModel } from '../../routing/index.js';
import { condition, fromVerdict } from '../condition.js';
import type { CurrentCondition } from '../object-status.js';

/** GatewayConditionAccepted: one bad listener among good ones leaves it True and is the reason; only all bad ones refuse the Gateway. */
export function gatewayAccepted({ gateway, accepted, listeners }: GatewayModel): CurrentCondition {
  const { generation } = gateway.metadata;
  const own = listeners.filter(({ set }) => set === undefined);
  const bad = own.filter(({ served }) => !served).map(({ name }) => name);
  if (accepted.accepted && bad.length > 0) {
    const message = `served except for listener ${bad.join(', ')}, whose conditions say why`;
    return condition('Gateway Accepted', 'True', 'ListenersNotValid', message, generation);
  }
  return fromVerdict('Gateway Accepted', accepted, 'the Gateway is valid', generation);
}
