import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compareRanks, createdAt, scoreOf, type Rank } from './precedence.js';
import { given } from './testing/given.js';
import { gateway, HTTP, route, services, to } from './testing/yaml.js';

const rank: fc.Arbitrary<Rank> = fc.record({
  score: fc.nat(3),
  created: fc.constantFrom(1, 2, Infinity),
  route: fc.constantFrom('a/x', 'a/y', 'b/x'),
  rule: fc.nat(2),
  match: fc.nat(2),
});

const rule = (backend: string, match: string): string =>
  `{ matches: [${match}], backendRefs: [{ name: ${backend}, port: 80 }] }`;
const prefix = (value: string): string => `path: { type: PathPrefix, value: "${value}" }`;

describe('precedence of matches', () => {
  it('is a total order', () => {
    fc.assert(
      fc.property(rank, rank, rank, (a, b, c) => {
        expect(Math.sign(compareRanks(a, b))).toBe(-Math.sign(compareRanks(b, a)) + 0);
        if (compareRanks(a, b) === 0) expect(a).toEqual(b);
        if (compareRanks(a, b) < 0 && compareRanks(b, c) < 0) expect(compareRanks(a, c)).toBeLessThan(0);
      }),
    );
  });

  it('a longer path outweighs any number of other conditions', () => {
    const match = { grpc: false, method: undefined, headers: [], queryParams: [] };
    const many = Array.from({ length: 16 }, (_, i) => ({
      name: `h${i}`,
      value: { kind: 'exact' as const, value: 'x' },
    }));
    const long = scoreOf({ ...match, path: { kind: 'prefix', value: '/aa' } }, false);
    const short = scoreOf(
      { ...match, path: { kind: 'prefix', value: '/a' }, method: 'GET', headers: many, queryParams: many },
      false,
    );
    expect(long).toBeGreaterThan(short);
  });

  it('objects that do not say when they were made are equal, and younger than those that say', () => {
    expect(createdAt(undefined)).toBe(createdAt(undefined));
    expect(createdAt('2024-01-01T00:00:00Z')).toBeLessThan(createdAt(undefined));
  });

  it.each([
    ['exact before prefix', '{ path: { type: Exact, value: /a/b } }', `{ ${prefix('/a/b')}, method: GET }`],
    [
      'exact before regular expression',
      '{ path: { type: Exact, value: /a/b } }',
      '{ path: { type: RegularExpression, value: "/a/.+" } }',
    ],
    [
      'regular expression before prefix',
      '{ path: { type: RegularExpression, value: "/a/." } }',
      `{ ${prefix('/a/b')} }`,
    ],
    [
      'the longer prefix',
      `{ ${prefix('/a/b')} }`,
      `{ ${prefix('/a')}, method: GET, headers: [{ name: x, value: y }] }`,
    ],
    [
      'method before headers',
      `{ ${prefix('/a')}, method: GET }`,
      `{ ${prefix('/a')}, headers: [{ name: x, value: y }] }`,
    ],
    [
      'headers before query',
      `{ ${prefix('/a')}, headers: [{ name: x, value: y }] }`,
      `{ ${prefix('/a')}, queryParams: [{ name: q, value: v }, { name: r, value: v }] }`,
    ],
    [
      'more headers',
      `{ ${prefix('/a')}, headers: [{ name: x, value: y }, { name: z, value: y }] }`,
      `{ ${prefix('/a')}, headers: [{ name: x, value: y }] }`,
    ],
    [
      'more query parameters',
      `{ ${prefix('/a')}, queryParams: [{ name: q, value: v }, { name: r, value: v }] }`,
      `{ ${prefix('/a')}, queryParams: [{ name: q, value: v }] }`,
    ],
  ])('across routes: %s', (_what, wins, loses) => {
    const s = given(
      gateway(HTTP) +
        services('win', 'lose') +
        route('a', {}, rule('lose', loses)) +
        route('b', {}, rule('win', wins)),
    );
    const headers = [
      ['x', 'y'],
      ['z', 'y'],
    ] as const;
    expect(s.meets('http://h.test/a/b?q=v&r=v', { headers })).toBe('default/win:80');
  });

  it('of equal matches the older route wins, then namespace and name, then the first rule', () => {
    const old = { created: '2024-01-01T00:00:00Z' };
    const equal = given(
      gateway(HTTP) + services('a', 'b') + route('y', {}, to('b')) + route('x', {}, to('a'), to('b')),
    );
    expect(equal.meets('http://h.test/')).toBe('default/a:80');
    // What a server says of an object survives only where the source keeps it: put it there as the cluster source does.
    const aged = equal.get('HTTPRoute', 'y');
    equal.put({ ...aged, metadata: { ...aged.metadata, creationTimestamp: old.created } });
    expect(equal.meets('http://h.test/')).toBe('default/b:80');
  });

  it('of two equal rules the first wins, even when its backend is broken', () => {
    const s = given(gateway(HTTP) + services('a') + route('r', {}, to('missing'), to('a')));
    expect(s.meets('http://h.test/')).toBe('500');
  });
});
