import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { edge, grpcAuth, httpAuth, httpRoute } from '../external-auth/objects.js';
import { startGrpcAuth, startHttpAuth, type AuthServer } from '../harness/auth-server.js';
import { startBackend, type Backend } from '../harness/backend.js';
import { ask, type Ask } from '../harness/request.js';
import { until } from '../harness/until.js';
import { Standalone } from '../harness/windlass.js';
import { documents, service } from '../harness/yaml.js';
import { Client, variety } from '../sessions/client.js';
import { pool } from '../sessions/objects.js';

// A request that a listener's filter rewrites into another route has all that this route has – ExternalAuth, CORS and a session together –, and
// nothing of the route that it would have been.

const port = 8080;
const PAGE = 'https://page.test';
let windlass: Standalone;
let backends: readonly Backend[];
/** Of the listener: sends a request to the path that it asks for in `x-to`. */
let steering: AuthServer;
/** Of routes: lets pass who has `x-pass`. */
let deciding: AuthServer;
let address: string;

const DECIDES = httpAuth('deciding', 'allowedHeaders: [x-pass]');
const CORS = `{ type: CORS, cors: { allowOrigins: ["${PAGE}"] } }`;
const cookie = (name: string): string => `sessionPersistence: { type: Cookie, cookie: { name: ${name} } }`;
const matches = (path: string): string => `matches: [{ path: { type: PathPrefix, value: ${path} } }]`;

const routes = httpRoute('r', [
  `{ ${matches('/plain')}, backendRefs: [{ name: a, port: 80 }] }`,
  `{ ${matches('/all')}, filters: [${DECIDES}, ${CORS}], ${cookie('all')}, backendRefs: [{ name: a, port: 80 }] }`,
  `{ ${matches('/split')}, filters: [${CORS}], ${cookie('split')}, backendRefs: [{ name: a, port: 80, filters: [${DECIDES}] }, { name: b, port: 80, filters: [${DECIDES}] }] }`,
]);

beforeAll(async () => {
  backends = await Promise.all(
    ['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'b3', 'b4'].map((name) => startBackend(name)),
  );
  [steering, deciding] = await Promise.all([
    startGrpcAuth('steering', ({ headers }) => {
      const to = headers['x-to'];
      return { status: 200, headers: to === undefined ? {} : { ':path': to } };
    }),
    startHttpAuth('deciding', ({ headers }) => ({
      status: headers['x-pass'] === undefined ? 403 : 200,
      body: 'denied',
    })),
  ]);
  const portsOf = (letter: string): readonly number[] =>
    backends.filter(({ name }) => name.startsWith(letter)).map((backend) => backend.port);
  windlass = new Standalone({
    'gateway.yaml': edge(
      `{ name: http, port: ${port}, protocol: HTTP, filters: { requests: [${grpcAuth('steering')}] } }`,
    ),
    'all.yaml': documents(
      pool('a', 'http', ...portsOf('a')),
      pool('b', 'http', ...portsOf('b')),
      service('steering', steering.port),
      service('deciding', deciding.port),
      routes,
    ),
  });
  await windlass.start();
  address = await until('the listener to serve', async () => {
    const found = (await windlass.status('Gateway', 'edge'))?.addresses?.[0]?.value;
    if (found === undefined) return undefined;
    const { status } = await ask({ address: found, port, host: 'h.test', path: '/plain' });
    return status === 200 ? found : undefined;
  });
}, 60_000);

afterAll(async () => {
  await windlass.dispose();
  await Promise.all([...backends, steering, deciding].map((each) => each.close()));
}, 60_000);

const client = (): Client => new Client({ address, port, host: 'h.test' });
const to = (path: string, ...more: readonly (readonly [string, string])[]): Partial<Ask> => ({
  headers: [['x-to', path], ['origin', PAGE], ...more],
});
const PASS = ['x-pass', 'yes'] as const;

describe('a request that is rewritten into a route with ExternalAuth, CORS and a session', () => {
  it.each(['/plain', '/nowhere'])('from %s has all three', async (from) => {
    const one = client();
    const denied = await one.get(from, to('/all/x'));
    expect(denied).toMatchObject({ status: 403, body: 'denied' });
    expect(denied.headers['access-control-allow-origin']).toBe(PAGE);
    expect(denied.headers).not.toHaveProperty('set-cookie');
    const first = await one.get(from, to('/all/x', PASS));
    expect(first).toMatchObject({ status: 200, echo: { path: '/all/x' } });
    expect(first.headers['access-control-allow-origin']).toBe(PAGE);
    expect([...one.cookies.keys()]).toEqual(['all']);
    expect(variety(await one.reach(from, 12, to('/all/x', PASS)))).toBe(1);
  });

  it('of several backends keeps to the endpoint of the one that is picked, whose server is asked', async () => {
    const one = client();
    expect(await one.get('/plain', to('/split/x'))).toMatchObject({ status: 403, body: 'denied' });
    const reached = await one.reach('/plain', 40, to('/split/x', PASS));
    const first = reached.find((name) => name.startsWith('a'));
    const second = reached.find((name) => name.startsWith('b'));
    expect(new Set(reached)).toEqual(new Set([first, second]));
    expect(one.cookies.size).toBe(2);
  });

  it('asks its server again for each request of a session', async () => {
    const one = client();
    await one.get('/plain', to('/all/x', PASS));
    const before = deciding.asked.length;
    expect((await one.get('/plain', to('/all/x'))).status).toBe(403);
    expect(deciding.asked.length - before).toBe(1);
  });
});

describe('a request that is rewritten from such a route into a plain one', () => {
  it('has none of it, though it brings the cookie', async () => {
    const one = client();
    await one.get('/all', { headers: [PASS] });
    expect([...one.cookies.keys()]).toEqual(['all']);
    const before = deciding.asked.length;
    const away = await one.get('/all', to('/plain/x'));
    expect(away).toMatchObject({ status: 200, echo: { path: '/plain/x' } });
    expect(away.headers).not.toHaveProperty('set-cookie');
    expect(away.headers).not.toHaveProperty('access-control-allow-origin');
    expect(variety(await one.reach('/all', 40, to('/plain/x')))).toBeGreaterThan(1);
    expect(deciding.asked).toHaveLength(before);
  });
});
