import { describe, expect, it } from '@jest/globals';
import type { ShareFilters } from '../routing/index.js';
import { needsRoutes, shareRoutes, thresholds } from './share-routes.js';
import { cluster, forward, mirror, redirect, rule, share } from './testing/fleets.js';

const NONE: ShareFilters = {
  redirect: undefined,
  hostRewrite: undefined,
  pathRewrite: undefined,
  mirrors: [],
  cors: undefined,
  auth: undefined,
};
const entrance = { scheme: 'http', port: 80 } as const;
const [a, b, c] = [cluster('a'), cluster('b'), cluster('c')];
const own = { filters: { ...NONE, pathRewrite: { kind: 'full', value: '/own' } } } as const;

function routesOf(...args: Parameters<typeof forward>) {
  const action = forward(...args);
  return shareRoutes({ name: 'r', match: { prefix: '/' } }, rule('r', action), action, entrance);
}

describe('shares', () => {
  it('need routes of their own only for filters that weighted clusters cannot express', () => {
    expect(needsRoutes(forward([share(a), share(b)]))).toBe(false);
    expect(needsRoutes(forward([share(a), share(b, own)]))).toBe(true);
    expect(needsRoutes(forward([share(a), share(b, { ...own, weight: 0 })]))).toBe(false);
  });

  it('are chosen by cumulative thresholds, the last by what is left', () => {
    const { routes, references } = routesOf([
      share(a, { weight: 70 }),
      share(c, { weight: 0 }),
      share(b, { weight: 20, ...own }),
      share('unresolved', { weight: 10 }),
    ]);
    expect(routes.map(({ name, match }) => [name, match?.runtimeFraction?.defaultValue?.numerator])).toEqual([
      ['r', 700_000],
      ['r', 900_000],
      ['r', undefined],
    ]);
    expect(routes.map(({ route }) => [route?.cluster, route?.pathRewrite])).toEqual([
      ['shop_a_80', undefined],
      ['shop_b_80', '/own'],
      ['windlass-unresolved', undefined],
    ]);
    expect(references.map(({ name }) => name)).toEqual(['shop_a_80', 'shop_b_80']);
  });

  it('alone have no threshold', () => {
    const { routes } = routesOf([share(a, own)]);
    expect(routes).toHaveLength(1);
    expect(routes[0]?.match).toEqual({ prefix: '/' });
  });

  it('redirect by themselves, and have their own mirrors beside those of the rule', () => {
    const mirrors = [mirror(c, 200_000)];
    const { routes, references } = routesOf(
      [
        share(a, { filters: { ...NONE, redirect: redirect({ hostname: 'else.test' }) } }),
        share(b, { filters: { ...NONE, mirrors: [mirror(a, 125)] } }),
      ],
      { mirrors },
    );
    expect(routes[0]?.redirect?.hostRedirect).toBe('else.test');
    // By the last digits, since the first ones choose the share.
    expect(
      routes[1]?.route?.requestMirrorPolicies?.map(({ cluster: to, runtimeFraction }) => [
        to,
        runtimeFraction?.defaultValue,
      ]),
    ).toEqual([
      ['shop_c_80', { numerator: 20, denominator: 0 }],
      ['shop_a_80', { numerator: 1, denominator: 1 }],
    ]);
    expect(references.map(({ name }) => name)).toEqual(['shop_b_80', 'shop_c_80', 'shop_a_80']);
  });
});

describe('thresholds', () => {
  it.each([
    [[1], []],
    [[1, 1], [500_000]],
    [
      [1, 1, 1],
      [333_333, 666_667],
    ],
    // However small, a share has its millionth.
    [
      [1, 1_000_000, 1_000_000],
      [1, 500_000],
    ],
    [
      [1_000_000, 1_000_000, 1, 1],
      [500_000, 999_998, 999_999],
    ],
  ])('of %j are %j', (weights, expected) => {
    expect(thresholds(weights)).toEqual(expected);
  });
});
