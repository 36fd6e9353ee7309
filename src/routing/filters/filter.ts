import type { BackendObjectReference, HttpRouteFilter } from '../../resources/index.js';
import type {
  AuthModel,
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
  readonly auth?: AuthModel;
  /** Why the server that decides about requests cannot be had: none of them passes. */
  readonly authFault?: Refusal;
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

/**
 * @param at field path of the reference
 * @param http2 whether nothing else is spoken to it, whatever its port says
 */
type ResolveBackend = (ref: BackendObjectReference, at: string, http2?: boolean) => ClusterModel | Refusal;

/** Translates one filter for one match of its rule, or refuses it. */
export type FilterRule<T extends HttpRouteFilter['type']> = (
  filter: Extract<HttpRouteFilter, { type: T }>,
  context: FilterContext,
) => FilterEffect | Refusal;
