import type { Gateway, Listener, ParentReference, Route } from '../resources/index.js';
import type { Reads } from '../store/index.js';
import { allowsNamespace } from './allowed-routes.js';
import { hostOf } from './conflicts.js';
import { intersect, type Domain } from './hostnames.js';
import { ACCEPTED, type Verdict } from './model.js';
import { refusal } from './refusals.js';
import { routeHostnames } from './route-hostnames.js';
import { routeKindsOf } from './route-kinds.js';

// Who attaches to what. It depends on the specs alone, never on the state of listener or route.
// Source: Gateway API, ParentReference, AllowedRoutes, ListenerStatus.attachedRoutes.

/** What one hostname of a route means on one listener. */
export interface Attachment {
  readonly listener: string;
  /** Intersection of both hostnames. */
  readonly domain: Domain;
  /** The route's own hostname, which decides precedence (DESIGN D18). */
  readonly hostname: Domain;
}

export interface AttachedParent {
  /** Index into `spec.parentRefs`. */
  readonly index: number;
  readonly parentRef: ParentReference;
  readonly accepted: Verdict;
  readonly attachments: readonly Attachment[];
}

const GROUP = 'gateway.networking.k8s.io';

/** One entry for each parentRef of the route that names the Gateway. */
export function attach(route: Route, gateway: Gateway, reads: Reads): readonly AttachedParent[] {
  return (route.spec.parentRefs ?? []).flatMap((parentRef, index) =>
    names(parentRef, route, gateway)
      ? [{ index, parentRef, ...attachTo(parentRef, index, route, gateway, reads) }]
      : [],
  );
}

function names(ref: ParentReference, route: Route, gateway: Gateway): boolean {
  return (
    (ref.group ?? GROUP) === GROUP &&
    (ref.kind ?? 'Gateway') === 'Gateway' &&
    (ref.namespace ?? route.metadata.namespace) === gateway.metadata.namespace &&
    ref.name === gateway.metadata.name
  );
}

function attachTo(
  ref: ParentReference,
  index: number,
  route: Route,
  gateway: Gateway,
  reads: Reads,
): Pick<AttachedParent, 'accepted' | 'attachments'> {
  const at = `spec.parentRefs[${index}]`;
  const refused = (reason: string, message: string, where = at): ReturnType<typeof attachTo> => ({
    accepted: refusal(reason, message, where),
    attachments: [],
  });
  const named = gateway.spec.listeners.filter(
    ({ name, port }) => (ref.sectionName ?? name) === name && (ref.port ?? port) === port,
  );
  if (named.length === 0)
    return refused('NoMatchingParent', `Gateway ${ref.name} has no listener that ${at} names`);
  const open = named.filter((listener) => takesRoute(listener, gateway, route, reads));
  if (open.length === 0) {
    return refused(
      'NotAllowedByListeners',
      `no listener of Gateway ${ref.name} that ${at} names allows this route`,
    );
  }
  const { domains, refusals } = routeHostnames(route);
  const [hostnameRefusal] = refusals;
  if (domains.length === 0 && hostnameRefusal !== undefined)
    return { accepted: hostnameRefusal, attachments: [] };
  const attachments = open.flatMap((listener) => attachmentsOf(listener, domains));
  if (attachments.length === 0) {
    const message = `no hostname of the route meets one of Gateway ${ref.name}`;
    return refused('NoMatchingListenerHostname', message, 'spec.hostnames');
  }
  return { accepted: ACCEPTED, attachments };
}

function takesRoute(listener: Listener, gateway: Gateway, route: Route, reads: Reads): boolean {
  const { supportedKinds } = routeKindsOf(listener, '');
  return (
    supportedKinds.some(({ kind }) => kind === route.kind) &&
    allowsNamespace(
      listener.allowedRoutes,
      gateway.metadata.namespace ?? '',
      route.metadata.namespace ?? '',
      reads,
    )
  );
}

function attachmentsOf(listener: Listener, hostnames: readonly Domain[]): readonly Attachment[] {
  return hostnames.flatMap((hostname) => {
    const domain = intersect(hostOf(listener), hostname);
    return domain === undefined ? [] : [{ listener: listener.name, domain, hostname }];
  });
}
