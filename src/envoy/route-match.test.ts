import { describe, expect, it } from '@jest/globals';
import { routeMatch } from './route-match.js';
import { path, PREFIX_ALL } from './testing/fleets.js';

describe('a match', () => {
  it.each([
    [path('exact', '/a'), { path: '/a' }],
    [path('prefix', '/a'), { pathSeparatedPrefix: '/a' }],
    [path('prefix', '/'), { prefix: '/' }],
    [path('regex', '/a.*'), { safeRegex: { regex: '/a.*' } }],
  ])("on a path is the narrowest of Envoy's matchers that says the same", (model, expected) => {
    expect(routeMatch(model)).toEqual(expected);
  });

  it('on a method is one on the pseudo-header', () => {
    expect(routeMatch({ ...PREFIX_ALL, method: 'PUT' })).toEqual({
      prefix: '/',
      headers: [{ name: ':method', stringMatch: { exact: 'PUT' } }],
    });
  });

  it('of calls takes what says that it is one', () => {
    expect(routeMatch({ ...path('prefix', '/shop.Cart'), grpc: true })).toEqual({
      pathSeparatedPrefix: '/shop.Cart',
      grpc: {},
    });
  });

  it('keeps headers and query parameters in their order', () => {
    const model = {
      ...PREFIX_ALL,
      headers: [
        { name: 'b', value: { kind: 'exact', value: '1' } as const },
        { name: 'a', value: { kind: 'regex', value: '[0-9]' } as const },
      ],
      queryParams: [{ name: 'q', value: { kind: 'regex', value: 'x+' } as const }],
    };
    expect(routeMatch(model)).toEqual({
      prefix: '/',
      headers: [
        { name: 'b', stringMatch: { exact: '1' } },
        { name: 'a', stringMatch: { safeRegex: { regex: '[0-9]' } } },
      ],
      queryParameters: [{ name: 'q', stringMatch: { safeRegex: { regex: 'x+' } } }],
    });
  });
});
