import type { HttpNameValueMatch, HttpPathMatch, HttpRouteMatch } from '../resources/index.js';
import type { Checks } from './checks.js';
import { firstOfEachName, headerNameFault } from './headers.js';
import type { MatchModel, Refusal, StringMatch } from './model.js';
import { scoreOf } from './precedence.js';
import { refusal } from './refusals.js';
import { literalPathPrefix } from './regex.js';

// Source: Gateway API, HTTPRouteMatch.

/** A match as Envoy can express it. */
export interface TranslatedMatch {
  readonly match: MatchModel;
  /**
   * What of it cannot be expressed. `match` is then the narrowest expressible one that takes at least the same requests, to be
   * answered with an error: they must not reach a wider rule (DESIGN D9).
   */
  readonly refusals: readonly Refusal[];
  /** Its place among all matches of a host: see `Rank.score`. */
  readonly score: number;
}

/** @param at field path of the match */
export function translateMatch(match: HttpRouteMatch, at: string, checks: Checks): TranslatedMatch {
  const refusals: Refusal[] = [];
  const path = translatePath(match.path, `${at}.path`, refusals, checks);
  const headers = translateHeaders(match.headers, at, refusals, checks);
  const queryParams = firstOfEachName(match.queryParams ?? [], (name) => name).map((param) => ({
    name: param.name,
    value: translateValue(param, `${at}.queryParams`, refusals, checks),
  }));
  const pathWidened = match.path?.type === 'RegularExpression' && path.kind === 'prefix';
  const model: MatchModel = { grpc: false, path, method: match.method, headers, queryParams };
  return { match: model, refusals, score: scoreOf(model, pathWidened) };
}

/** @param at field path of the match */
export function translateHeaders(
  headers: readonly HttpNameValueMatch[] | undefined,
  at: string,
  refusals: Refusal[],
  checks: Checks,
): MatchModel['headers'] {
  return firstOfEachName(headers ?? [], (name) => name.toLowerCase()).flatMap((header) => {
    const fault = headerNameFault(header.name);
    if (fault !== undefined) refusals.push(refusal('UnsupportedValue', fault, `${at}.headers`));
    return fault === undefined
      ? [
          {
            name: header.name.toLowerCase(),
            value: translateValue(header, `${at}.headers`, refusals, checks),
          },
        ]
      : [];
  });
}

function translatePath(
  path: HttpPathMatch | undefined,
  at: string,
  refusals: Refusal[],
  checks: Checks,
): MatchModel['path'] {
  if (path === undefined) return { kind: 'prefix', value: '/' };
  switch (path.type) {
    case 'Exact':
      return { kind: 'exact', value: path.value };
    case 'PathPrefix':
      return { kind: 'prefix', value: withoutTrailingSlash(path.value) };
    case 'RegularExpression': {
      const fault = checks.regex(path.value);
      if (fault === undefined) return { kind: 'regex', value: path.value };
      refusals.push(
        refusal('UnsupportedValue', `${JSON.stringify(path.value)} is not an RE2 expression: ${fault}`, at),
      );
      return { kind: 'prefix', value: literalPathPrefix(path.value) };
    }
  }
}

/** A value that cannot be expressed becomes "present", which is the narrowest that takes at least the same requests. */
function translateValue(
  match: HttpNameValueMatch,
  at: string,
  refusals: Refusal[],
  checks: Checks,
): StringMatch {
  if (match.type !== 'RegularExpression') return { kind: 'exact', value: match.value };
  const fault = checks.regex(match.value);
  if (fault === undefined) return { kind: 'regex', value: match.value };
  const message = `${match.name}: ${JSON.stringify(match.value)} is not an RE2 expression: ${fault}`;
  refusals.push(refusal('UnsupportedValue', message, at));
  return { kind: 'regex', value: '.*' };
}

/** `/abc/` and `/abc` are the same prefix; `/` alone takes every path. */
export function withoutTrailingSlash(path: string): string {
  return path.replace(/\/+$/, '') || '/';
}

/** Whether nothing can miss the match. */
export function isUnconditional({ grpc, path, method, headers, queryParams }: MatchModel): boolean {
  return (
    !grpc &&
    path.kind === 'prefix' &&
    path.value === '/' &&
    method === undefined &&
    headers.length === 0 &&
    queryParams.length === 0
  );
}
