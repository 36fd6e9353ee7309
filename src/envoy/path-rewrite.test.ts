import { describe, expect, it } from '@jest/globals';
import { RE2JS } from 're2js';
import { prefixRewrite } from './path-rewrite.js';

/** What Envoy does: `prefix_rewrite` replaces the matched prefix, `regex_rewrite` every match. */
function rewritten(prefix: string, value: string, path: string): string {
  const rewrite = prefixRewrite({ kind: 'prefix', prefix, value });
  if ('prefixRewrite' in rewrite) return rewrite.prefixRewrite + path.slice(prefix.length);
  const { pattern, substitution } = rewrite.regexRewrite;
  return RE2JS.compile(pattern?.regex ?? '')
    .matcher(path)
    .replaceAll(substitution ?? '');
}

describe('a prefix rewrite', () => {
  // HTTPPathModifier.replacePrefixMatch, the table of examples.
  it.each([
    ['/foo', '/xyz', '/foo/bar', '/xyz/bar'],
    ['/foo', '/xyz/', '/foo/bar', '/xyz/bar'],
    ['/foo', '/xyz', '/foo', '/xyz'],
    ['/foo', '/xyz', '/foo/', '/xyz/'],
    ['/foo', '', '/foo/bar', '/bar'],
    ['/foo', '', '/foo/', '/'],
    ['/foo', '', '/foo', '/'],
    ['/foo', '/', '/foo/bar', '/bar'],
    ['/foo', '/', '/foo', '/'],
    ['/', '/xyz', '/', '/xyz/'],
    ['/', '/xyz', '/bar', '/xyz/bar'],
    ['/', '/', '/bar', '/bar'],
  ])('of %s by %j makes %s %s', (prefix, value, path, expected) => {
    expect(rewritten(prefix, value, path)).toBe(expected);
  });

  it('takes characters of the prefix that mean something in RE2 as themselves', () => {
    expect(rewritten('/a.b+(c)$%41', '', '/a.b+(c)$%41/x')).toBe('/x');
    expect(rewritten('/a.b', '', '/aXb/x')).toBe('/aXb/x');
  });
});
