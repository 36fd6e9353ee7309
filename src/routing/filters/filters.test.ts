import { describe, expect, it } from '@jest/globals';
import { filtered, forwarded } from '../testing/filtered.js';
import { given, reasonOf, type Scenario } from '../testing/given.js';
import { gateway, HTTP, route, services, to } from '../testing/yaml.js';

const prefixed = (value: string): { match: string } => ({
  match: `{ path: { type: PathPrefix, value: ${value} } }`,
});

describe('RequestHeaderModifier', () => {
  it('removes, then sets, then adds; names are compared without case', () => {
    const s = filtered(
      '{ type: RequestHeaderModifier, requestHeaderModifier: { set: [{ name: X-Set, value: new }], add: [{ name: X-Add, value: more }], remove: [X-Gone] } }',
    );
    const sent = [
      ['x-set', 'old'],
      ['X-ADD', 'one'],
      ['x-gone', '1'],
      ['x-kept', '1'],
    ] as const;
    expect(forwarded(s, 'http://h/', sent)[0]?.headers).toEqual({
      'x-set': 'new',
      'x-add': 'one,more',
      'x-kept': '1',
    });
  });

  it("of a backendRef comes after the rule's, for that share alone", () => {
    const own =
      'filters: [{ type: RequestHeaderModifier, requestHeaderModifier: { set: [{ name: x, value: share }] } }]';
    const s = filtered(
      '{ type: RequestHeaderModifier, requestHeaderModifier: { set: [{ name: x, value: rule }] } }',
      {
        backends: `backendRefs: [{ name: a, port: 80, ${own} }, { name: b, port: 80 }]`,
      },
    );
    expect(forwarded(s, 'http://h/').map(({ headers }) => headers['x'])).toEqual(['share', 'rule']);
  });

  it('cannot modify the Host header: the rule answers 500 and the status says why', () => {
    const s = filtered(
      '{ type: RequestHeaderModifier, requestHeaderModifier: { set: [{ name: Host, value: evil }] } }',
    );
    expect(s.meets('http://h/')).toBe('500');
    expect(s.parent('r').accepted).toMatchObject({
      reason: 'UnsupportedValue',
      at: 'spec.rules[0].filters[0].requestHeaderModifier.set',
    });
  });
});

describe('RequestRedirect', () => {
  const redirect = (fields: string, options: Parameters<typeof filtered>[1] = {}): Scenario =>
    filtered(`{ type: RequestRedirect, requestRedirect: { ${fields} } }`, {
      ...options,
      backends: 'name: redirect',
    });

  it('keeps path, query and host unless it replaces them; 302 unless it says otherwise', () => {
    expect(redirect('hostname: new.test').meets('http://h/a?b=c')).toBe('302 http://new.test/a?b=c');
    expect(redirect('statusCode: 301').meets('http://h/a?b=c')).toBe('301 http://h/a?b=c');
  });

  it("has the listener's port without a scheme, the scheme's with one, and leaves out the well-known one", () => {
    const on8080 = { listener: '{ name: http, port: 8080, protocol: HTTP }' };
    expect(redirect('hostname: n.test', on8080).meets('http://h:8080/')).toBe('302 http://n.test:8080/');
    expect(redirect('hostname: n.test, scheme: https', on8080).meets('http://h:8080/')).toBe(
      '302 https://n.test/',
    );
    expect(redirect('scheme: https').meets('http://h/')).toBe('302 https://h/');
    expect(redirect('port: 8443, scheme: https').meets('http://h/')).toBe('302 https://h:8443/');
    expect(redirect('port: 80').meets('http://h/')).toBe('302 http://h/');
    expect(redirect('port: 443').meets('http://h/')).toBe('302 http://h:443/');
  });

  it.each([
    ['/foo', '/xyz', '/foo/bar', '/xyz/bar'],
    ['/foo', '/xyz/', '/foo/bar', '/xyz/bar'],
    ['/foo/', '/xyz', '/foo/bar', '/xyz/bar'],
    ['/foo', '/xyz', '/foo', '/xyz'],
    ['/foo', '/xyz', '/foo/', '/xyz/'],
    ['/foo', '/', '/foo/bar', '/bar'],
    ['/foo', '""', '/foo/bar', '/bar'],
    ['/foo', '/', '/foo', '/'],
    ['/foo', '/', '/foo/', '/'],
    ['/', '/xyz', '/bar', '/xyz/bar'],
  ])('replaces prefix %s by %s: %s becomes %s, never with a double slash', (prefix, value, path, result) => {
    const s = redirect(`path: { type: ReplacePrefixMatch, replacePrefixMatch: ${value} }`, prefixed(prefix));
    expect(s.meets(`http://h${path}?q`)).toBe(`302 http://h${result}?q`);
  });

  it('replaces the full path and keeps the query', () => {
    expect(redirect('path: { type: ReplaceFullPath, replaceFullPath: /one }').meets('http://h/a/b?q')).toBe(
      '302 http://h/one?q',
    );
  });
});

describe('URLRewrite', () => {
  const rewrite = (fields: string, options = {}): Scenario =>
    filtered(`{ type: URLRewrite, urlRewrite: { ${fields} } }`, options);

  it('rewrites host and path for the backend', () => {
    const s = rewrite(
      'hostname: in.test, path: { type: ReplacePrefixMatch, replacePrefixMatch: /v2 }',
      prefixed('/v1'),
    );
    expect(forwarded(s, 'http://h/v1/x?q=1')).toEqual([{ host: 'in.test', path: '/v2/x?q=1', headers: {} }]);
  });

  it('passes host and path on unchanged without it', () => {
    expect(forwarded(filtered(''), 'http://H.Test:80/a%2Fb?q')).toEqual([
      { host: 'H.Test:80', path: '/a%2Fb?q', headers: {} },
    ]);
  });

  it('a path that would break the request line is refused', () => {
    const s = rewrite('path: { type: ReplaceFullPath, replaceFullPath: "/a b" }');
    expect(s.meets('http://h/')).toBe('500');
    expect(reasonOf(s.parent('r').accepted)).toBe('UnsupportedValue');
  });
});

describe('filters that are not supported', () => {
  const UNKNOWN = '{ type: ExtensionRef, extensionRef: { group: x.test, kind: Thing, name: t } }';

  it('are never skipped: the rule answers 500 and the route is refused', () => {
    const s = filtered(UNKNOWN);
    expect(s.meets('http://h/')).toBe('500');
    expect(s.parent('r').accepted).toMatchObject({
      reason: 'UnsupportedValue',
      at: 'spec.rules[0].filters[0]',
    });
  });

  it('cost their rule alone: the others serve, and the status says what is dropped', () => {
    const bad = `{ matches: [{ path: { value: /bad } }], filters: [${UNKNOWN}], backendRefs: [{ name: a, port: 80 }] }`;
    const s = given(gateway(HTTP) + services('a', 'b') + route('r', {}, bad, to('a')));
    expect(s.meets('http://h/bad')).toBe('500');
    expect(s.meets('http://h/')).toBe('default/a:80');
    expect(reasonOf(s.parent('r').accepted)).toBe('True');
    expect(s.parent('r').partiallyInvalid?.message).toBe(
      'Dropped Rule: spec.rules[0].filters[0]: filter ExtensionRef is not supported here',
    );
  });

  it('on a backendRef cost the rule', () => {
    const s = filtered('', { backends: `backendRefs: [{ name: a, port: 80, filters: [${UNKNOWN}] }]` });
    expect(s.parent('r').accepted).toMatchObject({ at: 'spec.rules[0].backendRefs[0].filters[0]' });
  });
});

describe('time-outs', () => {
  it('are milliseconds; unset and 0s are no limit', () => {
    const s = filtered('', {
      backends: 'timeouts: { request: 1m500ms, backendRequest: 2s }, backendRefs: [{ name: a, port: 80 }]',
    });
    expect(s.evaluate('http://h/').outcome).toMatchObject({
      requestTimeoutMs: 60_500,
      backendTimeoutMs: 2_000,
    });
    const none = filtered('', {
      backends: 'timeouts: { request: 0s }, backendRefs: [{ name: a, port: 80 }]',
    });
    expect(none.evaluate('http://h/').outcome).toMatchObject({ requestTimeoutMs: 0, backendTimeoutMs: 0 });
  });
});
