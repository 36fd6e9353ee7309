import { any, envoy, type google } from '../proto/index.js';
import type { CorsModel } from '../routing/index.js';
import { withFilterConfig } from './filter-config.js';
import { EXTENSIONS } from './names.js';

type Route = envoy.config.route.v3.Route;
type HeaderMatcher = envoy.config.route.v3.HeaderMatcher;
type HeaderValueOption = envoy.config.core.v3.HeaderValueOption;

const ORIGIN_PRESENT: HeaderMatcher = { name: 'origin', presentMatch: true };
const PREFLIGHT: readonly HeaderMatcher[] = [
  { name: ':method', stringMatch: { exact: 'OPTIONS' } },
  { name: 'access-control-request-method', presentMatch: true },
];

/**
 * A route with what goes before it for CORS. Preflights are answered by routes of their own: Envoy's CORS filter tells an origin that is not
 * allowed what would be, and has an empty `access-control-allow-headers` where the API wants none. All other answers, errors included, are
 * the filter's; it does not act on routes that forward nothing, whose headers stand on the route.
 */
export function withCors(route: Route, cors: CorsModel, method: string | undefined): readonly Route[] {
  const actual = actualRoutes(route, cors);
  // A preflight is an OPTIONS request; a rule for another method does not match it.
  return method === undefined || method === 'OPTIONS' ? [...preflightRoutes(route, cors), ...actual] : actual;
}

function preflightRoutes(route: Route, cors: CorsModel): readonly Route[] {
  const denied = { ...matching(route, ...PREFLIGHT, ORIGIN_PRESENT), directResponse: { status: 403 } };
  if (cors.origins === undefined) return [denied];
  const allowed = {
    ...matching(route, ...PREFLIGHT, originAmong(cors.origins)),
    directResponse: { status: 200 },
    responseHeadersToAdd: [...originHeaders(cors), ...preflightHeaders(cors)],
  };
  return [allowed, denied];
}

function actualRoutes(route: Route, cors: CorsModel): readonly Route[] {
  if (cors.origins === undefined) return [route];
  if (route.route !== undefined) {
    const policy = { [EXTENSIONS.cors]: corsPolicy(cors, cors.origins) };
    return [withFilterConfig(route, policy)];
  }
  const responseHeadersToAdd = [...(route.responseHeadersToAdd ?? []), ...originHeaders(cors)];
  return [{ ...route, ...matching(route, originAmong(cors.origins)), responseHeadersToAdd }, route];
}

/** Name and match of the route, for requests with these headers only. */
function matching(
  { name = '', match }: Route,
  ...headers: readonly HeaderMatcher[]
): Pick<Route, 'name' | 'match'> {
  return { name, match: { ...match, headers: [...(match?.headers ?? []), ...headers] } };
}

function originAmong(regex: string): HeaderMatcher {
  return { name: 'origin', stringMatch: { safeRegex: { regex } } };
}

function corsPolicy({ credentials, exposeHeaders }: CorsModel, regex: string): google.protobuf.Any {
  return any('envoy.extensions.filters.http.cors.v3.CorsPolicy', {
    allowOriginStringMatch: [{ safeRegex: { regex } }],
    ...(credentials && { allowCredentials: { value: true } }),
    ...(exposeHeaders.length > 0 && { exposeHeaders: exposeHeaders.join(', ') }),
  });
}

/** With an origin that is allowed: it alone is told, never `*`. */
function originHeaders({ credentials, exposeHeaders }: CorsModel): readonly HeaderValueOption[] {
  return [
    set('access-control-allow-origin', '%REQ(origin)%'),
    ...(credentials ? [set('access-control-allow-credentials', 'true')] : []),
    ...(exposeHeaders.length > 0 ? [set('access-control-expose-headers', list(exposeHeaders))] : []),
  ];
}

function preflightHeaders({ methods, headers, maxAgeSeconds }: CorsModel): readonly HeaderValueOption[] {
  return [
    ...(methods.length > 0
      ? [set('access-control-allow-methods', methods === '*' ? ASKED_METHOD : list(methods))]
      : []),
    ...(headers.length > 0
      ? [set('access-control-allow-headers', headers === '*' ? ASKED_HEADERS : list(headers))]
      : []),
    set('access-control-max-age', String(maxAgeSeconds)),
  ];
}

/** What a request does not ask for is empty, and Envoy leaves a header out that would be. */
const ASKED_METHOD = '%REQ(access-control-request-method)%';
const ASKED_HEADERS = '%REQ(access-control-request-headers)%';

/** `%` may stand in a header's name, and begins a command in Envoy's formatter. */
function list(names: readonly string[]): string {
  return names.join(', ').replaceAll('%', '%%');
}

function set(key: string, value: string): HeaderValueOption {
  return {
    header: { key, value },
    appendAction: envoy.config.core.v3.HeaderValueOption.HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD,
  };
}
