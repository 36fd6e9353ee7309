import type { HttpRoute, HttpRouteRule } from '../resources/index.js';
import type { Reads } from '../store/index.js';
import { resolveBackend, type BackendOptions } from './backends.js';
import { translateFilters, type FilterContext } from './filters/index.js';
import { NO_HEADERS, type Refusal, type Share } from './model.js';

/**
 * The backendRefs of a rule as shares, for one of its matches. `refusals` are those of filters that break the whole rule; a backend that does not resolve
 * costs its own share only.
 */
export function translateShares(
  route: HttpRoute,
  spec: HttpRouteRule,
  { at, match, resolve }: FilterContext,
  reads: Reads,
  options: BackendOptions,
): { readonly shares: readonly Share[]; readonly refusals: readonly Refusal[] } {
  const refusals: Refusal[] = [];
  const shares = (spec.backendRefs ?? []).map((ref, index): Share => {
    const place = `${at}.backendRefs[${index}]`;
    const filters = translateFilters(ref.filters ?? [], { at: place, level: 'backendRef', match, resolve });
    refusals.push(...filters.refusals);
    const target = resolveBackend(ref, route, place, reads, options);
    return {
      weight: ref.weight ?? 1,
      target:
        'accepted' in target ? { kind: 'unresolved', refusal: target } : { kind: 'cluster', cluster: target },
      requestHeaders: filters.effect.requestHeaders ?? NO_HEADERS,
      responseHeaders: filters.effect.responseHeaders ?? NO_HEADERS,
    };
  });
  return { shares, refusals };
}
