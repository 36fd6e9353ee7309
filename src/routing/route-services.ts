import type { BackendObjectReference } from '../resources/index.js';
import type { Reads } from '../store/index.js';
import type { AttachedRoute } from './attached-route.js';
import { isPermitted } from './grants.js';

/**
 * The Services, by `namespace/name`, that an attached route may send to, mirrors included, whether they resolve or not: a policy hears of a Gateway
 * through them. Those that no grant gives are not among them.
 */
export function servicesOf({ route: { route }, places }: AttachedRoute, reads: Reads): readonly string[] {
  // No policy concerns datagrams.
  if (places.length === 0 || route.kind === 'UDPRoute') return [];
  const own = route.metadata.namespace ?? '';
  const from = { group: 'gateway.networking.k8s.io', kind: route.kind, namespace: own };
  const refs = (route.spec.rules ?? []).flatMap((rule): readonly BackendObjectReference[] => {
    const backends = rule.backendRefs ?? [];
    const filters = [...(rule.filters ?? []), ...backends.flatMap((backend) => backend.filters ?? [])];
    const mirrors = filters.flatMap((filter) =>
      filter.type === 'RequestMirror' ? [filter.requestMirror.backendRef] : [],
    );
    return [...backends, ...mirrors];
  });
  const services = refs
    .filter(({ group = '', kind = 'Service' }) => group === '' && kind === 'Service')
    .map(({ namespace = own, name }) => ({ group: '', kind: 'Service', namespace, name }))
    .filter((to) => isPermitted(from, to, reads))
    .map(({ namespace, name }) => `${namespace}/${name}`);
  return [...new Set(services)];
}
