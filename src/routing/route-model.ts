import { sortedMap, type SortedMap } from '../collections/index.js';
import type { HttpRoute } from '../resources/index.js';
import type { AttachedRoute, IndexedParent } from './attached-route.js';
import { keepList, keepMap } from './keep.js';
import type { RouteModel } from './model.js';

interface Known {
  /** Of each Gateway that the route names. */
  readonly parts: readonly (readonly IndexedParent[])[];
  readonly model: RouteModel;
}

/**
 * Makes a function to all routes that name one of our Gateways, by namespace and name; what did not change keeps its identity.
 * Its input is the attached routes of every Gateway.
 */
export function createRouteModels(): (
  gateways: readonly (readonly AttachedRoute[])[],
) => SortedMap<RouteModel> {
  const known = new WeakMap<HttpRoute, Known>();
  let last:
    | { readonly gateways: readonly (readonly AttachedRoute[])[]; readonly models: SortedMap<RouteModel> }
    | undefined;

  const modelOf = (route: HttpRoute, parts: readonly (readonly IndexedParent[])[]): RouteModel => {
    const before = known.get(route);
    if (before?.parts === keepList(before?.parts, parts)) return before.model;
    const parents = parts.flat().sort((a, b) => a.index - b.index);
    const model = { route, parents: parents.map((parent) => parent.model) };
    known.set(route, { parts, model });
    return model;
  };

  return (gateways) => {
    if (last?.gateways === keepList(last?.gateways, gateways)) return last.models;
    const parts = new Map<HttpRoute, (readonly IndexedParent[])[]>();
    for (const { route, models } of gateways.flat()) {
      const others = parts.get(route.route);
      if (others === undefined) parts.set(route.route, [models]);
      else others.push(models);
    }
    const models = sortedMap(
      [...parts].map(([route, own]) => {
        const { namespace = '', name } = route.metadata;
        return [`${namespace}/${name}`, modelOf(route, own)];
      }),
    );
    last = { gateways, models: keepMap(last?.models, models) };
    return last.models;
  };
}
