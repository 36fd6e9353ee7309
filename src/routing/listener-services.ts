import { memoByIdentity } from '../collections/index.js';
import { serviceKindOf, type AnyService } from '../resources/index.js';
import type { AnalysedGateway } from './analysed-gateway.js';

/**
 * The Services or ServiceImports, by `namespace/name`, that the filters of a Gateway's listeners ask, its ListenerSets' included: a policy hears of the Gateway
 * through them, as through those of its routes. One that cannot be asked counts too, unless it is of another namespace: whether that was granted is not known here.
 */
export const servicesOfListeners = memoByIdentity(
  (analysed: AnalysedGateway): Readonly<Record<AnyService['kind'], readonly string[]>> => ({
    Service: askedBy(analysed, 'Service'),
    ServiceImport: askedBy(analysed, 'ServiceImport'),
  }),
);

function askedBy(
  { gateway, sets, listeners }: AnalysedGateway,
  wanted: AnyService['kind'],
): readonly string[] {
  const named = [gateway, ...sets.map(({ listenerSet }) => listenerSet)].flatMap(({ metadata, spec }) => {
    const own = metadata.namespace ?? '';
    return spec.listeners.flatMap(({ filters }) =>
      (filters?.requests ?? []).flatMap((filter) => {
        if (filter.type !== 'ExternalAuth') return [];
        const { group = '', kind = 'Service', namespace = own, name } = filter.externalAuth.backendRef;
        return serviceKindOf({ group, kind }) === wanted && namespace === own ? [`${own}/${name}`] : [];
      }),
    );
  });
  const asked = listeners.flatMap(({ filters }) =>
    filters.auth.flatMap(({ cluster: { backend } }) =>
      backend.kind === wanted ? [`${backend.namespace}/${backend.name}`] : [],
    ),
  );
  return [...new Set([...named, ...asked])];
}
