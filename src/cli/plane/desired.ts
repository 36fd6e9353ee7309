import type { DesiredProxy } from '../../infra/index.js';
import type { GatewayModel, ListenerModel, Model } from '../../routing/index.js';

/**
 * The Gateways that should have an Envoy, and the ports it should bind. Bad parameters start none and leave the one that runs
 * (DESIGN D10). What only the outside refused – a port that could not be had, an
 * address that is not ours – stays desired: it is tried again, and its refusal is taken back when it works.
 */
export function desiredProxies(model: Model): readonly DesiredProxy[] {
  return model.gateways.filter(isWanted).flatMap(({ gateway, listeners }) => {
    const wanted = listeners.filter(isBindable).map(({ name, port, protocol }) => ({
      name,
      port,
      ...(protocol === 'UDP' && ({ transport: 'udp' } as const)),
    }));
    if (wanted.length === 0) return [];
    const { name, namespace = '' } = gateway.metadata;
    return [{ fleet: `${namespace}/${name}`, listeners: wanted, addresses: gateway.spec.addresses ?? [] }];
  });
}

function isWanted({ accepted, addresses }: GatewayModel): boolean {
  return accepted.accepted || accepted.reason !== 'InvalidParameters' || addresses.length > 0;
}

function isBindable({ accepted, conflicted }: ListenerModel): boolean {
  return conflicted.accepted && (accepted.accepted || accepted.reason === 'PortUnavailable');
}
