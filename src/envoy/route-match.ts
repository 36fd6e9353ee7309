import type { envoy } from '../proto/index.js';
import type { MatchModel, StringMatch } from '../routing/index.js';

type RouteMatch = envoy.config.route.v3.RouteMatch;
type StringMatcher = envoy.type.matcher.v3.StringMatcher;

/** What a request must look like. Expressions are full-match RE2 on both sides; they were compiled in `routing`. */
export function routeMatch({ grpc, path, method, headers, queryParams }: MatchModel): RouteMatch {
  const headerMatchers = [
    ...(method === undefined ? [] : [{ name: ':method', stringMatch: { exact: method } }]),
    ...headers.map(({ name, value }) => ({ name, stringMatch: stringMatcher(value) })),
  ];
  const queryMatchers = queryParams.map(({ name, value }) => ({ name, stringMatch: stringMatcher(value) }));
  return {
    ...pathSpecifier(path),
    ...(grpc && { grpc: {} }),
    ...(headerMatchers.length > 0 && { headers: headerMatchers }),
    ...(queryMatchers.length > 0 && { queryParameters: queryMatchers }),
  };
}

/** `path_separated_prefix` matches whole segments, as the API's PathPrefix does; it cannot express `/`. */
function pathSpecifier({ kind, value }: MatchModel['path']): RouteMatch {
  switch (kind) {
    case 'exact':
      return { path: value };
    case 'prefix':
      return value === '/' ? { prefix: '/' } : { pathSeparatedPrefix: value };
    case 'regex':
      return { safeRegex: { regex: value } };
  }
}

function stringMatcher({ kind, value }: StringMatch): StringMatcher {
  return kind === 'exact' ? { exact: value } : { safeRegex: { regex: value } };
}
