import type { GrpcRouteMatch } from '../resources/index.js';
import type { Checks } from './checks.js';
import { translateHeaders, type TranslatedMatch } from './matches.js';
import type { MatchModel, Refusal } from './model.js';
import { grpcScoreOf } from './precedence.js';
import { refusal } from './refusals.js';

// Source: Gateway API, GRPCRouteMatch. A call is a request for `/<service>/<method>` (gRPC over HTTP/2).

/** A service or a method; undefined: any. */
type Name = { readonly kind: 'exact' | 'regex'; readonly value: string } | undefined;

/** @param at field path of the match */
export function translateGrpcMatch(match: GrpcRouteMatch, at: string, checks: Checks): TranslatedMatch {
  const refusals: Refusal[] = [];
  const fault = (pattern: string): boolean => {
    const why = checks.regex(pattern);
    if (why === undefined) return false;
    const message = `${JSON.stringify(pattern)} is not an RE2 expression: ${why}`;
    refusals.push(refusal('UnsupportedValue', message, `${at}.method`));
    return true;
  };
  const { type = 'Exact', ...names } = match.method ?? {};
  // What cannot be expressed stands for any: the rule answers an error to everything that it may have meant.
  const translate = (name: string | undefined): Name => {
    if (name === undefined || name === '') return undefined;
    if (type === 'Exact') return { kind: 'exact', value: name };
    return fault(name) ? undefined : { kind: 'regex', value: unanchored(name) };
  };
  const [service, method] = [translate(names.service), translate(names.method)];
  const whole = pathOf(service, method);
  // Each may be well-formed and both together not: too large, or with an open quotation.
  const path = whole.kind === 'regex' && fault(whole.value) ? pathOf(undefined, undefined) : whole;
  const headers = translateHeaders(match.headers, at, refusals, checks);
  const widened = refusals.length > 0;
  return {
    match: { grpc: true, path, method: undefined, headers, queryParams: [] },
    refusals,
    score: grpcScoreOf({ service, method, headers: headers.length, widened }),
  };
}

function pathOf(service: Name, method: Name): MatchModel['path'] {
  if (service === undefined && method === undefined) return { kind: 'prefix', value: '/' };
  if (service?.kind === 'exact' && method === undefined)
    return { kind: 'prefix', value: `/${service.value}` };
  if (service?.kind === 'exact' && method?.kind === 'exact')
    return { kind: 'exact', value: `/${service.value}/${method.value}` };
  return { kind: 'regex', value: `/${patternOf(service)}/${patternOf(method)}` };
}

function patternOf(name: Name): string {
  if (name === undefined) return '[^/]+';
  return name.kind === 'exact' ? name.value.replaceAll('.', '\\.') : `(?:${name.value})`;
}

/** An expression matches in full: anchors at its ends say nothing, and would never match in the middle of a path. */
function unanchored(pattern: string): string {
  if (pattern.includes('\\Q')) return pattern;
  const [, escapes = ''] = /(\\*)\$$/.exec(pattern) ?? [];
  const end = pattern.endsWith('$') && escapes.length % 2 === 0 ? -1 : undefined;
  return pattern.slice(pattern.startsWith('^') ? 1 : 0, end);
}
