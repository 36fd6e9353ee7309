import fc from 'fast-check';
import { CLIENTS, hosts, methods, paths, values } from './pools.js';
import { FAILURES } from './rules.js';

/** What a browser adds to a request of another origin. */
const crossOrigin = fc
  .tuple(
    fc.constantFrom(
      undefined,
      'https://a.test',
      'https://a.test:443',
      'http://x.y.b.test',
      'https://c:8443',
      'null',
    ),
    fc.constantFrom(undefined, 'PUT', 'PUT'),
    fc.constantFrom(undefined, 'x-one, x-two'),
  )
  .map(([origin, method, names]) =>
    Object.entries({
      ...(origin !== undefined && { Origin: origin }),
      ...(method !== undefined && { 'Access-Control-Request-Method': method }),
      ...(names !== undefined && { 'Access-Control-Request-Headers': names }),
    }),
  );

/** What makes a call of a request, and what nearly does. */
const contentType = fc
  .constantFrom(
    undefined,
    undefined,
    'application/grpc',
    'application/grpc',
    'application/grpc+proto',
    'application/grpc-web',
  )
  .map((type) => (type === undefined ? [] : [['Content-Type', type] as [string, string]]));

export type RandomRequest = typeof requests extends fc.Arbitrary<readonly (infer T)[]> ? T : never;

/** Of each configuration. */
export const REQUESTS = 12;

export const requests = fc.array(
  fc.record({
    tls: fc.boolean(),
    /** See `aimAt`. */
    aim: fc.noBias(fc.nat({ max: 2 ** 20 })),
    /** At the second Gateway, where it is plain. */
    aside: fc.nat(4).map((one) => one === 0),
    /** What a backend is asked to answer. */
    status: fc.oneof(fc.constant(200), fc.constantFrom(...FAILURES)),
    host: fc.oneof(fc.constantFrom(...hosts.slice(0, 6)), fc.constantFrom(...hosts)),
    /** Server name of the TLS handshake; undefined: the host. */
    server: fc.oneof(
      { weight: 5, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: fc.constantFrom('b.example.com', 'x.b.example.com') },
    ),
    /** What the client presents, with TLS. */
    client: fc.constantFrom(...CLIENTS),
    /** Which auth server denies it, should that be asked. */
    deny: fc.constantFrom(undefined, undefined, undefined, 'web', 'guard'),
    withPort: fc.boolean(),
    path: fc.oneof(fc.constantFrom('/a', '/a/b', '/api/v1/x?k=1'), fc.constantFrom(...paths)),
    method: fc.constantFrom('GET', 'GET', 'OPTIONS', ...methods),
    headers: fc
      .tuple(
        fc.array(fc.tuple(fc.constantFrom('x-one', 'x-two', 'X-THREE'), fc.constantFrom(...values)), {
          maxLength: 3,
        }),
        crossOrigin,
        contentType,
      )
      .map((parts) => parts.flat()),
  }),
  { minLength: REQUESTS, maxLength: REQUESTS },
);
