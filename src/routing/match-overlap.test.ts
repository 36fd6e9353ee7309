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
const header = (value: string): MatchModel =>
  match({ headers: [{ name: 'x-team', value: { kind: 'exact', value } }] });
const parameter = (kind: 'exact' | 'regex', value: string): MatchModel =>
  match({ queryParams: [{ name: 'q', value: { kind, value } }] });

describe('two matches are apart', () => {
  it.each<[string, MatchModel, MatchModel]>([
    ['of prefixes of which neither holds the other', prefix('/a'), prefix('/ab')],
    ['of a path beside a prefix', exact('/ab'), prefix('/a')],
    ['of two paths', exact('/a'), exact('/a/')],
    ['of two methods', match({ method: 'GET' }), match({ method: 'PUT' })],
    ['of two values of a query parameter', parameter('exact', '1'), parameter('exact', '2')],
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
    ['of two values of a header, which may come twice', header('red'), header('blue')],
    ['of a query parameter by expression', parameter('regex', '1.*'), parameter('exact', '2')],
    ['of a query parameter and any', parameter('exact', '1'), prefix('/')],
  ])('%s', (_, a, b) => {
    expect([areApart(a, b), areApart(b, a)]).toEqual([false, false]);
  });
});
