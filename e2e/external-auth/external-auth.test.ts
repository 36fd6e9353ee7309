import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startGrpcAuth, startHttpAuth, type AuthServer, type Decide } from '../harness/auth-server.js';
import { createAuthority } from '../harness/authority.js';
import { startBackend, type Backend } from '../harness/backend.js';
import { ask, type Answer, type Ask } from '../harness/request.js';
import { startTlsBackend, type TlsBackend } from '../harness/tls-backend.js';
import { Standalone } from '../harness/windlass.js';
import { documents, gateway, service } from '../harness/yaml.js';
import { caConfigMap, policy } from '../backend-tls/objects.js';
import { emptyService, grpcAuth, httpAuth, httpRoute, rule } from './objects.js';

// HTTPExternalAuthFilter: GEP-1494, and what the field texts of v1.7.0 say.

const port = 8080;
let windlass: Standalone;
let a: Backend;
let b: Backend;
let web: AuthServer;
let calls: AuthServer;
let secure: TlsBackend;
let address: string;

/** Lets those pass who say `authorization: ok`, and tells the backend who they are. */
const decide: Decide = ({ headers }) => {
  switch (headers['authorization']) {
    case 'ok':
      return { status: 200, headers: { 'x-user': 'joe', 'x-team': 'blue' } };
    case 'elsewhere':
      return {
        status: 200,
        headers: {
          'x-user': 'joe',
          host: 'evil.test',
          ':path': '/open',
          ':method': 'PUT',
          'x-envoy-max-retries': '9',
        },
      };
    case 'sick':
      return { status: 500 };
    case 'late':
      return undefined;
    case 'login':
      return { status: 302, headers: { location: 'https://login.test/' } };
    case undefined:
    default:
      return { status: 401, headers: { 'www-authenticate': 'Basic' }, body: 'who are you?' };
  }
};

const MIRROR = '{ type: RequestMirror, requestMirror: { backendRef: { name: b, port: 80 } } }';
const REDIRECT = '{ type: RequestRedirect, requestRedirect: { hostname: there.test } }';
const REWRITE =
  '{ type: URLRewrite, urlRewrite: { hostname: in.test, path: { type: ReplacePrefixMatch, replacePrefixMatch: /inner } } }';
const CORS = '{ type: CORS, cors: { allowOrigins: ["https://app.test"], allowMethods: [GET] } }';
const SESSION = (rest: string): string =>
  rest.replace(/ }$/, ', sessionPersistence: { type: Cookie, cookie: { name: pin } } }');
const RETRY = (rest: string): string => rest.replace(/ }$/, ', retry: { codes: [503], attempts: 3 } }');

beforeAll(async () => {
  const authority = await createAuthority();
  [a, b, web, calls, secure] = await Promise.all([
    startBackend('a'),
    startBackend('b'),
    startHttpAuth('web', decide),
    startGrpcAuth('calls', decide),
    startTlsBackend('secure', await authority.issue('a.test', 'ecdsa')),
  ]);
  const limited = ', forwardBody: { maxSize: 16 }';
  windlass = new Standalone({
    'all.yaml': documents(
      gateway('edge', port),
      ...[a, b, web, calls, secure].map(({ name, port: at }) => service(name, at)),
      service('dead', 1),
      emptyService('empty'),
      policy('secure'),
      caConfigMap('ca', authority.certificate),
      httpRoute('one', [
        rule('/open', []),
        rule('/web', [httpAuth('web')]),
        rule('/calls', [grpcAuth('calls')]),
        rule('/web-list', [
          httpAuth(
            'web',
            'path: /check, allowedHeaders: [X-Color], allowedResponseHeaders: [x-user]',
            limited,
          ),
        ]),
        rule('/calls-list', [grpcAuth('calls', 'allowedHeaders: [Authorization, x-color]', limited)]),
        rule('/redirect', [httpAuth('web'), REDIRECT], ''),
        rule('/rewrite', [httpAuth('web'), REWRITE]),
        rule('/mirror', [httpAuth('web'), MIRROR]),
        rule('/cors', [httpAuth('web'), CORS]),
        rule('/secure', [httpAuth('secure')]),
        RETRY(rule('/retry', [httpAuth('web')])),
      ]),
      httpRoute('two', [
        rule('/dead', [httpAuth('dead')]),
        rule('/empty', [grpcAuth('empty')]),
        rule('/nowhere', [httpAuth('nowhere')]),
        rule(
          '/split',
          [],
          `[{ name: a, port: 80, filters: [${httpAuth('web')}] }, { name: b, port: 80, filters: [${grpcAuth('calls')}] }]`,
        ),
        rule('/both', [httpAuth('web')], `[{ name: a, port: 80, filters: [${grpcAuth('calls')}] }]`),
        SESSION(rule('/session', [httpAuth('web')])),
        SESSION(
          rule(
            '/session-own',
            [httpAuth('web')],
            '[{ name: a, port: 80, filters: [{ type: URLRewrite, urlRewrite: { hostname: own.test } }] }]',
          ),
        ),
        rule(
          '/half',
          [],
          `[{ name: a, port: 80, filters: [${httpAuth('nowhere')}] }, { name: b, port: 80 }]`,
        ),
      ]),
    ),
  });
  await windlass.start();
  address = await windlass.address('edge');
}, 60_000);

afterAll(async () => {
  await windlass.dispose();
  await Promise.all([a, b, web, calls, secure].map((server) => server.close()));
}, 60_000);

const OK = ['authorization', 'ok'] as const;

function get(path: string, more: Partial<Ask> = {}): Promise<Answer> {
  return ask({ address, port, host: 'shop.test', path, ...more });
}

describe.each(['web', 'calls'] as const)('a rule with a server that is asked – %s –', (kind) => {
  const path = `/${kind}/x?q=1`;
  const server = (): AuthServer => (kind === 'web' ? web : calls);

  it('serves whom it lets pass, with the headers that it sets', async () => {
    const { status, echo } = await get(path, { headers: [OK, ['x-user', 'mallory']] });
    expect(status).toBe(200);
    expect(echo).toMatchObject({ path, headers: { 'x-user': 'joe', 'x-team': 'blue', authorization: 'ok' } });
    expect(server().asked.at(-1)).toMatchObject({ method: 'GET', path, host: 'shop.test', body: '' });
  });

  it('gives all others its answer, and the backend sees nothing of them', async () => {
    const before = a.received.length;
    const answer = await get(path);
    expect(answer).toMatchObject({
      status: 401,
      body: 'who are you?',
      headers: { 'www-authenticate': 'Basic' },
    });
    expect(await get(path, { headers: [['authorization', 'login']] })).toMatchObject({
      status: 302,
      headers: { location: 'https://login.test/' },
    });
    expect(a.received).toHaveLength(before);
  });

  it('passes a body on unchanged without showing it', async () => {
    const body = 'x'.repeat(100_000);
    const { echo } = await get(path, { method: 'POST', body, headers: [OK] });
    expect(echo?.body).toBe(body);
    expect(server().asked.at(-1)).toMatchObject({ method: 'POST', body: '' });
  });

  it('answers 503 when it takes too long, and lets nobody pass', async () => {
    expect((await get(path, { headers: [['authorization', 'late']] })).status).toBe(503);
  }, 15_000);

  it('keeps host, method and path of the request, whatever it says', async () => {
    const { status, echo } = await get(path, { headers: [['authorization', 'elsewhere']] });
    expect(status).toBe(200);
    expect(echo).toMatchObject({ host: 'shop.test', path, method: 'GET', headers: { 'x-user': 'joe' } });
    expect(echo?.headers).not.toHaveProperty('x-envoy-max-retries');
  });
});

describe('a server that is asked', () => {
  it('by HTTP sees host, method, path and authorization, and no other header of the request', async () => {
    await get('/web/y', { headers: [OK, ['x-color', 'red'], ['cookie', 'c=1']] });
    const { headers } = web.asked.at(-1) ?? { headers: {} };
    expect(headers).toMatchObject({ authorization: 'ok', 'content-length': '0' });
    expect(Object.keys(headers)).toEqual(expect.not.arrayContaining(['x-color', 'cookie', 'user-agent']));
  });

  it('by HTTP sees the headers that are allowed, the path behind the prefix, and the body', async () => {
    const body = 'sixteen bytes ok';
    const headers = [OK, ['x-color', 'red'], ['cookie', 'c=1']] as const;
    const { echo } = await get('/web-list/y', { method: 'POST', body, headers });
    expect(echo).toMatchObject({ body, path: '/web-list/y', headers: { 'x-user': 'joe' } });
    // Only what is allowed of its answer goes on.
    expect(echo?.headers).not.toHaveProperty('x-team');
    expect(web.asked.at(-1)).toMatchObject({
      path: '/check/web-list/y',
      body,
      headers: { 'x-color': 'red', 'content-length': '16' },
    });
    expect(web.asked.at(-1)?.headers).not.toHaveProperty('cookie');
  });

  it('by gRPC sees all headers unless some are listed, and the body where it is asked for', async () => {
    await get('/calls/y', { headers: [OK, ['x-color', 'red'], ['cookie', 'c=1']] });
    expect(calls.asked.at(-1)?.headers).toMatchObject({
      'x-color': 'red',
      cookie: 'c=1',
      authorization: 'ok',
    });
    const headers = [OK, ['x-color', 'red'], ['cookie', 'c=1']] as const;
    const { echo } = await get('/calls-list/y', { method: 'POST', body: 'small', headers });
    expect(echo?.body).toBe('small');
    expect(calls.asked.at(-1)).toMatchObject({ path: '/calls-list/y', body: 'small' });
    const shown = Object.keys(calls.asked.at(-1)?.headers ?? {}).filter(
      (name) => !name.startsWith('x-envoy-'),
    );
    expect(shown.toSorted()).toEqual(['authorization', 'x-color']);
  });

  it.each(['/web-list/z', '/calls-list/z'])(
    'is not asked about a body that is too large: 413 (%s)',
    async (path) => {
      const before = [web, calls, a].map((each) => ('asked' in each ? each.asked : each.received).length);
      const answer = await get(path, { method: 'POST', body: 'seventeen bytes..', headers: [OK] });
      expect(answer.status).toBe(413);
      expect([web, calls, a].map((each) => ('asked' in each ? each.asked : each.received).length)).toEqual(
        before,
      );
    },
  );

  it('is spoken to over TLS where a BackendTLSPolicy says so', async () => {
    expect((await get('/secure/x')).echo?.backend).toBe('a');
    expect(secure.arrivals.at(-1)).toMatchObject({ over: 'a.test', path: '/secure/x' });
    expect(secure.plaintextConnections()).toBe(0);
  });

  it('comes before a redirect, and sees the path as it was before a rewrite', async () => {
    expect((await get('/redirect/x')).status).toBe(401);
    expect(await get('/redirect/x', { headers: [OK] })).toMatchObject({
      status: 302,
      headers: { location: `http://there.test:${port}/redirect/x` },
    });
    const { echo } = await get('/rewrite/x', { headers: [OK] });
    expect(echo).toMatchObject({ path: '/inner/x', host: 'in.test' });
    expect(web.asked.at(-1)).toMatchObject({ path: '/rewrite/x', host: 'shop.test' });
  });

  it('keeps denied requests from being mirrored', async () => {
    const before = b.received.length;
    expect((await get('/mirror/x')).status).toBe(401);
    expect((await get('/mirror/x', { headers: [OK] })).status).toBe(200);
    while (b.received.length === before) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(b.received.slice(before).map(({ headers }) => headers['x-user'])).toEqual(['joe']);
  });

  it('is not asked about a CORS preflight; its refusals can be read by the page', async () => {
    const origin = ['origin', 'https://app.test'] as const;
    const before = web.asked.length;
    const preflight = await get('/cors', {
      method: 'OPTIONS',
      headers: [origin, ['access-control-request-method', 'GET']],
    });
    expect(preflight).toMatchObject({
      status: 200,
      headers: { 'access-control-allow-origin': 'https://app.test' },
    });
    expect(web.asked).toHaveLength(before);
    expect(await get('/cors', { headers: [origin] })).toMatchObject({
      status: 401,
      headers: { 'access-control-allow-origin': 'https://app.test' },
    });
    // An OPTIONS request that is no preflight is none.
    expect((await get('/cors', { method: 'OPTIONS' })).status).toBe(401);
  });

  it.each(['/session', '/session-own'])('is asked of clients with a session as well: %s', async (path) => {
    expect((await get(path)).status).toBe(401);
    const { status, headers } = await get(path, { headers: [OK] });
    expect([status, headers['set-cookie']]).toEqual([200, [expect.stringMatching(/^pin=/)]]);
    const [cookie = ''] = headers['set-cookie'] ?? [];
    expect((await get(path, { headers: [['cookie', cookie.split(';')[0] ?? '']] })).status).toBe(401);
  });

  it('is asked once, however often the backend is tried', async () => {
    const before = web.asked.length;
    expect((await get('/retry/x', { headers: [OK] })).status).toBe(200);
    expect((await get('/retry/x', { headers: [['authorization', 'sick']] })).status).toBe(503);
    expect(web.asked).toHaveLength(before + 2);
  });
});

describe('nobody passes', () => {
  it.each([
    ['a server that answers with an error', '/web/e', 'sick', 503],
    ['a server that cannot be reached', '/dead/x', 'ok', 503],
    ['a server without an endpoint', '/empty/x', 'ok', 503],
    ['a server that does not exist', '/nowhere/x', 'ok', 500],
  ] as const)('%s', async (_, path, authorization, status) => {
    const before = a.received.length;
    expect((await get(path, { headers: [['authorization', authorization]] })).status).toBe(status);
    expect(a.received).toHaveLength(before);
  });

  it('and the status says of which reference it is the fault; the neighbours serve', async () => {
    const conditions = (await windlass.status('HTTPRoute', 'two'))?.parents?.[0]?.conditions ?? [];
    expect(conditions.find(({ type }) => type === 'ResolvedRefs')).toMatchObject({
      status: 'False',
      reason: 'BackendNotFound',
      message: expect.stringContaining('spec.rules[2].filters[0].externalAuth.backendRef'),
    });
    expect((await get('/open/x')).status).toBe(200);
  });
});

describe('ExternalAuth of a backendRef', () => {
  it('asks the server of the backend that is picked, and no other', async () => {
    const [asked, called] = [web.asked.length, calls.asked.length];
    const picked = { a: 0, b: 0 };
    for (let i = 0; i < 60; i += 1) {
      const { echo } = await get('/split/x', { headers: [OK] });
      if (echo?.backend === 'a') picked.a += 1;
      if (echo?.backend === 'b') picked.b += 1;
    }
    expect(picked.a + picked.b).toBe(60);
    expect(picked.a).toBeGreaterThan(10);
    expect({ a: web.asked.length - asked, b: calls.asked.length - called }).toEqual(picked);
    for (let i = 0; i < 10; i += 1) expect((await get('/split/x')).status).toBe(401);
  });

  it('is asked after that of the rule', async () => {
    const [asked, called] = [web.asked.length, calls.asked.length];
    expect((await get('/both/x')).status).toBe(401);
    expect([web.asked.length - asked, calls.asked.length - called]).toEqual([1, 0]);
    expect((await get('/both/x', { headers: [OK] })).status).toBe(200);
    expect([web.asked.length - asked, calls.asked.length - called]).toEqual([2, 1]);
    expect(calls.asked.at(-1)?.headers).toMatchObject({ 'x-user': 'joe' });
  });

  it('whose server does not exist costs its share', async () => {
    const answers = await Promise.all(Array.from({ length: 60 }, () => get('/half/x')));
    const backends = new Set(answers.map(({ status, echo }) => echo?.backend ?? status));
    expect(backends).toEqual(new Set(['b', 500]));
  });
});
