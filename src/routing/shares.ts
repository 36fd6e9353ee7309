import type { HttpRouteRule, Route } from '../resources/index.js';
import type { Reads } from '../store/index.js';
import { permitOfBackend, resolveBackend, type BackendOptions } from './backends.js';
import { translateFilters, type FilterContext, type FilterEffect } from './filters/index.js';
import { shareSessions, type SessionRule } from './share-sessions.js';
import { NO_HEADERS, type Refusal, type Share, type ShareFilters } from './model.js';

/**
 * The backendRefs of a rule as shares, for one of its matches. `refusals` are those of filters that break the whole rule; a backend that
 * does not resolve costs its own share only. `unresolved` are other references, those of filters.
 */
export function translateShares(
  route: Route,
  spec: Pick<HttpRouteRule, 'backendRefs'>,
  { at, ...context }: FilterContext,
  sessions: SessionRule,
  reads: Reads,
  options: BackendOptions,
): {
  readonly shares: readonly Share[];
  readonly refusals: readonly Refusal[];
  readonly unresolved: readonly Refusal[];
} {
  const refusals: Refusal[] = [];
  const unresolved: Refusal[] = [];
  const sessionOf = shareSessions(sessions, reads, options);
  const shares = (spec.backendRefs ?? []).map((ref, index): Share => {
    const place = `${at}.backendRefs[${index}]`;
    const filters = translateFilters(ref.filters ?? [], { ...context, at: place });
    refusals.push(...filters.refusals);
    unresolved.push(...(filters.effect.unresolved ?? []));
    const target = filters.effect.authFault ?? resolveBackend(ref, route, place, reads, options);
    return {
      weight: ref.weight ?? 1,
      target:
        'accepted' in target ? { kind: 'unresolved', refusal: target } : { kind: 'cluster', cluster: target },
      permit: 'accepted' in target ? undefined : permitOfBackend(ref, route),
      requestHeaders: filters.effect.requestHeaders ?? NO_HEADERS,
      responseHeaders: filters.effect.responseHeaders ?? NO_HEADERS,
      session: sessionOf(ref, target),
      filters: 'accepted' in target ? undefined : shareFilters(filters.effect),
      ...(filters.effect.authFault && { unasked: true }),
    };
  });
  return { shares, refusals, unresolved };
}

function shareFilters({
  redirect,
  hostRewrite,
  pathRewrite,
  mirrors = [],
  cors,
  auth,
}: FilterEffect): ShareFilters | undefined {
  const filters = { redirect, hostRewrite, pathRewrite, mirrors, cors, auth };
  const some =
    mirrors.length > 0 || [redirect, hostRewrite, pathRewrite, cors, auth].some((each) => each !== undefined);
  return some ? filters : undefined;
}
