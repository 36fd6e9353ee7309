import { assertNever } from '../../errors/index.js';
import type { HttpRouteFilter } from '../../resources/index.js';
import type { MatchModel, Refusal } from '../model.js';
import { refusal } from '../refusals.js';
import type { FilterEffect } from './filter.js';
import { requestHeaderModifier } from './request-header-modifier.js';
import { requestRedirect } from './request-redirect.js';
import { responseHeaderModifier } from './response-header-modifier.js';
import { unsupportedFilter } from './unsupported.js';
import { urlRewrite } from './url-rewrite.js';

export type { FilterEffect } from './filter.js';

/**
 * Translates the filters of a rule for one of its matches; without a match those of a backendRef, where only header modifiers are
 * supported.
 * @param at field path of the filters' owner
 */
export function translateFilters(
  filters: readonly HttpRouteFilter[],
  match: MatchModel | undefined,
  at: string,
): { readonly effect: FilterEffect; readonly refusals: readonly Refusal[] } {
  let effect: FilterEffect = {};
  const refusals: Refusal[] = [];
  const seen = new Set<string>();
  filters.forEach((filter, index) => {
    const place = `${at}.filters[${index}]`;
    const result = seen.has(filter.type)
      ? refusal('IncompatibleFilters', `filter ${filter.type} cannot be repeated`, place)
      : translateFilter(filter, place, match);
    seen.add(filter.type);
    if ('accepted' in result) refusals.push(result);
    else effect = { ...effect, ...result };
  });
  if (seen.has('RequestRedirect') && seen.has('URLRewrite')) {
    const message = 'RequestRedirect and URLRewrite cannot be used together';
    refusals.push(refusal('IncompatibleFilters', message, `${at}.filters`));
  }
  return { effect, refusals };
}

function translateFilter(
  filter: HttpRouteFilter,
  at: string,
  match: MatchModel | undefined,
): FilterEffect | Refusal {
  switch (filter.type) {
    case 'RequestHeaderModifier':
      return requestHeaderModifier(filter, at);
    case 'ResponseHeaderModifier':
      return responseHeaderModifier(filter, at);
    case 'RequestRedirect':
      return match === undefined
        ? unsupportedFilter('RequestRedirect of a backendRef', at)
        : requestRedirect(filter, at, match);
    case 'URLRewrite':
      return match === undefined
        ? unsupportedFilter('URLRewrite of a backendRef', at)
        : urlRewrite(filter, at, match);
    case 'RequestMirror':
    case 'CORS':
    case 'ExternalAuth':
    case 'ExtensionRef':
      return unsupportedFilter(filter.type, at);
    default:
      return assertNever(filter);
  }
}
