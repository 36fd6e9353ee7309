import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAuthority } from '../harness/authority.js';
import { startBackend, type Backend } from '../harness/backend.js';
import {
  call,
  callOn,
  grpcClient,
  startGrpcBackend,
  talk,
  type Call,
  type CallAnswer,
  type GrpcBackend,
} from '../harness/grpc.js';
import { ask } from '../harness/request.js';
import { until } from '../harness/until.js';
import { Standalone } from '../harness/windlass.js';
import { documents, service, tlsSecret } from '../harness/yaml.js';

// GRPCRoute, and what GRPCExactMethodMatching, GRPCRouteHeaderMatching, GRPCRouteListenerHostnameMatching, GRPCRouteNamedRule,
// GRPCRouteRequestHeaderModifier and GRPCRouteWeight of the conformance suite ask for.

const PORT = 8080;
const SECURE = 8443;
const METHODS = ['/shop.Cart/Add', '/shop.Cart/List', '/shop.Orders/Add', '/shop.Orders/Place'];

let windlass: Standalone;
let backends: Readonly<Record<'one' | 'two' | 'three', GrpcBackend>>;
let web: Backend;
let address: string;
let ca: string;

function route(name: string, hostname: string, ...rules: readonly string[]): string {
  return `
apiVersion: gateway.networking.k8s.io/v1
kind: GRPCRoute
metadata: { name: ${name} }
spec:
  parentRefs: [{ name: edge }]
  hostnames: [${hostname}]
  rules:
${rules.map((rule) => `  - { ${rule} }`).join('\n')}
`;
}

const to = (...names: readonly string[]): string =>
  `backendRefs: [${names.map((name) => `{ name: ${name}, port: 80 }`).join(', ')}]`;
const on = (method: string): string => `matches: [{ method: ${method} }]`;
const set = (
  name: 'requestHeaderModifier' | 'responseHeaderModifier',
  header: string,
  value: string,
): string =>
  `{ type: ${name[0]?.toUpperCase() ?? ''}${name.slice(1)}, ${name}: { set: [{ name: ${header}, value: ${value} }], remove: [x-gone] } }`;
const extension = 'filters: [{ type: ExtensionRef, extensionRef: { group: a.test, kind: Odd, name: odd } }]';

const weighted = (one: number, two: number): string =>
  route(
    'weighted',
    'weights.test',
    `backendRefs: [{ name: one, port: 80, weight: ${one} }, { name: two, port: 80, weight: ${two} }, { name: three, port: 80, weight: 0 }]`,
  );

const routes = [
  route(
    'methods',
    'methods.test',
    `${on('{ service: shop.Cart, method: Add }')}, ${to('one')}`,
    `${on('{ service: shop.Orders }')}, ${to('two')}`,
    `${on('{ method: List }')}, ${to('three')}`,
  ),
  route(
    'expressions',
    'regex.test',
    `${on('{ type: RegularExpression, service: "shop[.].*", method: "Add|List" }')}, ${to('one')}`,
    `${on('{ type: RegularExpression, method: "^Pl.*$" }')}, ${to('two')}`,
  ),
  route(
    'headers',
    'headers.test',
    `matches: [{ headers: [{ name: color, value: blue }] }], ${to('one')}`,
    `matches: [{ method: { service: shop.Cart }, headers: [{ name: color, type: RegularExpression, value: "re?d" }] }], ${to('two')}`,
  ),
  route(
    'filters',
    'filters.test',
    `name: both, filters: [${set('requestHeaderModifier', 'x-rule', 'rule')}, ${set('responseHeaderModifier', 'x-answer', 'rule')}, { type: RequestMirror, requestMirror: { backendRef: { name: three, port: 80 } } }], backendRefs: [{ name: one, port: 80, filters: [${set('requestHeaderModifier', 'x-own', 'own')}] }]`,
    `${on('{ service: shop.Orders }')}, ${to('one')}, ${extension}`,
  ),
  route(
    'failing',
    'failing.test',
    `${on('{ service: shop.Cart, method: Add }')}, ${to('nobody')}`,
    `${on('{ service: shop.Cart, method: List }')}, backendRefs: [{ name: forbidden, namespace: elsewhere, port: 80 }]`,
    `${on('{ service: shop.Orders, method: Add }')}, ${to('idle')}`,
    `${on('{ service: shop.Orders, method: Place }')}, ${to('one', 'nobody')}`,
  ),
  route(
    'protocols',
    'protocols.test',
    `${on('{ service: shop.Cart, method: Add }')}, ${to('h2c')}`,
    `${on('{ service: shop.Cart, method: List }')}, ${to('ws')}`,
    `${on('{ service: shop.Orders, method: Add }')}, ${to('none')}`,
    `${on('{ service: shop.Orders, method: Place }')}, ${to('tls')}`,
  ),
  route('all', 'all.test', to('two')),
  route('shared', 'shared.test', `${on('{ service: shop.Cart }')}, ${to('one')}`),
  weighted(7, 3),
];

const others = `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: shared }
spec:
  parentRefs: [{ name: edge }]
  hostnames: [shared.test]
  rules: [{ backendRefs: [{ name: web, port: 80 }] }]
---
apiVersion: v1
kind: Service
metadata: { name: idle }
spec: { ports: [{ name: http, port: 80 }] }
---
apiVersion: gateway.networking.k8s.io/v1
kind: ReferenceGrant
metadata: { name: web-only, namespace: elsewhere }
spec: { from: [{ group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: default }], to: [{ group: "", kind: Service }] }
`;

const gateway = `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: edge }
spec:
  gatewayClassName: windlass
  listeners:
  - { name: http, port: ${PORT}, protocol: HTTP }
  - { name: https, port: ${SECURE}, protocol: HTTPS, tls: { certificateRefs: [{ name: tls }] } }
`;

beforeAll(async () => {
  const [one, two, three] = await Promise.all(
    (['one', 'two', 'three'] as const).map((name) => startGrpcBackend(name, METHODS)),
  );
  if (one === undefined || two === undefined || three === undefined) throw new Error('no backend');
  backends = { one, two, three };
  web = await startBackend('web');
  const authority = await createAuthority();
  ca = authority.certificate;
  const pair = await authority.issue('all.test', 'ecdsa');
  windlass = new Standalone({
    'fixed.yaml': documents(
      gateway,
      tlsSecret('tls', pair.certificate, pair.key),
      ...[one, two, three, web].map(({ name, port }) => service(name, port)),
      service('h2c', one.port, 'default', 'kubernetes.io/h2c'),
      service('ws', one.port, 'default', 'kubernetes.io/ws'),
      service('none', one.port).replace(', appProtocol: http', ''),
      service('tls', one.port, 'default', 'https'),
      service('forbidden', one.port, 'elsewhere'),
      others,
    ),
    'routes.yaml': documents(...routes),
  });
  await windlass.start();
  address = await windlass.address('edge');
}, 60_000);

afterAll(async () => {
  await windlass.dispose();
  for (const backend of Object.values(backends)) backend.close();
  await web.close();
}, 60_000);

const calling = (host: string, path: string, more: Partial<Call> = {}): Promise<CallAnswer> =>
  call({ address, port: PORT, host, path, ...more });

/** The backend that answers, or the status. */
async function met(host: string, path: string, more: Partial<Call> = {}): Promise<string> {
  const { status, echo } = await calling(host, path, more);
  return echo?.backend ?? status;
}

async function tally(host: string, path: string, times: number): Promise<Readonly<Record<string, number>>> {
  const client = grpcClient({ address, port: PORT, host });
  const counts: Record<string, number> = {};
  for (let i = 0; i < times; i += 1) {
    const { status, echo } = await callOn(client, { path });
    const key = echo?.backend ?? status;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  client.close();
  return counts;
}

describe('a call', () => {
  it.each([
    ['methods.test', '/shop.Cart/Add', 'one'],
    ['methods.test', '/shop.Orders/Add', 'two'],
    ['methods.test', '/shop.Orders/Place', 'two'],
    ['methods.test', '/shop.Cart/List', 'three'],
    ['methods.test', '/shop.Cart/Other', 'UNIMPLEMENTED'],
    ['methods.test', '/shop.CartX/Add', 'UNIMPLEMENTED'],
    ['regex.test', '/shop.Cart/List', 'one'],
    ['regex.test', '/shop.Orders/Add', 'one'],
    ['regex.test', '/shop.Orders/Place', 'two'],
    ['regex.test', '/shop.Orders/Other', 'UNIMPLEMENTED'],
    ['all.test', '/shop.Orders/Place', 'two'],
    ['nobody.test', '/shop.Orders/Place', 'UNIMPLEMENTED'],
  ])('to %s of %s meets %s', async (host, path, expected) => {
    expect(await met(host, path)).toBe(expected);
  });

  it('that no route takes never reaches a backend', async () => {
    const before = backends.one.received.length;
    const { status, details } = await calling('methods.test', '/shop.Cart/Other');
    expect([status, details]).toEqual(['UNIMPLEMENTED', '']);
    expect(backends.one.received).toHaveLength(before);
  });

  it.each([
    [{ color: 'blue' }, '/shop.Orders/Add', 'one'],
    [{ color: 'rd' }, '/shop.Cart/Add', 'two'],
    [{ color: 'green' }, '/shop.Cart/Add', 'UNIMPLEMENTED'],
    [{}, '/shop.Cart/Add', 'UNIMPLEMENTED'],
  ])('with metadata %j to %s meets %s', async (metadata, path, expected) => {
    expect(await met('headers.test', path, { metadata })).toBe(expected);
  });

  it('over TLS, HTTP/2 by ALPN, meets the same routes', async () => {
    expect(await met('all.test', '/shop.Cart/Add', { port: SECURE, ca })).toBe('two');
  });

  it('that streams both ways gets each answer while it still talks', async () => {
    const what = { address, port: PORT, host: 'all.test', path: '/shop.Cart/Talk' };
    expect(await talk(what, ['a', 'b', 'c'])).toEqual(['two: a', 'two: b', 'two: c']);
  });
});

describe('filters of a GRPCRoute', () => {
  it('of rule and backend modify metadata of the call and of its answer, and mirror it', async () => {
    const { echo, metadata } = await calling('filters.test', '/shop.Cart/Add', {
      metadata: { 'x-gone': '1', 'x-kept': '1' },
      message: 'mirrored',
    });
    expect(echo?.metadata).toMatchObject({ 'x-rule': 'rule', 'x-own': 'own', 'x-kept': '1' });
    expect(echo?.metadata).not.toHaveProperty('x-gone');
    expect(metadata).toMatchObject({ 'x-backend': 'one', 'x-answer': 'rule' });
    const copy = await until('a copy', () =>
      backends.three.received.find((one) => one.message === 'mirrored'),
    );
    expect([copy.path, copy.host, copy.metadata['x-rule']]).toEqual([
      '/shop.Cart/Add',
      'filters.test',
      'rule',
    ]);
  });

  it('that are not supported cost their rule, and the status says so', async () => {
    expect(await met('filters.test', '/shop.Orders/Add')).toBe('UNAVAILABLE');
    const conditions = (await windlass.status('GRPCRoute', 'filters'))?.parents?.[0]?.conditions;
    expect(conditions?.find(({ type }) => type === 'Accepted')).toMatchObject({ status: 'True' });
    const partially = conditions?.find(({ type }) => type === 'PartiallyInvalid');
    expect(partially).toMatchObject({ status: 'True', reason: 'UnsupportedValue' });
    expect(partially?.message).toContain('ExtensionRef');
  });
});

describe('backends of a GRPCRoute', () => {
  it.each([
    ['are missing', '/shop.Cart/Add'],
    ['are forbidden', '/shop.Cart/List'],
    ['have no endpoints', '/shop.Orders/Add'],
  ])('that %s: UNAVAILABLE', async (_what, path) => {
    expect(await met('failing.test', path)).toBe('UNAVAILABLE');
  });

  it('of which one is missing: its share of the calls is UNAVAILABLE', async () => {
    const { one = 0, UNAVAILABLE = 0 } = await tally('failing.test', '/shop.Orders/Place', 200);
    expect(one + UNAVAILABLE).toBe(200);
    expect(Math.abs(one - 100)).toBeLessThan(50);
  });

  it('that fail are named in the status', async () => {
    const conditions = (await windlass.status('GRPCRoute', 'failing'))?.parents?.[0]?.conditions;
    const resolved = conditions?.find(({ type }) => type === 'ResolvedRefs');
    expect(resolved).toMatchObject({ status: 'False', reason: 'BackendNotFound' });
    expect(resolved?.message).toContain('GRPCRoutes of default');
  });

  it.each(['/shop.Cart/Add', '/shop.Cart/List', '/shop.Orders/Add'])(
    'are spoken to with HTTP/2, whatever appProtocol says (%s)',
    async (path) => {
      expect(await met('protocols.test', path)).toBe('one');
    },
  );

  it('that ask for TLS never get clear text', async () => {
    const before = backends.one.received.length;
    expect(await met('protocols.test', '/shop.Orders/Place')).toBe('UNAVAILABLE');
    expect(backends.one.received).toHaveLength(before);
  });

  it('get calls by weight, and none with weight 0; an edit of the weights follows', async () => {
    const { one = 0, two = 0, ...rest } = await tally('weights.test', '/shop.Cart/Add', 300);
    expect([one + two, rest]).toEqual([300, {}]);
    expect(Math.abs(one - 210)).toBeLessThan(40);
    windlass.write('routes.yaml', documents(...routes.slice(0, -1), weighted(0, 1)));
    await until('the new weights', async () => {
      const { two: all } = await tally('weights.test', '/shop.Cart/Add', 20);
      return all === 20 || undefined;
    });
  });
});

describe('a GRPCRoute and an HTTPRoute of one hostname', () => {
  it('are both served: calls by the one, everything else by the other', async () => {
    expect(await met('shared.test', '/shop.Cart/Add')).toBe('one');
    const answer = await ask({ address, port: PORT, host: 'shared.test', path: '/shop.Cart/Add' });
    expect(answer.echo?.backend).toBe('web');
  });

  it('count together at the listener, which says that it takes both', async () => {
    const listener = (await windlass.status('Gateway', 'edge'))?.listeners?.find(
      ({ name }) => name === 'http',
    );
    expect(listener?.attachedRoutes).toBe(routes.length + 1);
  });

  it.each([
    ['application/grpc', [200, '12']],
    ['application/grpc+proto', [200, '12']],
    ['application/grpc;charset=utf-8', [404, undefined]],
    ['application/grpc-web', [404, undefined]],
    ['application/json', [404, undefined]],
  ])('what is a call is told by its content-type: %s', async (type, expected) => {
    const headers = [['content-type', type]] as const;
    const path = '/shop.Cart/Other';
    const answer = await ask({ address, port: PORT, host: 'methods.test', path, method: 'POST', headers });
    expect([answer.status, answer.headers['grpc-status']]).toEqual(expected);
  });

  it.each([
    ['application/grpc-web', 404],
    ['application/json', 404],
  ])('nothing else reaches a GRPCRoute without matches: %s', async (type, status) => {
    const headers = [['content-type', type]] as const;
    const answer = await ask({
      address,
      port: PORT,
      host: 'all.test',
      path: '/shop.Cart/Add',
      method: 'POST',
      headers,
    });
    expect(answer.status).toBe(status);
  });
});
