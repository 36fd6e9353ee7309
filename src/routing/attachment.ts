import type { Gateway, Listener, ParentReference, Route } from '../resources/index.js';
import type { Reads } from '../store/index.js';
import { allowsNamespace } from './allowed-routes.js';
import { hostOf } from './conflicts.js';
import { intersect, type Domain } from './hostnames.js';
import { ACCEPTED, type Verdict } from './model.js';
import { refusal } from './refusals.js';
import { routeHostnames } from './route-hostnames.js';
import { routeKindsOf } from './route-kinds.js';
import {
  gatewayParent,
  impliedParentRef,
  parentOf,
  type ParentListener,
  type RouteParent,
} from './route-parents.js';

// Who attaches to what. It depends on the specs alone, never on the state of listener or route.
// Source: Gateway API, ParentReference, AllowedRoutes, ListenerStatus.attachedRoutes.

/** What one hostname of a route means on one listener. */
export interface Attachment {
  /** Name in the Gateway. */
  readonly listener: string;
  /** Intersection of both hostnames. */
  readonly domain: Domain;
  /** The route's own hostname, which decides precedence (DESIGN D18). */
  readonly hostname: Domain;
}

export interface AttachedParent {
  /** Index into `spec.parentRefs`; its length for a default Gateway that the route does not name. */
  readonly index: number;
  readonly parentRef: ParentReference;
  readonly accepted: Verdict;
  readonly attachments: readonly Attachment[];
}

/** One entry for each parentRef of the route that means the Gateway or a ListenerSet of it, and one if the Gateway is its default. */
export function attach(route: Route, gateway: Gateway, reads: Reads): readonly AttachedParent[] {
  const parentRefs = route.spec.parentRefs ?? [];
  const named = parentRefs.flatMap((parentRef, index) => {
    const parent = parentOf(parentRef, route, gateway, reads);
    if (parent === undefined) return [];
    const at = `spec.parentRefs[${index}]`;
    return [{ index, parentRef, ...attachTo(parent, parentRef, at, route, reads) }];
  });
  const implied = impliedParentRef(route, gateway);
  if (implied === undefined) return named;
  const at = 'spec.useDefaultGateways';
  const attached = attachTo(gatewayParent(gateway), implied, at, route, reads);
  return [...named, { index: parentRefs.length, parentRef: implied, ...attached }];
}

function attachTo(
  parent: RouteParent,
  ref: ParentReference,
  at: string,
  route: Route,
  reads: Reads,
): Pick<AttachedParent, 'accepted' | 'attachments'> {
  const refused = (reason: string, message: string, where = at): ReturnType<typeof attachTo> => ({
    accepted: refusal(reason, message, where),
    attachments: [],
  });
  const named = parent.listeners.filter(
    ({ listener: { name, port } }) => (ref.sectionName ?? name) === name && (ref.port ?? port) === port,
  );
  if (named.length === 0)
    return refused('NoMatchingParent', `${parent.what} has no listener that ${at} names`);
  const open = named.filter(({ listener }) => takesRoute(listener, parent.namespace, route, reads));
  if (open.length === 0) {
    return refused(
      'NotAllowedByListeners',
      `no listener of ${parent.what} that ${at} names allows this route`,
    );
  }
  const { domains, refusals } = routeHostnames(route);
  const [hostnameRefusal] = refusals;
  if (domains.length === 0 && hostnameRefusal !== undefined)
    return { accepted: hostnameRefusal, attachments: [] };
  const attachments = open.flatMap((listener) => attachmentsOf(listener, domains));
  if (attachments.length === 0) {
    const message = `no hostname of the route meets one of ${parent.what}`;
    return refused('NoMatchingListenerHostname', message, 'spec.hostnames');
  }
  return { accepted: ACCEPTED, attachments };
}

function takesRoute(listener: Listener, namespace: string, route: Route, reads: Reads): boolean {
  const { supportedKinds } = routeKindsOf(listener, '');
  return (
    supportedKinds.some(({ kind }) => kind === route.kind) &&
    allowsNamespace(listener.allowedRoutes, namespace, route.metadata.namespace ?? '', reads)
  );
}

function attachmentsOf(
  { listener, name }: ParentListener,
  hostnames: readonly Domain[],
): readonly Attachment[] {
  return hostnames.flatMap((hostname) => {
    const domain = intersect(hostOf(listener), hostname);
    return domain === undefined ? [] : [{ listener: name, domain, hostname }];
  });
}
