import { once } from 'node:events';
import { Agent } from 'node:http';
import { connect, type IncomingHttpHeaders } from 'node:http2';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startGrpcAuth, startHttpAuth, type AuthServer, type Decide } from '../harness/auth-server.js';
import { startBackend, type Backend } from '../harness/backend.js';
import { call, startGrpcBackend, type GrpcBackend } from '../harness/grpc.js';
import { ask, startLoad, type Answer, type Ask } from '../harness/request.js';
import { until } from '../harness/until.js';
import { run, Standalone } from '../harness/windlass.js';
import { documents, service } from '../harness/yaml.js';
import { edge, grpcAuth, httpAuth, httpRoute, rule } from '../external-auth/objects.js';

// Gateway.spec.listeners[].filters of v1.7.0: before routing, in their order, for every request of the listener.

const port = 8080;
let windlass: Standalone;
let a: Backend;
let echo: GrpcBackend;
/** Two servers of the listener, and one of a rule. */
let first: AuthServer;
let second: AuthServer;
let third: AuthServer;
let address: string;

/** The first lets pass who says who they are, and tells the second. */
const decideFirst: Decide = ({ headers }) =>
  headers['authorization'] === 'ok'
    ? { status: 200, headers: { 'x-user': 'joe' } }
    : { status: 401, body: 'first' };
/** The second sends requests elsewhere when they ask for it: `x-set-<header>` sets that header. */
const decideSecond: Decide = ({ headers }) => {
  if (headers['x-deny'] === 'second') return { status: 403, body: 'second' };
  const wanted = Object.entries(headers).flatMap(([name, value]) =>
    name.startsWith('x-set-') ? [[name.slice('x-set-'.length).replace(/^_/, ':'), value] as const] : [],
  );
  return { status: 200, headers: Object.fromEntries(wanted) };
};
const decideThird: Decide = ({ headers }) => ({
  status: headers['x-third'] === 'ok' ? 200 : 403,
  body: 'third',
});

const requests = (...filters: readonly string[]): string => `filters: { requests: [${filters.join(', ')}] }`;
const BOTH = (): string => requests(httpAuth('first', 'allowedHeaders: [x-deny]'), grpcAuth('second'));
const GUARDED = (): string =>
  `{ name: guarded, port: ${port}, protocol: HTTP, hostname: guarded.test, ${BOTH()} }`;
const OPEN = `{ name: open, port: ${port}, protocol: HTTP }`;
const TLS = 'tls: { certificateRefs: [{ name: tls }] }';
const SECURE = (): string =>
  `{ name: secure, port: 8443, protocol: HTTPS, hostname: secure.test, ${TLS}, ${BOTH()} }`;
const PLAIN_SECURE = `{ name: plain, port: 8443, protocol: HTTPS, hostname: plain.test, ${TLS} }`;
const BROKEN = `{ name: broken, port: ${port}, protocol: HTTP, hostname: broken.test, ${requests(httpAuth('first'), httpAuth('nowhere'))} }`;
const UNSUPPORTED = `{ name: unsupported, port: ${port}, protocol: HTTP, hostname: unsupported.test, ${requests('{ type: ExtensionRef, extensionRef: { group: x.test, kind: Thing, name: t } }')} }`;

const CORS = '{ type: CORS, cors: { allowOrigins: ["https://app.test"] } }';

function routes(): string {
  return documents(
    httpRoute('all', [
      rule('/known', []),
      rule('/third', [httpAuth('third', 'allowedHeaders: [x-third]')]),
      rule(
        '/split',
        [],
        `[{ name: a, port: 80, filters: [${httpAuth('third', 'allowedHeaders: [x-third]')}] }]`,
      ),
      rule('/cors', [CORS]),
      `{ matches: [{ path: { value: /by-header }, headers: [{ name: x-tenant, value: gold }] }, { path: { value: /by-method }, method: PUT }, { path: { value: /by-query }, queryParams: [{ name: q, value: "1" }] }], backendRefs: [{ name: a, port: 80 }] }`,
    ]),
    `
apiVersion: gateway.networking.k8s.io/v1
kind: GRPCRoute
metadata: { name: calls }
spec:
  parentRefs: [{ name: edge }]
  rules: [{ matches: [{ method: { service: shop.Cart } }], backendRefs: [{ name: echo, port: 80 }] }]
`,
  );
}

beforeAll(async () => {
  [a, echo, first, second, third] = await Promise.all([
    startBackend('a'),
    startGrpcBackend('echo', ['/shop.Cart/Get']),
    startHttpAuth('first', decideFirst),
    startGrpcAuth('second', decideSecond),
    startHttpAuth('third', decideThird),
  ]);
  const certificate = run('cert', '--host', 'secure.test', '--host', 'plain.test', '--name', 'tls').stdout;
  windlass = new Standalone({
    'gateway.yaml': edge(GUARDED(), OPEN, SECURE(), PLAIN_SECURE, BROKEN, UNSUPPORTED),
    'all.yaml': documents(
      ...[a, echo, first, second, third].map(({ name, port: at }) => service(name, at)),
      certificate,
    ),
    'routes.yaml': routes(),
  });
  await windlass.start();
  address = await until('the guarded listener to serve', async () => {
    const found = (await windlass.status('Gateway', 'edge'))?.addresses?.[0]?.value;
    if (found === undefined) return undefined;
    const { status } = await ask({ address: found, port, host: 'guarded.test', path: '/known' });
    return status === 401 ? found : undefined;
  });
}, 60_000);

afterAll(async () => {
  await windlass.dispose();
  echo.close();
  await Promise.all([a, first, second, third].map((server) => server.close()));
}, 60_000);

const OK = ['authorization', 'ok'] as const;
type Pair = readonly [string, string];

function get(path: string, headers: readonly Pair[] = [], more: Partial<Ask> = {}): Promise<Answer> {
  return ask({ address, port, host: 'guarded.test', path, headers, ...more });
}

const counts = (): readonly number[] => [first, second, third].map(({ asked }) => asked.length);
let before: readonly number[];
beforeEach(() => {
  before = counts();
});
/** How often each of the three was asked in this test. */
const asked = (): readonly number[] => counts().map((count, i) => count - (before[i] ?? 0));

describe('filters of a listener', () => {
  it('are asked in their order, each seeing what the one before has set; the backend sees all of it', async () => {
    const answer = await get('/known', [OK, ['x-set-x-tenant', 'gold']]);
    expect(answer.status).toBe(200);
    expect(asked()).toEqual([1, 1, 0]);
    expect(second.asked.at(-1)?.headers).toMatchObject({ 'x-user': 'joe' });
    expect(answer.echo?.headers).toMatchObject({ 'x-user': 'joe', 'x-tenant': 'gold' });
  });

  it('end with the first that answers: nobody after it is asked, and nothing is routed', async () => {
    expect(await get('/known')).toMatchObject({ status: 401, body: 'first' });
    expect(asked()).toEqual([1, 0, 0]);
    expect(await get('/third', [OK, ['x-deny', 'second']])).toMatchObject({ status: 403, body: 'second' });
    expect(asked()).toEqual([2, 1, 0]);
  });

  it('act on requests without a route, too', async () => {
    expect((await get('/unknown')).status).toBe(401);
    expect((await get('/unknown', [OK])).status).toBe(404);
    expect(asked()).toEqual([2, 1, 0]);
  });

  it('act on preflights and redirects, too', async () => {
    const preflight = [
      ['origin', 'https://app.test'],
      ['access-control-request-method', 'GET'],
    ] as const;
    expect((await get('/cors', preflight, { method: 'OPTIONS' })).status).toBe(401);
    expect((await get('/cors', [...preflight, OK], { method: 'OPTIONS' })).status).toBe(200);
  });

  it('act on calls, matched or not', async () => {
    const what = { address, port, host: 'guarded.test', path: '/shop.Cart/Get' };
    expect((await call(what)).status).toBe('UNAUTHENTICATED');
    expect(await call({ ...what, metadata: { authorization: 'ok' } })).toMatchObject({ status: 'OK' });
    const unknown = { ...what, path: '/shop.Cart2/Get' };
    expect((await call(unknown)).status).toBe('UNAUTHENTICATED');
    expect((await call({ ...unknown, metadata: { authorization: 'ok' } })).status).toBe('UNIMPLEMENTED');
  });

  it('act on their own listener alone, where the port is shared', async () => {
    expect((await get('/known', [], { host: 'other.test' })).status).toBe(200);
    expect((await get('/unknown', [], { host: 'other.test' })).status).toBe(404);
    expect(asked()).toEqual([0, 0, 0]);
  });

  it('act on requests of an HTTPS listener, and not on those of another on its port', async () => {
    const secure = { port: 8443, host: 'secure.test', sni: 'secure.test' };
    expect((await get('/known', [], secure)).status).toBe(401);
    expect((await get('/known', [OK], secure)).status).toBe(200);
    expect((await get('/unknown', [], secure)).status).toBe(401);
    const plain = { port: 8443, host: 'plain.test', sni: 'plain.test' };
    expect((await get('/known', [], plain)).status).toBe(200);
    expect(asked()).toEqual([3, 1, 0]);
  });

  it('do not mind that a body comes: it is passed on as it is', async () => {
    const body = 'x'.repeat(200_000);
    expect((await get('/known', [OK], { method: 'POST', body })).echo?.body).toBe(body);
    expect((await get('/known', [], { method: 'POST', body })).status).toBe(401);
  });

  it('act on each request of an HTTP/2 connection by itself', async () => {
    const session = connect(`http://${address}:${port}`);
    const status = async (headers: Readonly<Record<string, string>>): Promise<unknown> => {
      const stream = session.request({ ':authority': 'guarded.test', ':path': '/known', ...headers });
      const [answer] = (await once(stream, 'response')) as [IncomingHttpHeaders];
      return answer[':status'];
    };
    const all = await Promise.all([
      status({ authorization: 'ok' }),
      status({}),
      status({ authorization: 'ok' }),
    ]);
    session.destroy();
    expect(all).toEqual([200, 401, 200]);
  });
});

describe('a route is chosen once, after the last filter', () => {
  it.each([
    ['path', '/unknown', [['x-set-_path', '/known/x']], '/known/x'],
    ['header', '/by-header', [['x-set-x-tenant', 'gold']], '/by-header'],
    ['method', '/by-method', [['x-set-_method', 'PUT']], '/by-method'],
    ['query', '/by-query', [['x-set-_path', '/by-query?q=1']], '/by-query?q=1'],
  ] as const)('by the %s that the filters have set', async (_, path, set, seen) => {
    expect((await get(path, [OK])).status).toBe(404);
    expect(await get(path, [OK, ...set])).toMatchObject({ status: 200, echo: { path: seen } });
  });

  it('and never by another host: that cannot be changed', async () => {
    const answer = await get('/known', [
      OK,
      ['x-set-host', 'other.test'],
      ['x-set-_authority', 'other.test'],
    ]);
    expect(answer).toMatchObject({ status: 200, echo: { host: 'guarded.test' } });
  });

  it('and its ExternalAuth is asked, though the request did not come to it', async () => {
    const sent = [OK, ['x-set-_path', '/third/x']] as const;
    expect(await get('/known', sent)).toMatchObject({ status: 403, body: 'third' });
    expect((await get('/known', [...sent, ['x-third', 'ok']])).echo?.path).toBe('/third/x');
    expect(await get('/unknown', sent)).toMatchObject({ status: 403, body: 'third' });
    expect(asked()).toEqual([3, 3, 3]);
  });

  it('and so is the ExternalAuth of its backendRef', async () => {
    const sent = [OK, ['x-set-_path', '/split/x']] as const;
    expect(await get('/known', sent)).toMatchObject({ status: 403, body: 'third' });
    expect((await get('/third', [...sent, ['x-third', 'ok']])).echo?.path).toBe('/split/x');
    expect(asked()).toEqual([2, 2, 2]);
  });

  it('and the ExternalAuth of the route that it would have been is not', async () => {
    expect((await get('/third/x', [OK, ['x-set-_path', '/known/x']])).echo?.path).toBe('/known/x');
    expect(asked()).toEqual([1, 1, 0]);
  });

  it('and its CORS policy holds, though the request did not come to it', async () => {
    const origin = ['origin', 'https://app.test'] as const;
    expect((await get('/known', [OK, origin])).headers).not.toHaveProperty('access-control-allow-origin');
    const answer = await get('/known', [OK, origin, ['x-set-_path', '/cors']]);
    expect(answer.headers).toMatchObject({ 'access-control-allow-origin': 'https://app.test' });
    const away = await get('/cors', [OK, origin, ['x-set-_path', '/known']]);
    expect(away.headers).not.toHaveProperty('access-control-allow-origin');
  });
});

describe('a listener whose filters cannot be honoured', () => {
  it('answers 500 to every request while a server does not exist, and says so', async () => {
    for (const path of ['/known', '/unknown'])
      expect((await get(path, [OK], { host: 'broken.test' })).status).toBe(500);
    const status = await windlass.status('Gateway', 'edge');
    const conditions = status?.listeners?.find(({ name }) => name === 'broken')?.conditions;
    expect(conditions).toContainEqual(
      expect.objectContaining({ type: 'ResolvedRefs', status: 'False', reason: 'InvalidListenerFilterRef' }),
    );
    expect(conditions).toContainEqual(expect.objectContaining({ type: 'Accepted', status: 'True' }));
  });

  it('is not served when a type of filter is not supported, and says so', async () => {
    expect((await get('/known', [OK], { host: 'unsupported.test' })).status).toBe(404);
    const status = await windlass.status('Gateway', 'edge');
    const conditions = status?.listeners?.find(({ name }) => name === 'unsupported')?.conditions;
    expect(conditions).toContainEqual(
      expect.objectContaining({ type: 'Accepted', status: 'False', reason: 'UnsupportedValue' }),
    );
  });
});

describe('filters that change under load', () => {
  const others = (): readonly string[] => [SECURE(), PLAIN_SECURE];
  const write = (...listeners: readonly string[]): void =>
    windlass.write('gateway.yaml', edge(...listeners, OPEN, ...others()));
  const listener = (filters: string): string =>
    `{ name: guarded, port: ${port}, protocol: HTTP, hostname: guarded.test${filters} }`;

  async function seenUntil(last: number, headers: readonly Pair[] = []): Promise<readonly number[]> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const seen: number[] = [];
    const look = async (): Promise<number> => {
      const { status } = await get('/known', headers, { agent });
      if (seen.at(-1) !== status) seen.push(status);
      return status;
    };
    await until(`${last}`, async () => ((await look()) === last ? true : undefined), 30_000, 0);
    for (let i = 0; i < 50; i += 1) await look();
    agent.destroy();
    return seen;
  }

  it('let nobody pass from the first push on, on connections that are open, and drain none', async () => {
    for (let round = 0; round < 5; round += 1) {
      write(listener(''));
      await seenUntil(200);
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const ports = new Set<number | undefined>();
      agent.on('free', (socket: { localPort?: number }) => ports.add(socket.localPort));
      await get('/known', [], { agent });
      const neighbour = startLoad({ address, port, host: 'other.test', path: '/known' }, { workers: 2 });
      write(listener(`, ${BOTH()}`));
      const seen = await seenUntil(401);
      // A filter comes with its virtual host: 500 or 503 stands between, if anything, until its servers are known.
      expect(seen.at(-1)).toBe(401);
      expect(seen.lastIndexOf(200)).toBeLessThanOrEqual(0);
      expect((await get('/known', [], { agent })).status).toBe(401);
      expect(ports.size).toBe(1);
      agent.destroy();
      expect((await neighbour.stop()).failures).toEqual([]);
    }
  }, 60_000);

  it('fail no request of those whom they let pass when one more comes and goes', async () => {
    write(listener(`, ${requests(grpcAuth('second'))}`));
    await seenUntil(200);
    write(listener(`, ${BOTH()}`));
    await seenUntil(200, [OK]);
    const load = startLoad({ address, port, host: 'guarded.test', path: '/known', headers: [OK] });
    for (let round = 0; round < 3; round += 1) {
      write(listener(`, ${requests(grpcAuth('second'))}`));
      await seenUntil(200);
      write(listener(`, ${BOTH()}`));
      await seenUntil(401);
    }
    expect((await load.stop()).failures).toEqual([]);
  }, 60_000);
});
