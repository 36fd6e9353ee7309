import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isUnconditional } from './matches.js';
import { NO_HEADERS, type MatchModel, type RuleEntry } from './model.js';
import { compareRanks, scoreOf } from './precedence.js';
import { editRules, NO_RULES, reachable, type RankedRules } from './ranked-rules.js';
import type { RankedEntry } from './resolve-route.js';

function ranked(name: string, rule: number, path: string): RankedEntry {
  const match: MatchModel = {
    path: { kind: 'prefix', value: path },
    method: undefined,
    headers: [],
    queryParams: [],
    grpc: false,
  };
  const entry: RuleEntry = {
    route: { group: '', kind: 'HTTPRoute', namespace: 'ns', name },
    rule,
    matchIndex: 0,
    ruleName: undefined,
    match,
    action: { kind: 'respond', status: 500, reason: '' },
    requestHeaders: NO_HEADERS,
    responseHeaders: NO_HEADERS,
    cors: undefined,
    auth: undefined,
  };
  return { entry, rank: { score: scoreOf(match, false), created: 0, route: `ns/${name}`, rule, match: 0 } };
}

/** The rules of one route. */
const route = fc.record({
  name: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g'),
  paths: fc.array(fc.constantFrom('/', '/x', '/x/y', '/long'), { maxLength: 3 }),
});

function isWhatIsLeft(rules: RankedRules, routes: ReadonlyMap<string, readonly RankedEntry[]>): void {
  const sorted = [...routes.values()].flat().sort((a, b) => compareRanks(a.rank, b.rank));
  expect(rules.ranks).toEqual(sorted.map(({ rank }) => rank));
  rules.rules.forEach((rule, i) => expect(rule).toBe(sorted[i]?.entry));
  expect(rules.rules).toHaveLength(sorted.length);
  const open = sorted.findIndex(({ entry }) => isUnconditional(entry.match));
  expect(reachable(rules)).toBe(open === -1 ? sorted.length : open + 1);
}

describe('ranked rules', () => {
  it('are the sorted ones of all routes, after any edits', () => {
    fc.assert(
      fc.property(fc.array(fc.array(route, { maxLength: 4 }), { maxLength: 12 }), (edits) => {
        const routes = new Map<string, readonly RankedEntry[]>();
        let rules = NO_RULES;
        for (const edit of edits) {
          const after = new Map(
            edit.map(({ name, paths }) => [name, paths.map((path, i) => ranked(name, i, path))]),
          );
          const removed = [...after.keys()].flatMap((name) => routes.get(name) ?? []);
          rules = editRules(rules, removed, [...after.values()].flat());
          for (const [name, entries] of after) routes.set(name, entries);
          isWhatIsLeft(rules, routes);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('are the very same ones when what is taken out is what is put in', () => {
    const entries = [ranked('a', 0, '/x'), ranked('a', 1, '/')];
    const rules = editRules(NO_RULES, [], entries);
    expect(editRules(rules, entries, entries)).toBe(rules);
    expect(editRules(rules, [], [])).toBe(rules);
  });

  it('take many at once', () => {
    const many = Array.from({ length: 5_000 }, (_, i) => ranked('a', i, i % 2 === 0 ? '/x' : '/x/y'));
    const half = editRules(
      NO_RULES,
      [],
      many.filter((_, i) => i % 4 < 2),
    );
    isWhatIsLeft(editRules(half, [], many.filter((_, i) => i % 4 >= 2)), new Map([['a', many]])); // prettier-ignore
  });
});
