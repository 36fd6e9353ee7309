import { isDeepStrictEqual } from 'node:util';
import { assertNever } from '../errors/index.js';
import type { L4Route, Route } from '../resources/index.js';
import type { Reads } from '../store/index.js';
import { translateGrpcMatch } from './grpc-matches.js';
import type { L4Rule } from './l4/l4-model.js';
import { keepEqual, keepList, keepObject } from './keep.js';
import { translateMatch, type TranslatedMatch } from './matches.js';
import type { Refusal, RuleEntry, Verdict } from './model.js';
import { compareRanks, createdAt, type Rank } from './precedence.js';
import { partiallyInvalid, verdictOf } from './refusals.js';
import { routeHostnames } from './route-hostnames.js';
import { translateRule, type RuleOptions, type TranslatedRule } from './rules.js';

/** An entry with its place among all entries of a host. */
export interface RankedEntry {
  readonly entry: RuleEntry;
  readonly rank: Rank;
}

/** What a route means wherever it is attached. */
export interface ResolvedRoute {
  readonly route: Route;
  /** In order of precedence. */
  readonly entries: readonly RankedEntry[];
  /** Of a TLSRoute, TCPRoute or UDPRoute, which has no entries. */
  readonly l4: L4Rule | undefined;
  /** Refused when no rule can be honoured. Its rules answer an error all the same: their requests must not reach a wider route. */
  readonly accepted: Verdict;
  readonly resolvedRefs: Verdict;
  readonly partiallyInvalid: Refusal | undefined;
}

/** @param previous the route as last resolved: entries equal to its own keep their identity */
export function resolveRoute(
  route: Exclude<Route, L4Route>,
  previous: ResolvedRoute | undefined,
  reads: Reads,
  options: RuleOptions,
): ResolvedRoute {
  const rules = translateRules(route, reads, options);
  const known = new Map(previous?.entries.map((ranked) => [matchKey(ranked.entry), ranked]));
  const created = createdAt(route.metadata.creationTimestamp);
  const name = `${route.metadata.namespace ?? ''}/${route.metadata.name}`;
  const entries = rules
    .flatMap((rule) => rule.entries)
    .map(({ entry, score }): RankedEntry => {
      const ranked = {
        entry,
        rank: { score, created, route: name, rule: entry.rule, match: entry.matchIndex },
      };
      return kept(known.get(matchKey(entry)), ranked);
    })
    .toSorted((a, b) => compareRanks(a.rank, b.rank));
  const refused = rules.flatMap((rule) => rule.refusals);
  const whole = rules.every((rule) => rule.refusals.length > 0);
  const partial = [...(whole ? [] : refused), ...routeHostnames(route).refusals];
  const resolved: ResolvedRoute = {
    route,
    entries: keepList(previous?.entries, entries),
    l4: undefined,
    accepted: keepEqual(previous?.accepted, verdictOf(whole ? refused : [])),
    resolvedRefs: keepEqual(previous?.resolvedRefs, verdictOf(rules.flatMap((rule) => rule.unresolved))),
    partiallyInvalid: keepEqual(previous?.partiallyInvalid, partiallyInvalid(partial)),
  };
  return keepObject(previous, resolved);
}

function translateRules(
  route: Exclude<Route, L4Route>,
  reads: Reads,
  options: RuleOptions,
): readonly TranslatedRule[] {
  const { checks } = options;
  switch (route.kind) {
    case 'HTTPRoute':
      return (route.spec.rules ?? [{}]).map((spec, rule) => {
        const matches = matchesOf(spec.matches, {}, rule, (match, at) => translateMatch(match, at, checks));
        return translateRule(route, rule, spec, matches, reads, options);
      });
    case 'GRPCRoute':
      return (route.spec.rules ?? []).map((spec, rule) => {
        const matches = matchesOf(spec.matches, {}, rule, (match, at) =>
          translateGrpcMatch(match, at, checks),
        );
        return translateRule(route, rule, spec, matches, reads, options);
      });
    default:
      return assertNever(route);
  }
}

/** A rule without matches takes every request of its kind (HTTPRouteRule.matches, GRPCRouteSpec.rules). */
function matchesOf<M>(
  matches: readonly M[] = [],
  everything: NoInfer<M>,
  rule: number,
  translate: (match: M, at: string) => TranslatedMatch,
): readonly TranslatedMatch[] {
  return (matches.length === 0 ? [everything] : matches).map((match, index) =>
    translate(match, `spec.rules[${rule}].matches[${index}]`),
  );
}

function matchKey({ rule, matchIndex }: RuleEntry): string {
  return `${rule}/${matchIndex}`;
}

function kept(previous: RankedEntry | undefined, next: RankedEntry): RankedEntry {
  if (previous === undefined || !isDeepStrictEqual(previous.entry, next.entry)) return next;
  return isDeepStrictEqual(previous.rank, next.rank) ? previous : { entry: previous.entry, rank: next.rank };
}
