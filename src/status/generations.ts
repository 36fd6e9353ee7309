import type { GatewayModel } from '../routing/index.js';

/**
 * The generation that an acknowledgement is about, for each place: the Gateway's for itself ('') and its own listeners; for a listener of a ListenerSet the sum
 * of both generations, which grows whenever one of them does.
 */
export function generationsOf({ gateway, listenerSets, listeners }: GatewayModel): (place: string) => number {
  const { generation: own = 0 } = gateway.metadata;
  const sets = new Map(
    listenerSets.map(({ listenerSet: { metadata } }) => [
      `${metadata.namespace ?? ''}/${metadata.name}`,
      metadata.generation ?? 0,
    ]),
  );
  const ofListeners = new Map(
    listeners.map(({ name, set }) => [name, own + (set === undefined ? 0 : (sets.get(set) ?? 0))]),
  );
  return (place) => ofListeners.get(place) ?? own;
}
