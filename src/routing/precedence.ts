import type { MatchModel } from './model.js';

// Which of several matching rules of a host wins. Source: Gateway API, HTTPRouteRule.matches and GRPCRouteSpec.rules. Left to
// implementations there and chosen here: a regular expression stands between exact and prefix (for gRPC: none), so that a catch-all
// beside it does not hide it; the longer pattern first.

/** The place of one match among all of a host. */
export interface Rank {
  /** How specific the match is, as one number; greater goes first. See `scoreOf` and `grpcScoreOf`. */
  readonly score: number;
  /** Milliseconds since the epoch; Infinity when the object does not say. */
  readonly created: number;
  /** `namespace/name` of the route. */
  readonly route: string;
  readonly rule: number;
  readonly match: number;
}

const PATH_CLASS = { exact: 3, regex: 2, prefix: 1 } as const;

/**
 * Of a match of an HTTPRoute: path kind, path length, method, number of headers and of query parameters, in this order.
 * @param pathWidened the match stands for a broken one and answers 500: it goes before matches with an equal path, since requests
 *   meant for it must not reach them
 */
export function scoreOf(match: MatchModel, pathWidened: boolean): number {
  const path = PATH_CLASS[match.path.kind] * 4_096 + Math.min(match.path.value.length, 4_095);
  const method = (pathWidened ? 2 : 0) + (match.method === undefined ? 0 : 1);
  return ((path * 4 + method) * 64 + match.headers.length) * 64 + match.queryParams.length;
}

/** Above every score of an HTTPRoute. The rules of both kinds are not merged: a call meets those of GRPCRoutes first, nothing else meets them. */
const GRPC = 2 ** 40;
const NAME_CLASS = { exact: 2, regex: 1 } as const;
type Name = { readonly kind: 'exact' | 'regex'; readonly value: string } | undefined;

/**
 * Of a match of a GRPCRoute: service, then method – each exact before regular expression before any, the longer first – then the number of
 * headers.
 * @param widened as `pathWidened` above
 */
export function grpcScoreOf(match: {
  readonly service: Name;
  readonly method: Name;
  readonly headers: number;
  readonly widened: boolean;
}): number {
  const names = scoreOfName(match.service) * 8_192 + scoreOfName(match.method);
  return GRPC + (names * 2 + (match.widened ? 1 : 0)) * 64 + match.headers;
}

/** Less than 8,192. */
function scoreOfName(name: Name): number {
  return name === undefined ? 0 : NAME_CLASS[name.kind] * 2_048 + Math.min(name.value.length, 2_047);
}

/** A total order: 0 only for the very same match. */
export function compareRanks(a: Rank, b: Rank): number {
  if (a.score !== b.score) return b.score - a.score;
  if (a.created !== b.created) return a.created < b.created ? -1 : 1;
  if (a.route !== b.route) return a.route < b.route ? -1 : 1;
  return a.rule - b.rule || a.match - b.match;
}

/** Objects from files may not say when they were made; they are then all equal, and younger than those that say. */
export function createdAt(timestamp: string | undefined): number {
  const time = timestamp === undefined ? NaN : Date.parse(timestamp);
  return Number.isNaN(time) ? Infinity : time;
}
