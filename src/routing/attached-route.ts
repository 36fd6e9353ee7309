import type { ObjectRef } from '../resources/index.js';
import type { AttachedParent } from './attachment.js';
import type { Domain } from './hostnames.js';
import { keepEqual, keepObject } from './keep.js';
import type { ParentModel } from './model.js';
import type { ResolvedRoute } from './resolve-route.js';

/** A route and what it means on one Gateway: the same object until route or attachment change. */
export interface AttachedRoute {
  readonly route: ResolvedRoute;
  /** The listeners it is attached to, and the hostnames it has there. */
  readonly places: readonly { readonly listener: string; readonly hostnames: readonly Domain[] }[];
  readonly models: readonly IndexedParent[];
}

export interface IndexedParent {
  /** Index into `spec.parentRefs`. */
  readonly index: number;
  readonly model: ParentModel;
}

/** @param previous the same route as last attached to the Gateway */
export function attachedRoute(
  parents: readonly AttachedParent[],
  route: ResolvedRoute,
  gateway: ObjectRef,
  previous: AttachedRoute | undefined,
): AttachedRoute {
  const byListener = Map.groupBy(
    parents.flatMap((parent) => parent.attachments),
    ({ listener }) => listener,
  );
  const places = [...byListener].map(([listener, attachments]) => ({
    listener,
    // Two parentRefs may name one listener.
    hostnames: [...new Set(attachments.map(({ hostname }) => hostname))],
  }));
  const models = parents.map((parent) => ({
    index: parent.index,
    model: parentModel(parent, route, gateway),
  }));
  return keepObject(previous, {
    route,
    places: keepEqual(previous?.places, places),
    models: keepEqual(previous?.models, models),
  });
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
