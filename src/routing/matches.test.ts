import { describe, expect, it } from '@jest/globals';
import { given, reasonOf, type Request } from './testing/given.js';
import { gateway, HTTP, route, services, to } from './testing/yaml.js';

function meets(match: string, url: string, request?: Request): string {
  const rule = `{ matches: [${match}], backendRefs: [{ name: a, port: 80 }] }`;
  return given(gateway(HTTP) + services('a') + route('r', {}, rule)).meets(url, request);
}

describe('matches of a rule', () => {
  it('a rule without matches takes every path', () => {
    const s = given(
      gateway(HTTP) + services('a') + route('r', {}, '{ backendRefs: [{ name: a, port: 80 }] }'),
    );
    expect(s.meets('http://h.test/any/path')).toBe('default/a:80');
  });

  it('a prefix is segment-wise, and its trailing slash does not matter', () => {
    for (const value of ['/abc', '/abc/']) {
      const match = `{ path: { type: PathPrefix, value: ${value} } }`;
      expect(meets(match, 'http://h/abc')).toBe('default/a:80');
      expect(meets(match, 'http://h/abc/')).toBe('default/a:80');
      expect(meets(match, 'http://h/abc/d?q')).toBe('default/a:80');
      expect(meets(match, 'http://h/abcd')).toBe('404');
    }
  });

  it('an exact path counts case and trailing slash, not the query', () => {
    const match = '{ path: { type: Exact, value: /One } }';
    expect(meets(match, 'http://h/One?x=1')).toBe('default/a:80');
    expect(meets(match, 'http://h/one')).toBe('404');
    expect(meets(match, 'http://h/One/')).toBe('404');
  });

  it('a regular expression is RE2 and matches the whole path', () => {
    const match = '{ path: { type: RegularExpression, value: "/v[0-9]+/(?i)users" } }';
    expect(meets(match, 'http://h/v12/USERS?x')).toBe('default/a:80');
    expect(meets(match, 'http://h/v12/users/1')).toBe('404');
  });

  it('header names are compared without case, and of a repeated name only the first counts', () => {
    const match = '{ headers: [{ name: X-Env, value: canary }, { name: x-env, value: other }] }';
    expect(meets(match, 'http://h/', { headers: [['x-ENV', 'canary']] })).toBe('default/a:80');
    expect(meets(match, 'http://h/', { headers: [['x-env', 'other']] })).toBe('404');
    expect(meets(match, 'http://h/')).toBe('404');
  });

  it('of a repeated query parameter the first value counts', () => {
    const match = '{ queryParams: [{ name: q, value: "1" }] }';
    expect(meets(match, 'http://h/?a&q=1&q=2')).toBe('default/a:80');
    expect(meets(match, 'http://h/?q=2&q=1')).toBe('404');
    expect(meets(match, 'http://h/?Q=1')).toBe('404');
  });

  it('a miss says which predicate failed first', () => {
    const s = given(
      gateway(HTTP) +
        services('a') +
        route(
          'r',
          {},
          '{ matches: [{ path: { value: /x }, method: POST }], backendRefs: [{ name: a, port: 80 }] }',
          to('a'),
        ),
    );
    const { nearMisses, rule } = s.evaluate('http://h/x');
    expect(nearMisses.map(({ failed, message }) => [failed, message])).toEqual([
      ['method', 'method GET is not POST'],
    ]);
    expect(rule?.rule).toBe(1);
  });
});

describe('a match that RE2 refuses', () => {
  const bad = (match: string): string => `{ matches: [${match}], backendRefs: [{ name: a, port: 80 }] }`;

  it('answers 500 under its literal prefix, never a wider rule; its neighbours serve', () => {
    const s = given(
      gateway(HTTP) +
        services('a') +
        route(
          'r',
          {},
          bad('{ path: { type: RegularExpression, value: "/admin/(?!x).*" } }'),
          to('a', '/admin/open'),
          to('a'),
        ),
    );
    expect(s.meets('http://h/admin/secret')).toBe('500');
    expect(s.meets('http://h/admin/open/1')).toBe('default/a:80');
    expect(s.meets('http://h/other')).toBe('default/a:80');
    expect(reasonOf(s.parent('r').accepted)).toBe('True');
    const partial = s.parent('r').partiallyInvalid;
    expect(partial?.reason).toBe('UnsupportedValue');
    expect(partial?.message).toMatch(
      /^Dropped Rule: spec\.rules\[0\]\.matches\[0\]\.path: .*not an RE2 expression/,
    );
  });

  it('in a header costs the requests that carry the header', () => {
    const s = given(
      gateway(HTTP) +
        services('a') +
        route('r', {}, bad('{ headers: [{ type: RegularExpression, name: x-role, value: "(a" }] }'), to('a')),
    );
    expect(s.meets('http://h/', { headers: [['x-role', 'b']] })).toBe('500');
    expect(s.meets('http://h/')).toBe('default/a:80');
  });

  it('without a literal prefix takes the host to 500', () => {
    const s = given(
      gateway(HTTP) +
        services('a') +
        route(
          'r',
          {},
          bad('{ path: { type: RegularExpression, value: "/a|[" } }'),
          to('a', '/long'),
          to('a'),
        ),
    );
    expect(s.meets('http://h/x')).toBe('500');
    expect(s.meets('http://h/long')).toBe('default/a:80');
  });

  it('refuses the route when no other rule is left', () => {
    const s = given(
      gateway(HTTP) +
        services('a') +
        route('r', {}, bad('{ path: { type: RegularExpression, value: "/[" } }')),
    );
    expect(reasonOf(s.parent('r').accepted)).toBe('UnsupportedValue');
    expect(s.parent('r').partiallyInvalid).toBeUndefined();
    expect(s.listener('http').attachedRoutes).toBe(1);
  });
});
