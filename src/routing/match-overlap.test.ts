import { describe, expect, it } from '@jest/globals';
import { areApart } from './match-overlap.js';
import type { MatchModel } from './model.js';

const match = (changes: Partial<MatchModel>): MatchModel => ({
  grpc: false,
  path: { kind: 'prefix', value: '/' },
  method: undefined,
  headers: [],
  queryParams: [],
  ...changes,
});
const prefix = (value: string): MatchModel => match({ path: { kind: 'prefix', value } });
const exact = (value: string): MatchModel => match({ path: { kind: 'exact', value } });
const header = (kind: 'exact' | 'regex', value: string): MatchModel =>
  match({ headers: [{ name: 'x-team', value: { kind, value } }] });

describe('two matches are apart', () => {
  it.each<[string, MatchModel, MatchModel]>([
    ['of prefixes of which neither holds the other', prefix('/a'), prefix('/ab')],
    ['of a path beside a prefix', exact('/ab'), prefix('/a')],
    ['of two paths', exact('/a'), exact('/a/')],
    ['of two methods', match({ method: 'GET' }), match({ method: 'PUT' })],
    ['of two values of a header', header('exact', 'red'), header('exact', 'blue')],
    [
      'of two values of a query parameter',
      match({ queryParams: [{ name: 'q', value: { kind: 'exact', value: '1' } }] }),
      match({ queryParams: [{ name: 'q', value: { kind: 'exact', value: '2' } }] }),
    ],
  ])('%s', (_, a, b) => {
    expect([areApart(a, b), areApart(b, a)]).toEqual([true, true]);
  });
});

describe('two matches may have requests in common', () => {
  it.each<[string, MatchModel, MatchModel]>([
    ['of a prefix and what is below it', prefix('/a'), prefix('/a/b')],
    ['of every path and any', prefix('/'), exact('/a')],
    ['of a prefix and its own path', prefix('/a'), exact('/a')],
    ['of an expression and any path', match({ path: { kind: 'regex', value: '/b' } }), exact('/a')],
    ['of a method and any', match({ method: 'GET' }), prefix('/a')],
    ['of a header by expression', header('regex', 'r.*'), header('exact', 'blue')],
    [
      'of different headers',
      header('exact', 'red'),
      match({ headers: [{ name: 'x-env', value: { kind: 'exact', value: 'blue' } }] }),
    ],
  ])('%s', (_, a, b) => {
    expect([areApart(a, b), areApart(b, a)]).toEqual([false, false]);
  });
});
