import { assertNever } from '../../errors/index.js';
import type { HttpRouteFilter } from '../../resources/index.js';
import type { Refusal } from '../model.js';
import { refusal } from '../refusals.js';
import { cors } from './cors.js';
import { externalAuth } from './external-auth.js';
import type { FilterContext, FilterEffect } from './filter.js';
import { requestHeaderModifier } from './request-header-modifier.js';
import { requestMirror } from './request-mirror.js';
import { requestRedirect } from './request-redirect.js';
import { responseHeaderModifier } from './response-header-modifier.js';
import { unsupportedFilter } from './unsupported.js';
import { urlRewrite } from './url-rewrite.js';

export type { FilterContext, FilterEffect } from './filter.js';

type FilterType = HttpRouteFilter['type'];

/** Of one owner, pairs that contradict each other: a redirected request reaches no backend. */
const INCOMPATIBLE: readonly (readonly [FilterType, FilterType])[] = [
  ['RequestRedirect', 'URLRewrite'],
  ['RequestRedirect', 'RequestMirror'],
];

/** The filters that may be given more than once. */
const REPEATABLE: ReadonlySet<FilterType> = new Set(['RequestMirror']);

/**
 * Translates the filters of a rule or a backendRef for one match of the rule.
 * @param owner its `at` is the field path of the filters' owner
 */
export function translateFilters(
  filters: readonly HttpRouteFilter[],
  owner: FilterContext,
): { readonly effect: FilterEffect; readonly refusals: readonly Refusal[] } {
  let effect: FilterEffect = {};
  const refusals: Refusal[] = [];
  const seen = new Set<FilterType>();
  filters.forEach((filter, index) => {
    const at = `${owner.at}.filters[${index}]`;
    const result =
      seen.has(filter.type) && !REPEATABLE.has(filter.type)
        ? refusal('IncompatibleFilters', `filter ${filter.type} cannot be repeated`, at)
        : translateFilter(filter, { ...owner, at });
    seen.add(filter.type);
    if ('accepted' in result) refusals.push(result);
    else effect = merged(effect, result);
  });
  for (const [one, other] of INCOMPATIBLE) {
    if (!seen.has(one) || !seen.has(other)) continue;
    const message = `${one} and ${other} cannot be used together`;
    refusals.push(refusal('IncompatibleFilters', message, `${owner.at}.filters`));
  }
  return { effect, refusals };
}

function merged(effect: FilterEffect, more: FilterEffect): FilterEffect {
  return {
    ...effect,
    ...more,
    mirrors: [...(effect.mirrors ?? []), ...(more.mirrors ?? [])],
    unresolved: [...(effect.unresolved ?? []), ...(more.unresolved ?? [])],
  };
}

function translateFilter(filter: HttpRouteFilter, context: FilterContext): FilterEffect | Refusal {
  switch (filter.type) {
    case 'RequestHeaderModifier':
      return requestHeaderModifier(filter, context);
    case 'ResponseHeaderModifier':
      return responseHeaderModifier(filter, context);
    case 'RequestRedirect':
      return requestRedirect(filter, context);
    case 'URLRewrite':
      return urlRewrite(filter, context);
    case 'RequestMirror':
      return requestMirror(filter, context);
    case 'CORS':
      return cors(filter, context);
    case 'ExternalAuth':
      return externalAuth(filter, context);
    case 'ExtensionRef':
      return unsupportedFilter(filter.type, context.at);
    default:
      return assertNever(filter);
  }
}
