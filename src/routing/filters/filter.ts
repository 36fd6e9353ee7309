import type { HttpRouteFilter } from '../../resources/index.js';
import type { ActionModel, HeaderModifier, MatchModel, PathRewrite, Refusal } from '../model.js';

/** What a rule's filters do together. */
export interface FilterEffect {
  readonly requestHeaders?: HeaderModifier;
  readonly responseHeaders?: HeaderModifier;
  readonly redirect?: Extract<ActionModel, { kind: 'redirect' }>;
  readonly hostRewrite?: string;
  readonly pathRewrite?: PathRewrite;
}

type FilterOf<T extends HttpRouteFilter['type']> = Extract<HttpRouteFilter, { type: T }>;

/**
 * Translates one filter for one match of its rule, or refuses it.
 * @param at field path of the filter
 */
export type FilterRule<T extends HttpRouteFilter['type']> = (
  filter: FilterOf<T>,
  at: string,
  match: MatchModel,
) => FilterEffect | Refusal;

/** As {@link FilterRule}, for a filter that does not look at the match and may stand on a backendRef. */
export type HeaderFilterRule<T extends HttpRouteFilter['type']> = (
  filter: FilterOf<T>,
  at: string,
) => FilterEffect | Refusal;
