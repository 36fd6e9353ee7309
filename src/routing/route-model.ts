import type { HttpRoute, ObjectRef } from '../resources/index.js';
import type { AttachedParent } from './attachment.js';
import { createSorter, keepList } from './keep.js';
import type { ParentModel, RouteModel } from './model.js';
import type { ResolvedRoute } from './resolve-route.js';

const parentModels = new WeakMap<
  AttachedParent,
  { readonly route: ResolvedRoute; readonly model: ParentModel }
>();

/** What status says of one parentRef. ResolvedRefs is told even where the route is not accepted. */
export function parentModel(parent: AttachedParent, route: ResolvedRoute, gateway: ObjectRef): ParentModel {
  const known = parentModels.get(parent);
  if (known?.route === route) return known.model;
  const accepted = parent.accepted.accepted ? route.accepted : parent.accepted;
  const model: ParentModel = {
    parentRef: parent.parentRef,
    gateway,
    accepted,
    resolvedRefs: route.resolvedRefs,
    partiallyInvalid: accepted.accepted ? route.partiallyInvalid : undefined,
    listeners: [...new Set(parent.attachments.map(({ listener }) => listener))],
  };
  parentModels.set(parent, { route, model });
  return model;
}

export interface IndexedParent {
  /** Index into `spec.parentRefs`. */
  readonly index: number;
  readonly model: ParentModel;
}

/** Makes a function to all routes that name one of our Gateways, by namespace and name; what did not change keeps its identity. */
export function createRouteModels(): (
  parents: ReadonlyMap<HttpRoute, readonly IndexedParent[]>,
) => readonly RouteModel[] {
  const known = new WeakMap<HttpRoute, RouteModel>();
  const modelOf = (route: HttpRoute, parents: readonly IndexedParent[]): RouteModel => {
    const before = known.get(route);
    const ordered = parents.length > 1 ? parents.toSorted((a, b) => a.index - b.index) : parents;
    const models = ordered.map(({ model }) => model);
    if (before?.parents === keepList(before?.parents, models)) return before;
    const model = { route, parents: models };
    known.set(route, model);
    return model;
  };
  const sort = createSorter<RouteModel>(({ route }) => keyOf(route));
  return (parents) => sort([...parents].map(([route, own]) => modelOf(route, own)));
}

function keyOf(route: HttpRoute): string {
  return `${route.metadata.namespace ?? ''}/${route.metadata.name}`;
}
