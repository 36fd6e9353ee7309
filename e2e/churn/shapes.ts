import { PORTS } from './world.js';

/** One of the few requests that the load consists of; what it may be answered is worked out once per configuration. */
export interface Shape {
  readonly port: number;
  /** Server name; absent speaks clear text. */
  readonly sni?: string;
  readonly host: string;
  readonly path: string;
}

const HOSTS = ['a.example.com', 'b.example.com', 'c.example.com', 'other.test'];
const PATHS = ['/', '/a/b?q=1', '/api/v1', '/x'];

const plain = (port: number, hosts: readonly string[]): readonly Shape[] =>
  hosts.flatMap((host) => PATHS.map((path) => ({ port, host, path })));

const secure = (port: number, hosts: readonly string[]): readonly Shape[] =>
  plain(port, hosts).map((shape) => ({ ...shape, sni: shape.host }));

export const SHAPES: readonly Shape[] = [
  ...plain(PORTS.plain, HOSTS),
  ...plain(PORTS.plainExtra, ['a.example.com']),
  ...secure(PORTS.secure, HOSTS),
  ...secure(PORTS.secureExtra, ['a.example.com']),
];
