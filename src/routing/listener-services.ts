import { memoByIdentity } from '../collections/index.js';
import type { AnalysedGateway } from './analysed-gateway.js';

/**
 * The Services, by `namespace/name`, that the filters of a Gateway's listeners ask, its ListenerSets' included: a policy hears of the Gateway through
 * them, as through those of its routes. One that cannot be asked counts too, unless it is of another namespace: whether that was granted is not known here.
 */
export const servicesOfListeners = memoByIdentity(
  ({ gateway, sets, listeners }: AnalysedGateway): readonly string[] => {
    const named = [gateway, ...sets.map(({ listenerSet }) => listenerSet)].flatMap(({ metadata, spec }) => {
      const own = metadata.namespace ?? '';
      return spec.listeners.flatMap(({ filters }) =>
        (filters?.requests ?? []).flatMap((filter) => {
          if (filter.type !== 'ExternalAuth') return [];
          const { group = '', kind = 'Service', namespace = own, name } = filter.externalAuth.backendRef;
          return group === '' && kind === 'Service' && namespace === own ? [`${own}/${name}`] : [];
        }),
      );
    });
    const asked = listeners.flatMap(({ filters }) =>
      filters.auth.flatMap(({ cluster: { backend } }) =>
        backend.kind === 'Service' ? [`${backend.namespace}/${backend.name}`] : [],
      ),
    );
    return [...new Set([...named, ...asked])];
  },
);
