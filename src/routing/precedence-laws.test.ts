import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { MatchModel } from './model.js';
import { compareRanks, grpcScoreOf, scoreOf, type Rank } from './precedence.js';

// The criteria of the API, one after another, written down a second time as lists that are compared element by element.

const pair = fc
  .constantFrom('a', 'b')
  .map((name) => ({ name, value: { kind: 'exact' as const, value: '1' } }));
const PATH_KINDS = ['prefix', 'regex', 'exact'] as const;

const match: fc.Arbitrary<MatchModel> = fc.record({
  path: fc.record({
    kind: fc.constantFrom(...PATH_KINDS),
    value: fc.nat(1_023).map((length) => `/${'x'.repeat(length)}`),
  }),
  method: fc.constantFrom(undefined, 'GET', 'PUT'),
  headers: fc.array(pair, { maxLength: 16 }),
  queryParams: fc.array(pair, { maxLength: 16 }),
  grpc: fc.constant(false),
});

const criteria = ({ path, method, headers, queryParams }: MatchModel): readonly number[] => [
  PATH_KINDS.indexOf(path.kind),
  path.value.length,
  method === undefined ? 0 : 1,
  headers.length,
  queryParams.length,
];

const name = fc.option(
  fc.record({
    kind: fc.constantFrom('regex' as const, 'exact' as const),
    value: fc.nat(1_023).map((length) => 'x'.repeat(length + 1)),
  }),
  { nil: undefined },
);
const call = fc.record({ service: name, method: name, headers: fc.nat(16), widened: fc.constant(false) });

type Name = { readonly kind: 'exact' | 'regex'; readonly value: string } | undefined;
const criteriaOfName = (each: Name): readonly number[] =>
  each === undefined ? [0, 0] : [each.kind === 'exact' ? 2 : 1, each.value.length];

/** Positive: the first goes before the second. */
function compareLists(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, i) => value !== b[i]);
  return at < 0 ? 0 : Math.sign((a[at] ?? 0) - (b[at] ?? 0));
}

const rank: fc.Arbitrary<Rank> = fc.record({
  score: fc.nat(3),
  created: fc.constantFrom(1, 2, Infinity),
  route: fc.constantFrom('a/x', 'a/y', 'b/x'),
  rule: fc.nat(2),
  match: fc.nat(2),
});

describe('laws of precedence', () => {
  it('of two matches of HTTPRoutes the first criterion that differs decides', () => {
    fc.assert(
      fc.property(match, match, (a, b) => {
        const byScore = Math.sign(scoreOf(a, false) - scoreOf(b, false));
        expect(byScore).toBe(compareLists(criteria(a), criteria(b)));
      }),
      { numRuns: 2_000 },
    );
  });

  it('of two matches of GRPCRoutes service, then method, then headers decide', () => {
    const of = (each: { service: Name; method: Name; headers: number }): readonly number[] => [
      ...criteriaOfName(each.service),
      ...criteriaOfName(each.method),
      each.headers,
    ];
    fc.assert(
      fc.property(call, call, (a, b) => {
        expect(Math.sign(grpcScoreOf(a) - grpcScoreOf(b))).toBe(compareLists(of(a), of(b)));
      }),
      { numRuns: 2_000 },
    );
  });

  it('every match of a GRPCRoute stands before every match of an HTTPRoute', () => {
    fc.assert(
      fc.property(match, call, (a, b) => {
        expect(grpcScoreOf(b)).toBeGreaterThan(scoreOf(a, true));
      }),
    );
  });

  it('the order of many does not depend on the order in which they came', () => {
    const some = fc.uniqueArray(rank, { selector: (each) => JSON.stringify(each), maxLength: 20 });
    fc.assert(
      fc.property(some, fc.array(fc.nat(), { minLength: 20, maxLength: 20 }), (ranks, keys) => {
        const shuffled = ranks
          .map((each, i) => ({ each, key: keys[i] ?? 0 }))
          .sort((a, b) => a.key - b.key)
          .map(({ each }) => each);
        expect(shuffled.toSorted(compareRanks)).toEqual(ranks.toSorted(compareRanks));
      }),
    );
  });
});
