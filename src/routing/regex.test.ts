import { describe, expect, it } from '@jest/globals';
import { literalPathPrefix, regexFault, regexMatches } from './regex.js';

describe('regular expressions', () => {
  // Each was given to Envoy 1.40 in a safe_regex.
  it.each([
    '(?<n>a)',
    '(?P<n>a)',
    '\\pN+',
    '\\Q.\\E',
    '[a-z]{1,90}',
    '(?i)a',
    '(?U)a+',
    '[[:word:]]',
    '\\p{Greek}',
    '\\P{^Kawi}',
    '\\Q\\p{Garay}\\E',
    '\\\\p{1}',
    `/${'[acegikmoqsuwyACEGIKMOQSUWY]{1000}'.repeat(10)}`,
    'é',
    '(a{10}){100}',
  ])('that Envoy takes are taken: %s', (pattern) => {
    expect(regexFault(pattern)).toBeUndefined();
  });

  it.each([
    '\\p{Garay}',
    '\\p{LC}',
    '\\PL\\P{^Alphabetic}',
    '/\ud800',
    '/' + '[acegikmoqsuwyACEGIKMOQSUWY]{1000}'.repeat(29),
    '',
    '\\x{10FFFF}',
    '\\h',
    '(a{11}){100}',
    '(?=a)',
    '(?<=a)b',
    '(a)\\1',
    '(?>a)',
    'a++',
    '[',
  ])('that Envoy refuses are refused: %j', (pattern) => {
    expect(regexFault(pattern)).toBeDefined();
  });

  it('match the whole text, byte by byte', () => {
    expect(regexMatches('b', 'abc')).toBe(false);
    expect(regexMatches('a|abc', 'abc')).toBe(true);
    expect(regexMatches('é.', 'éa')).toBe(true);
    expect(regexMatches('.', 'é')).toBe(false);
    expect(regexMatches('[', '[')).toBe(false);
  });

  it.each([
    ['/admin/(?!x).*', '/admin'],
    ['^/a/b/[', '/a/b'],
    ['/admin(', '/'],
    ['/a/b?[', '/a'],
    ['/a/?[', '/'],
    ['/a/b|/c/[', '/'],
    ['(/a/b/[', '/'],
    ['a/b/[', '/'],
  ])('all that %s can mean begins with %s', (pattern, prefix) => {
    expect(literalPathPrefix(pattern)).toBe(prefix);
  });
});
