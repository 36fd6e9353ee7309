import type { ObjectRef } from '../resources/index.js';
import type { AttachedParent } from './attachment.js';
import type { Domain } from './hostnames.js';
import type { ParentModel } from './model.js';
import type { ResolvedRoute } from './resolve-route.js';
import type { Contribution } from './virtual-hosts.js';

/** A route and what it means on one Gateway: made once, and the same object until route or attachment change. */
export interface AttachedRoute {
  readonly parents: readonly AttachedParent[];
  readonly route: ResolvedRoute;
  /** Names of the listeners it is attached to, once each. */
  readonly listeners: readonly string[];
  readonly contributions: readonly {
    readonly listener: string;
    readonly domain: Domain;
    readonly contribution: Contribution;
  }[];
  readonly models: readonly IndexedParent[];
}

export interface IndexedParent {
  /** Index into `spec.parentRefs`. */
  readonly index: number;
  readonly model: ParentModel;
}

export function attachedRoute(
  parents: readonly AttachedParent[],
  route: ResolvedRoute,
  gateway: ObjectRef,
): AttachedRoute {
  const attachments = parents.flatMap((parent) => parent.attachments);
  return {
    parents,
    route,
    listeners: [...new Set(attachments.map(({ listener }) => listener))],
    contributions: attachments.map(({ listener, domain, hostname }) => ({
      listener,
      domain,
      contribution: contributionOf(route, hostname),
    })),
    models: parents.map((parent) => ({ index: parent.index, model: parentModel(parent, route, gateway) })),
  };
}

/** ResolvedRefs is told even where the route is not accepted. */
function parentModel(parent: AttachedParent, route: ResolvedRoute, gateway: ObjectRef): ParentModel {
  const accepted = parent.accepted.accepted ? route.accepted : parent.accepted;
  return {
    parentRef: parent.parentRef,
    gateway,
    accepted,
    resolvedRefs: route.resolvedRefs,
    partiallyInvalid: accepted.accepted ? route.partiallyInvalid : undefined,
    listeners: [...new Set(parent.attachments.map(({ listener }) => listener))],
  };
}

const contributions = new WeakMap<ResolvedRoute, Map<Domain, Contribution>>();

function contributionOf(route: ResolvedRoute, hostname: Domain): Contribution {
  let byHostname = contributions.get(route);
  if (byHostname === undefined) contributions.set(route, (byHostname = new Map<Domain, Contribution>()));
  let found = byHostname.get(hostname);
  if (found === undefined) byHostname.set(hostname, (found = { route, hostname }));
  return found;
}
