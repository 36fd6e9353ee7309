import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { gatewayOf, grpcRoute, httpRoute, prefix, rule } from '../harness/routes.js';
import { openSite, type Site } from '../harness/site.js';
import { call as send, startGrpcBackend, type GrpcBackend } from '../harness/grpc.js';
import { service } from '../harness/yaml.js';

// GatewayRouteHostnameIntersectionPrecedence, and what HTTPRoute- and GRPCRouteMultipleRoutesAttachmentSameHostnameIntersection of the
// conformance suite ask for: of routes whose hostnames meet a listener in the same hosts, the one whose own hostname is narrower comes first,
// whatever their age and names, and what its rules do not take falls through to the wider one. Each case has a Gateway of its own.

const PORT = 8080;
const OLD = '2025-01-01T00:00:00Z';
const NEW = '2026-01-01T00:00:00Z';

interface Side {
  readonly hostname: string;
  /** YAML flow mappings, each of a rule of its own. */
  readonly matches: readonly string[];
}

type Headers = Readonly<Record<string, string>>;

interface Case {
  readonly listener: string;
  readonly wide: Side;
  readonly narrow: Side;
  /** Host and path, the side that is met, and the headers of the request. */
  readonly requests: readonly (readonly [host: string, path: string, expected: string, headers?: Headers])[];
}

const header = (name: string): string => `, headers: [{ name: ${name}, value: x }]`;
const call = (method: string): string => `{ method: ${method} }`;

const WIDE = { hostname: '*.example.test', matches: [prefix('/')] };
const NARROW = { hostname: 'abc.example.test', matches: [prefix('/')] };

const CASES: Readonly<Record<string, Case>> = {
  'exact-same-path': {
    listener: 'abc.example.test',
    wide: WIDE,
    narrow: NARROW,
    requests: [
      ['abc.example.test', '/', 'narrow'],
      ['xyz.example.test', '/', '404'],
    ],
  },
  'exact-longer-path-of-the-wide': {
    listener: 'abc.example.test',
    wide: { ...WIDE, matches: [prefix('/foo/bar')] },
    narrow: { ...NARROW, matches: [prefix('/foo')] },
    requests: [
      ['abc.example.test', '/foo/bar/x', 'narrow'],
      ['abc.example.test', '/foo', 'narrow'],
      ['abc.example.test', '/other', '404'],
    ],
  },
  'exact-fall-through': {
    listener: 'abc.example.test',
    wide: { ...WIDE, matches: [prefix('/'), prefix('/foo')] },
    narrow: { ...NARROW, matches: [prefix('/foo')] },
    requests: [
      ['abc.example.test', '/foo', 'narrow'],
      ['abc.example.test', '/', 'wide'],
      ['abc.example.test', '/other', 'wide'],
    ],
  },
  'exact-headers-fall-through': {
    listener: 'abc.example.test',
    wide: { ...WIDE, matches: [prefix('/path/prefix', header('b'))] },
    narrow: { ...NARROW, matches: [prefix('/path', header('a'))] },
    requests: [
      ['abc.example.test', '/path/prefix/longer', 'narrow', { a: 'x', b: 'x' }],
      ['abc.example.test', '/path/prefix/longer', 'wide', { b: 'x' }],
      ['abc.example.test', '/path/prefix/longer', '404', {}],
    ],
  },
  'wildcard-same-path': {
    listener: '*.example.test',
    wide: { hostname: '*.test', matches: [prefix('/')] },
    narrow: WIDE,
    requests: [
      ['abc.example.test', '/', 'narrow'],
      ['a.b.example.test', '/', 'narrow'],
      ['example.test', '/', '404'],
    ],
  },
  'wildcard-longer-path-of-the-wide': {
    listener: '*.example.test',
    wide: { hostname: '*.test', matches: [prefix('/foo/bar')] },
    narrow: { ...WIDE, matches: [prefix('/foo')] },
    requests: [
      ['abc.example.test', '/foo/bar', 'narrow'],
      ['other.test', '/foo/bar', '404'],
    ],
  },
  'wildcard-fall-through': {
    listener: '*.example.test',
    wide: { hostname: '*.test', matches: [prefix('/')] },
    narrow: { ...WIDE, matches: [prefix('/foo')] },
    requests: [
      ['abc.example.test', '/foo/x', 'narrow'],
      ['abc.example.test', '/foobar', 'wide'],
      ['abc.example.test', '/', 'wide'],
      ['other.test', '/', '404'],
    ],
  },
};

const CALLS: Readonly<Record<string, Case>> = {
  'calls-exact': {
    listener: 'abc.example.test',
    wide: {
      ...WIDE,
      matches: [call('{ service: shop.Cart, method: Add }'), call('{ service: shop.Orders }')],
    },
    narrow: { ...NARROW, matches: [call('{ service: shop.Cart }')] },
    requests: [
      ['abc.example.test', '/shop.Cart/Add', 'narrow'],
      ['abc.example.test', '/shop.Orders/Place', 'wide'],
    ],
  },
  'calls-wildcard': {
    listener: '*.example.test',
    wide: { hostname: '*.test', matches: [call('{ service: shop.Cart, method: Add }')] },
    narrow: { ...WIDE, matches: [call('{ service: shop.Cart }')] },
    requests: [
      ['abc.example.test', '/shop.Cart/Add', 'narrow'],
      ['abc.example.test', '/shop.Orders/Place', 'UNIMPLEMENTED'],
    ],
  },
};

function objectsOf(
  [name, { listener, wide, narrow }]: readonly [string, Case],
  kind: 'HTTPRoute' | 'GRPCRoute',
): readonly string[] {
  const route = (side: 'wide' | 'narrow', created: string, { hostname, matches }: Side): string => {
    const options = { hostnames: [hostname], parents: [`{ name: ${name} }`], created };
    // The wider one comes first by name as well.
    const own = `${side === 'wide' ? 'a' : 'z'}-${name}`;
    return kind === 'HTTPRoute'
      ? httpRoute(own, options, ...matches.map((match) => rule([match], side)))
      : grpcRoute(own, options, ...matches.map((match) => rule([match], `${side}-calls`)));
  };
  return [
    gatewayOf(name, [`{ name: http, port: ${PORT}, protocol: HTTP, hostname: "${listener}" }`]),
    route('wide', OLD, wide),
    route('narrow', NEW, narrow),
  ];
}

let site: Site;
let servers: readonly GrpcBackend[];

beforeAll(async () => {
  const methods = ['/shop.Cart/Add', '/shop.Orders/Place'];
  servers = await Promise.all(['wide', 'narrow'].map((name) => startGrpcBackend(name, methods)));
  site = await openSite({
    backends: ['wide', 'narrow'],
    gateways: [...Object.keys(CASES), ...Object.keys(CALLS)],
    objects: [
      ...Object.entries(CASES).flatMap((each) => objectsOf(each, 'HTTPRoute')),
      ...Object.entries(CALLS).flatMap((each) => objectsOf(each, 'GRPCRoute')),
      ...servers.map(({ name, port }) => service(`${name}-calls`, port)),
    ],
  });
}, 120_000);

afterAll(async () => {
  await site.close();
  for (const server of servers) server.close();
}, 60_000);

const flat = (cases: Readonly<Record<string, Case>>): readonly (readonly [string, string, string, string, Headers])[] =>
  Object.entries(cases).flatMap(([name, { requests }]) => requests.map(([host, path, expected, headers = {}]) => [name, host, path, expected, headers] as const)); // prettier-ignore

describe('of routes whose hostnames meet the listener in the same hosts', () => {
  it.each(flat(CASES))(
    "the one with the narrower hostname goes first, and the other gets what it leaves (%s): %s%s meets %s",
    async (gateway, host, path, expected, headers) => {
      expect(await site.meets({ gateway, host, path, headers: Object.entries(headers) })).toBe(expected);
    },
  ); // prettier-ignore

  it.each(flat(CALLS))(
    'the one with the narrower hostname goes first for calls as well (%s): %s%s meets %s',
    async (gateway, host, path, expected) => {
      const address = await site.windlass.address(gateway);
      const { status, echo } = await send({ address, port: PORT, host, path });
      expect(echo?.backend ?? status).toBe(expected);
    },
  );
});
