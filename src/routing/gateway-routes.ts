import { createUnion, type SortedMap } from '../collections/index.js';
import type { Route } from '../resources/index.js';
import type { Store } from '../store/index.js';
import type { AnalysedGateway } from './analysed-gateway.js';

/** Makes a function to the routes that may have to do with a Gateway, from moment to moment: those that name it or a ListenerSet of it, and as a default one those that use such. */
export function createGatewayRoutes(): (analysed: AnalysedGateway, store: Store) => SortedMap<Route> {
  const union = createUnion<Route>();
  return ({ gateway, sets }, store) => {
    const { namespace = '', name } = gateway.metadata;
    const parts = new Map([['', store.referring('routesOfGateway', namespace, name)]]);
    for (const { metadata } of sets.map(({ listenerSet }) => listenerSet)) {
      const own = metadata.namespace ?? '';
      parts.set(`${own}/${metadata.name}`, store.referring('routesOfListenerSet', own, metadata.name));
    }
    const { defaultScope: scope = 'None' } = gateway.spec;
    if (scope !== 'None') parts.set(scope, store.referring('routesOfScope', '', scope));
    return union(parts);
  };
}
