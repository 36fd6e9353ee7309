import type { Gateway, Listener, ParentReference, Route } from '../resources/index.js';
import type { Reads } from '../store/index.js';
import { admission, namesGateway } from './listener-sets.js';
import { nameInGateway } from './listener-names.js';

// What a route may mean by a parent on one Gateway. Source: Gateway API, ParentReference; GEP-1713, GEP-3793.

const GROUP = 'gateway.networking.k8s.io';

/** Listeners that a parentRef chooses from: the Gateway's own, or those of one ListenerSet; never both. */
export interface RouteParent {
  /** `Gateway edge`, for messages. */
  readonly what: string;
  /** What `Same` means to its listeners. */
  readonly namespace: string;
  readonly listeners: readonly ParentListener[];
}

export interface ParentListener {
  /** As it is written. */
  readonly listener: Listener;
  /** Its name in the Gateway. */
  readonly name: string;
}

/**
 * The parent that a reference of the route means, as far as it belongs to the Gateway; undefined: it means something else. A ListenerSet that the Gateway
 * does not let in has no listeners.
 */
export function parentOf(
  ref: ParentReference,
  route: Route,
  gateway: Gateway,
  reads: Reads,
): RouteParent | undefined {
  if ((ref.group ?? GROUP) !== GROUP) return undefined;
  const namespace = ref.namespace ?? route.metadata.namespace ?? '';
  switch (ref.kind ?? 'Gateway') {
    case 'Gateway': {
      const isIt = namespace === gateway.metadata.namespace && ref.name === gateway.metadata.name;
      return isIt ? gatewayParent(gateway) : undefined;
    }
    case 'ListenerSet': {
      const set = reads.get('ListenerSet', namespace, ref.name);
      if (set === undefined || !namesGateway(set, gateway)) return undefined;
      const joins = admission(set, gateway, reads).accepted;
      const listeners = joins ? set.spec.listeners : [];
      return {
        what: joins
          ? `ListenerSet ${ref.name}`
          : `ListenerSet ${ref.name}, which the Gateway does not allow,`,
        namespace,
        listeners: listeners.map((listener) => ({
          listener,
          name: nameInGateway(listener.name, set.metadata),
        })),
      };
    }
    default:
      return undefined;
  }
}

export function gatewayParent({ metadata, spec }: Gateway): RouteParent {
  return {
    what: `Gateway ${metadata.name}`,
    namespace: metadata.namespace ?? '',
    listeners: spec.listeners.map((listener) => ({ listener, name: listener.name })),
  };
}

/** What a route that uses default Gateways would have written to name this one; undefined: it does not, or it names the whole of it anyway. */
export function impliedParentRef(route: Route, gateway: Gateway): ParentReference | undefined {
  const { defaultScope = 'None' } = gateway.spec;
  if (defaultScope === 'None' || route.spec.useDefaultGateways !== defaultScope) return undefined;
  const { namespace = '', name } = gateway.metadata;
  const isWhole = (ref: ParentReference): boolean =>
    (ref.group ?? GROUP) === GROUP &&
    (ref.kind ?? 'Gateway') === 'Gateway' &&
    (ref.namespace ?? route.metadata.namespace) === namespace &&
    ref.name === name &&
    ref.sectionName === undefined &&
    ref.port === undefined;
  if (route.spec.parentRefs?.some(isWhole) === true) return undefined;
  return { group: GROUP, kind: 'Gateway', namespace, name };
}
