import { describe, expect, it } from '@jest/globals';
import { normalizePath } from './normalize-path.js';

describe('paths are normalised as Envoy 1.40 does', () => {
  // Each line was answered by a real Envoy with normalize_path and merge_slashes.
  it.each([
    ['/', '/'],
    ['/a//b', '/a/b'],
    ['//', '//'],
    ['///', '//'],
    ['//a', '/a'],
    ['/a//', '/a/'],
    ['/a/./b', '/a/b'],
    ['/a/../b', '/b'],
    ['/..', '/'],
    ['/../..', '/'],
    ['/.', '/'],
    ['/a/.', '/a/'],
    ['/a/..', '/'],
    ['/a/b/..', '/a/'],
    ['/%2e%2e/a', '/a'],
    ['/a/%2e/b', '/a/b'],
    ['/a/%2E%2e/b', '/b'],
    ['/a%2Fb', '/a%2Fb'],
    ['/a%5Cb', '/a%5Cb'],
    ['/a\\b', '/a/b'],
    ['/%41', '/A'],
    ['/%7e', '/~'],
    ['/a%20b', '/a%20b'],
    ['/a%zz', '/a%zz'],
    ['/a%1', '/a%1'],
    ['/a?x=//y', '/a?x=//y'],
    ['/a;b=1/c', '/a;b=1/c'],
    ['/a|b', '/a%7Cb'],
    ['/a"b', '/a%22b'],
    ['/a<b>', '/a%3Cb%3E'],
    ['/a{b}', '/a%7Bb%7D'],
    ['/a^b', '/a%5Eb'],
    ['/a`b', '/a%60b'],
    ["/a'b", "/a'b"],
    ['/a[b]', '/a[b]'],
    ['/a!$&()*+,=:@b', '/a!$&()*+,=:@b'],
    ['/a/%2e%2e%2fb', '/a/..%2fb'],
    ['/a..b', '/a..b'],
    ['/a/...', '/a/...'],
    ['/a%2e', '/a.'],
    ['/a%2E%2E', '/a..'],
    ['/?', '/?'],
  ])('%s is %s', (path, normal) => {
    expect(normalizePath(path)).toBe(normal);
  });

  it.each(['/a#b', '/a?x#y', '*', 'a', '/\x7f', '/\xe9', '/%00', '/a b'])(
    '%j is refused with 400',
    (path) => {
      expect(normalizePath(path)).toBeUndefined();
    },
  );
});
