import { PORTS, type TrustedCa } from './world.js';

/** One of the few requests that the load consists of; what it may be answered is worked out once per configuration. */
export interface Shape {
  readonly port: number;
  /** Server name; absent speaks clear text. */
  readonly sni?: string;
  readonly host: string;
  readonly path: string;
  /** A gRPC call, over HTTP/2. */
  readonly isCall: boolean;
  /** The CA that has signed the certificate of the client; undefined: it has none. */
  readonly client?: TrustedCa;
  /** The first backend that gets it answers 502. */
  readonly failsOnce?: true;
}

/** Header that tells requests that are to fail once from each other. */
export const FAILS_ONCE = 'x-fails-once';

const HOSTS = ['a.example.com', 'b.example.com', 'c.example.com', 'other.test'];
const PATHS = ['/', '/a/b?q=1', '/api/v1', '/x'];
const METHODS = ['/a/b', '/api/v1', '/x/y'];

const plain = (port: number, hosts: readonly string[]): readonly Shape[] =>
  hosts.flatMap((host) => PATHS.map((path) => ({ port, host, path, isCall: false })));

const calls = (port: number, hosts: readonly string[]): readonly Shape[] =>
  hosts.flatMap((host) => METHODS.map((path) => ({ port, host, path, isCall: true })));

const secure = (shapes: readonly Shape[]): readonly Shape[] =>
  shapes.map((shape) => ({ ...shape, sni: shape.host }));

export const SHAPES: readonly Shape[] = [
  ...plain(PORTS.plain, HOSTS),
  ...plain(PORTS.plainExtra, ['a.example.com']),
  ...secure(plain(PORTS.secure, HOSTS)),
  ...secure(plain(PORTS.secureExtra, ['a.example.com'])).flatMap((shape) => [
    shape,
    { ...shape, client: 'ca-right' as const },
    { ...shape, client: 'ca-wrong' as const },
  ]),
  ...plain(PORTS.plain, ['a.example.com', 'b.example.com']).map((shape) => ({
    ...shape,
    failsOnce: true as const,
  })),
  // Over a connection that was opened for another host.
  ...plain(PORTS.secure, ['other.test', 'c.example.com']).map((shape) => ({
    ...shape,
    sni: 'a.example.com',
  })),
  ...calls(PORTS.plain, HOSTS),
  ...secure(calls(PORTS.secure, ['a.example.com', 'c.example.com'])),
];
