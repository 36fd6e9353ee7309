import type { BackendObjectReference } from '../resources/index.js';
import type { Reads } from '../store/index.js';
import type { AttachedRoute } from './attached-route.js';
import { isPermitted } from './grants.js';

/**
 * The backends of a kind, by `namespace/name`, that an attached route may send to, mirrors and auth servers included, whether they resolve or not: a
 * policy hears of a Gateway through them. Those that no grant gives are not among them, nor XBackends of other namespaces.
 */
export function backendsOf(
  wanted: { readonly group: string; readonly kind: string },
  { route: { route }, places }: AttachedRoute,
  reads: Reads,
): readonly string[] {
  // No policy concerns datagrams.
  if (places.length === 0 || route.kind === 'UDPRoute') return [];
  const own = route.metadata.namespace ?? '';
  const from = { group: 'gateway.networking.k8s.io', kind: route.kind, namespace: own };
  const refs = (route.spec.rules ?? []).flatMap((rule): readonly BackendObjectReference[] => {
    const backends = rule.backendRefs ?? [];
    const filters = [...(rule.filters ?? []), ...backends.flatMap((backend) => backend.filters ?? [])];
    const others = filters.flatMap((filter) => {
      if (filter.type === 'RequestMirror') return [filter.requestMirror.backendRef];
      return filter.type === 'ExternalAuth' ? [filter.externalAuth.backendRef] : [];
    });
    return [...backends, ...others];
  });
  const backends = refs
    .filter(({ group = '', kind = 'Service' }) => group === wanted.group && kind === wanted.kind)
    .map(({ namespace = own, name }) => ({ ...wanted, namespace, name }))
    .filter((to) => (to.kind === 'XBackend' ? to.namespace === own : isPermitted(from, to, reads)))
    .map(({ namespace, name }) => `${namespace}/${name}`);
  return [...new Set(backends)];
}
