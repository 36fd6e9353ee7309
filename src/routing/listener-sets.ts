import type { Gateway, ListenerSet } from '../resources/index.js';
import type { Reads } from '../store/index.js';
import { allowsNamespace } from './allowed-routes.js';
import { ACCEPTED, type Verdict } from './model.js';
import { createdAt } from './precedence.js';
import { refusal } from './refusals.js';

// Which ListenerSets join a Gateway. Source: Gateway API, ListenerSet, GatewaySpec.allowedListeners.

const GROUP = 'gateway.networking.k8s.io';

/** A ListenerSet that names the Gateway, and whether the Gateway lets it in (ListenerSetReasonNotAllowed). */
export interface NamingSet {
  readonly listenerSet: ListenerSet;
  readonly allowed: Verdict;
}

/** Every ListenerSet that names the Gateway, in order of precedence: the oldest first, then by namespace and name. */
export function setsNaming(gateway: Gateway, reads: Reads): readonly NamingSet[] {
  const { namespace = '', name } = gateway.metadata;
  return [...reads.referring('setsOfGateway', namespace, name)]
    .filter(([, { spec }]) => (spec.parentRef.group ?? GROUP) === GROUP)
    .toSorted(([a, one], [b, other]) => {
      const [first, second] = [one, other].map(({ metadata }) => createdAt(metadata.creationTimestamp));
      return first === second ? (a < b ? -1 : 1) : (first ?? 0) < (second ?? 0) ? -1 : 1;
    })
    .map(([, listenerSet]) => ({ listenerSet, allowed: admission(listenerSet, gateway, reads) }));
}

/** Whether the ListenerSet names the Gateway as its parent. */
export function namesGateway({ metadata, spec: { parentRef } }: ListenerSet, gateway: Gateway): boolean {
  return (
    (parentRef.group ?? GROUP) === GROUP &&
    (parentRef.kind ?? 'Gateway') === 'Gateway' &&
    (parentRef.namespace ?? metadata.namespace) === gateway.metadata.namespace &&
    parentRef.name === gateway.metadata.name
  );
}

/** Without a word of the Gateway no ListenerSet joins it. */
export function admission({ metadata }: ListenerSet, gateway: Gateway, reads: Pick<Reads, 'get'>): Verdict {
  const own = gateway.metadata.namespace ?? '';
  const { from = 'None', selector } = gateway.spec.allowedListeners?.namespaces ?? {};
  const namespaces = { from, ...(selector !== undefined && { selector }) };
  if (allowsNamespace({ namespaces }, own, metadata.namespace ?? '', reads)) return ACCEPTED;
  const message = `Gateway ${own}/${gateway.metadata.name} does not allow ListenerSets of namespace ${metadata.namespace ?? ''}`;
  return refusal('NotAllowed', message, 'spec.parentRef');
}
