import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Backend, startBackend } from '../harness/backend.js';
import { ask, type Answer } from '../harness/request.js';
import { Standalone } from '../harness/windlass.js';
import { documents, gateway, service } from '../harness/yaml.js';

// HTTPCORSFilter, and what HTTPRouteCORS of the conformance suite asks for.

const port = 8080;
let windlass: Standalone;
let backend: Backend;
let address: string;

function rule(prefix: string, fields: string, more = 'backendRefs: [{ name: backend, port: 80 }]'): string {
  return `
    - matches: [{ path: { type: PathPrefix, value: ${prefix} } }]
      filters: [{ type: CORS, cors: { ${fields} } }]
      ${more}`;
}

const named = `allowOrigins: ["https://www.foo.com", "https://*.bar.com"], allowMethods: [GET, OPTIONS],
        allowHeaders: [x-header-1, x-header-2], exposeHeaders: [x-header-3, x-header-4], allowCredentials: true, maxAge: 3600`;
const wildcards = 'allowOrigins: ["*"], allowMethods: ["*"], allowHeaders: ["*"], exposeHeaders: ["*"]';
const most = Array.from(
  { length: 64 },
  (_, i) => `https://${`${i}.`.padEnd(63, 'x')}.${'y'.repeat(63)}.${'z'.repeat(63)}.test`,
);

const route = `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: cors }
spec:
  parentRefs: [{ name: edge }]
  rules:${rule('/named', named)}${rule('/methods', 'allowOrigins: ["https://www.foo.com"], allowMethods: ["*"]')}${rule(
    '/all',
    wildcards,
  )}${rule('/credentials', `${wildcards}, allowCredentials: true`)}${rule('/missing', wildcards, 'backendRefs: [{ name: nobody, port: 80 }]')}${rule(
    '/idle',
    wildcards,
    'backendRefs: [{ name: idle, port: 80 }]',
  )}${rule('/most', `allowOrigins: ${JSON.stringify(most)}`)}
    - matches: [{ path: { type: PathPrefix, value: /redirect } }]
      filters:
        - { type: CORS, cors: { allowOrigins: ["https://www.foo.com"], allowMethods: [PUT] } }
        - { type: RequestRedirect, requestRedirect: { hostname: else.test } }
`;

const idle = `
apiVersion: v1
kind: Service
metadata: { name: idle }
spec: { ports: [{ name: http, port: 80 }] }
`;

beforeAll(async () => {
  backend = await startBackend('backend');
  windlass = new Standalone({
    'all.yaml': documents(gateway('edge', port), service('backend', backend.port), idle, route),
  });
  await windlass.start();
  address = await windlass.address('edge');
}, 60_000);

afterAll(async () => {
  await windlass.dispose();
  await backend.close();
}, 60_000);

function request(
  path: string,
  method: string,
  origin: string,
  more: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return ask({
    address,
    port,
    host: 'any.test',
    path,
    method,
    headers: [['Origin', origin], ...Object.entries(more)],
  });
}

const preflight = (
  path: string,
  origin: string,
  more: Readonly<Record<string, string>> = {},
): Promise<Answer> => request(path, 'OPTIONS', origin, { 'Access-Control-Request-Method': 'PUT', ...more });

/** What the answer says of CORS; lists without blanks, since both forms are valid. */
function told({ headers }: Answer): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => name.startsWith('access-control-'))
      .map(([name, value]) => [name.replace('access-control-', ''), String(value).replaceAll(' ', '')]),
  );
}

describe('a preflight', () => {
  it.each([
    'https://www.foo.com',
    'https://www.bar.com',
    'https://xpto.www.bar.com',
    'https://www.foo.com:443',
  ])('from %s, which is allowed, is answered by the proxy', async (origin) => {
    const answer = await preflight('/named', origin, {
      'Access-Control-Request-Headers': 'x-header-1, x-header-2',
    });
    expect([answer.status, answer.body]).toEqual([200, '']);
    expect(told(answer)).toEqual({
      'allow-origin': origin,
      'allow-methods': 'GET,OPTIONS',
      'allow-headers': 'x-header-1,x-header-2',
      'expose-headers': 'x-header-3,x-header-4',
      'max-age': '3600',
      'allow-credentials': 'true',
    });
  });

  it.each([
    'https://foobar.com',
    'http://www.foo.com',
    'https://bar.com',
    'https://www.foo.com:8443',
    'https://www.foo.com.evil.test',
    'null',
  ])('from %s, which is not allowed, is told nothing and reaches no backend', async (origin) => {
    const before = backend.received.length;
    const answer = await preflight('/named', origin);
    expect([answer.status, told(answer), backend.received.length]).toEqual([403, {}, before]);
  });

  it('is told the method it asks for where all are allowed, and nothing of credentials or headers', async () => {
    expect(told(await preflight('/methods', 'https://www.foo.com'))).toEqual({
      'allow-origin': 'https://www.foo.com',
      'allow-methods': 'PUT',
      'max-age': '5',
    });
  });

  it.each(['/all', '/credentials'])(
    'is never told * for its origin, method or headers (%s)',
    async (path) => {
      for (const origin of ['https://foobar.com', 'https://foobar.com:12345']) {
        const asked = told(await preflight(path, origin, { 'Access-Control-Request-Headers': 'x-a,x-b' }));
        expect(asked).toMatchObject({
          'allow-origin': origin,
          'allow-methods': 'PUT',
          'allow-headers': 'x-a,x-b',
        });
        expect(asked['allow-credentials']).toBe(path === '/all' ? undefined : 'true');
        expect(asked['expose-headers']).toBe(path === '/all' ? '*' : undefined);
        expect(told(await preflight(path, origin))).not.toHaveProperty('allow-headers');
      }
    },
  );

  it.each(['/missing', '/idle', '/redirect'])('is answered also where no backend could: %s', async (path) => {
    const answer = await preflight(path, 'https://www.foo.com');
    expect([answer.status, told(answer)['allow-origin']]).toEqual([200, 'https://www.foo.com']);
  });

  it('finds its origin among as many and as long ones as the API takes', async () => {
    for (const origin of [most[0], most[63]])
      expect((await preflight('/most', origin ?? '')).status).toBe(200);
    expect((await preflight('/most', 'https://other.test')).status).toBe(403);
  });

  it('is a request with an origin and a method it asks for; other OPTIONS requests go to the backend', async () => {
    const plain = await request('/named', 'OPTIONS', 'https://www.foo.com');
    expect([plain.echo?.method, told(plain)['allow-origin']]).toEqual(['OPTIONS', 'https://www.foo.com']);
    const sameOrigin = await ask({ address, port, host: 'any.test', path: '/named', method: 'OPTIONS', headers: [['Access-Control-Request-Method', 'PUT']] }); // prettier-ignore
    expect([sameOrigin.echo?.method, told(sameOrigin)]).toEqual(['OPTIONS', {}]);
  });
});

describe('the answer to a request', () => {
  it.each(['https://www.foo.com', 'https://www.bar.com'])('from %s names it', async (origin) => {
    const answer = await request('/named', 'GET', origin, { 'Access-Control-Request-Method': 'GET' });
    expect(answer.echo?.backend).toBe('backend');
    expect(told(answer)).toEqual({
      'allow-origin': origin,
      'allow-credentials': 'true',
      'expose-headers': 'x-header-3,x-header-4',
    });
  });

  it('from another origin comes from the backend and says nothing', async () => {
    const answer = await request('/named', 'GET', 'https://foobar.com');
    expect([answer.echo?.backend, told(answer)]).toEqual(['backend', {}]);
  });

  it('without an origin says nothing', async () => {
    expect(told(await ask({ address, port, host: 'any.test', path: '/named' }))).toEqual({});
  });

  it.each([
    ['/all', 200],
    ['/missing', 500],
    ['/idle', 503],
  ])('is readable whatever it is: %s answers %d', async (path, status) => {
    const answer = await request(path, 'PUT', 'https://foobar.com:12345');
    expect([answer.status, told(answer)['allow-origin']]).toEqual([status, 'https://foobar.com:12345']);
  });

  it('that is a redirect names an origin that is allowed, and no other', async () => {
    const allowed = await request('/redirect', 'GET', 'https://www.foo.com');
    expect([allowed.status, told(allowed)['allow-origin']]).toEqual([302, 'https://www.foo.com']);
    const other = await request('/redirect', 'GET', 'https://foobar.com');
    expect([other.status, other.headers.location, told(other)]).toEqual([
      302,
      'http://else.test:8080/redirect',
      {},
    ]);
  });
});
