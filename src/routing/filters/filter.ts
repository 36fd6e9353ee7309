import type { BackendObjectReference, HttpRouteFilter } from '../../resources/index.js';
import type {
  ClusterModel,
  CorsModel,
  HeaderModifier,
  MatchModel,
  MirrorModel,
  PathRewrite,
  Permit,
  RedirectModel,
  Refusal,
} from '../model.js';

/** What the filters of a rule or a backendRef do together. */
export interface FilterEffect {
  readonly requestHeaders?: HeaderModifier;
  readonly responseHeaders?: HeaderModifier;
  readonly redirect?: RedirectModel;
  readonly hostRewrite?: string;
  readonly pathRewrite?: PathRewrite;
  readonly cors?: CorsModel;
  readonly mirrors?: readonly MirrorModel[];
  /** References of filters that do not resolve; the filters are dropped, the requests served (HTTPRequestMirrorFilter.backendRef). */
  readonly unresolved?: readonly Refusal[];
}

/** What a filter may look at besides itself. */
export interface FilterContext {
  /** Field path of the filter. */
  readonly at: string;
  /** The match of the rule for which it is translated. */
  readonly match: MatchModel;
  /** The cluster of a backend that the filter names, or why there is none. */
  readonly resolve: ResolveBackend;
  /** The permission that a reference to a backend needs. */
  readonly permitOf: (ref: BackendObjectReference) => Permit | undefined;
}

/** @param at field path of the reference */
type ResolveBackend = (ref: BackendObjectReference, at: string) => ClusterModel | Refusal;

/** Translates one filter for one match of its rule, or refuses it. */
export type FilterRule<T extends HttpRouteFilter['type']> = (
  filter: Extract<HttpRouteFilter, { type: T }>,
  context: FilterContext,
) => FilterEffect | Refusal;
