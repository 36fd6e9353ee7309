import fc from 'fast-check';

// What random configurations and requests are drawn from: small enough to be read when one disagrees, and so that they meet often.

export const PLAIN = 8080;
export const SECURE = 8443;
/** Where TLS is handed on, or ended without looking at requests. */
export const PASSED = 9443;
/** The second of two Gateways; it has plain listeners alone. */
export const SIDE = 'side';

export const hostnames = [
  'a.example.com',
  'b.example.com',
  'x.b.example.com',
  '*.example.com',
  '*.b.example.com',
  '*.com',
  'other.test',
];
export const hosts = [
  'a.example.com',
  'A.Example.Com',
  'b.example.com',
  'x.b.example.com',
  'y.z.example.com',
  'example.com',
  'other.test',
  'nobody.test',
  'nobody.com',
  'a.example.com.',
  '127.0.0.1',
];
export const prefixes = ['/', '/a', '/a/', '/a/b', '/api', '/api/v1'];
export const exacts = ['/', '/a', '/a/', '/a/b', '/api/v1/x'];
export const regexes = ['/a.*', '/[a-c]/b', '(?i)/API(/.*)?', '/\\w+/v\\d/.*', '/a|/b', '/A(/.*)?'];
export const paths = [
  '/',
  '/a',
  '/a/',
  '/ab',
  '/a/b',
  '/a/b/c',
  '//a//b',
  '/a/./b',
  '/api',
  '/API/v1',
  '/api/v1/x',
  '/api/v1/x?k=1',
  '/a?k=1&k=2',
  '/a?K=1',
  '/a%2Fb',
  '/A',
  '/A/b',
  '/a/b/../B',
  '/a/%2e%2E/b',
  '/a;v=1',
  '/%C3%A9',
  '/z',
];
export const methods = ['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS'];
export const headerNames = ['x-one', 'X-Two'];
export const values = ['1', '2', 'red'];

/** Mostly `usual`: requests that miss everything compare little. */
export const mostly = <T>(usual: T, rare: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: rare });

/** Before the name of a backend: the XBackend of that name. */
export const X = 'x ';

/** What a client presents: a certificate of the CA that listeners may ask for, none, or one of another. Mostly what lets it in. */
export const CLIENTS = ['valid', 'valid', 'valid', 'none', 'invalid'] as const;
