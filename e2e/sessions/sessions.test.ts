import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startBackend, type Backend } from '../harness/backend.js';
import { call, startGrpcBackend, type CallAnswer, type GrpcBackend } from '../harness/grpc.js';
import { ask } from '../harness/request.js';
import { until } from '../harness/until.js';
import { run, Standalone } from '../harness/windlass.js';
import { documents } from '../harness/yaml.js';
import { Client, variety } from './client.js';
import { grpcRoute, httpRoute, lbPolicy, pool, rule, trafficPolicy } from './objects.js';

// SessionPersistence of HTTPRoute, GRPCRoute, XBackendTrafficPolicy and BackendLBPolicy, from the API's own text and GEP-1619.

const [port, securePort] = [8080, 8443];
let windlass: Standalone;
let backends: readonly Backend[];
let callees: readonly GrpcBackend[];
let address: string;

const session = (fields: string): string => `sessionPersistence: ${fields}`;
const cookie = (fields: string, more = ''): string =>
  session(`{ type: Cookie, cookie: { ${fields} }${more} }`);
const REFRESHED = 'filters: [{ type: ResponseHeaderModifier, responseHeaderModifier: { set: [{ name: x-own, value: mine }] } }]'; // prettier-ignore

const gateway = `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: edge }
spec:
  gatewayClassName: windlass
  listeners:
  - { name: http, port: ${port}, protocol: HTTP }
  - { name: https, port: ${securePort}, protocol: HTTPS, tls: { certificateRefs: [{ name: tls }] } }`;

const route = httpRoute(
  'shop',
  rule('/none', { a: 1 }),
  rule('/cookie', { a: 1 }, cookie('name: s')),
  rule('/generated', { a: 1, b: 1 }, cookie('lifetimeType: Session')),
  rule('/path', { a: 1 }, cookie('name: p, path: /path/x')),
  rule('/permanent', { a: 1 }, cookie('name: p, lifetimeType: Permanent', ', absoluteTimeout: 1h')),
  rule('/timed', { a: 1 }, cookie('name: t, lifetimeType: Session', ', absoluteTimeout: 2s')),
  rule('/header', { a: 1 }, session('{ type: Header, header: { name: X-Session } }')),
  rule('/split', { a: 3, b: 1 }, cookie('name: s')),
  rule('/refused', { a: 1 }, session('{ type: Header, header: { name: x-s }, absoluteTimeout: 1h }')),
  rule('/cors', { a: 1 }, `filters: [{ type: CORS, cors: { allowOrigins: ["https://page.test"] } }]\n      ${cookie('name: c')}`), // prettier-ignore
  `
    - matches: [{ path: { type: PathPrefix, value: /own } }]
      ${cookie('name: o')}
      backendRefs: [{ name: a, port: 80, ${rewrite('/a')} }, { name: b, port: 80, ${rewrite('/b')} }]`,
  `
    - matches: [{ path: { type: PathPrefix, value: /headers } }]
      ${cookie('name: h')}
      backendRefs: [{ name: a, port: 80, ${REFRESHED} }]`,
);
const ofBackends = httpRoute(
  'of-backends',
  rule('/policy', { policied: 1 }),
  rule('/closer', { policied: 1 }, cookie('name: closer')),
  rule('/older', { older: 1 }),
  rule('/mixed', { policied: 1, a: 1 }),
  rule('/leaving', { leaving: 1 }, cookie('name: l')),
);

function rewrite(path: string): string {
  return `filters: [{ type: URLRewrite, urlRewrite: { path: { type: ReplaceFullPath, replaceFullPath: ${path} } } }]`;
}

const CALLS = ['/shop.Cart/Get'];
const calls = grpcRoute(
  'calls',
  `
  - matches: [{ method: { service: shop.Cart } }]
    ${cookie('name: calls')}
    backendRefs: [{ name: calls, port: 80 }]`,
);

function endpoints(name: string, from: number, to: number): string {
  return pool(name, 'http', ...backends.slice(from, to).map((backend) => backend.port));
}

beforeAll(async () => {
  backends = await Promise.all(['a1', 'a2', 'a3', 'b1', 'b2', 'b3'].map((name) => startBackend(name)));
  callees = await Promise.all(['c1', 'c2', 'c3'].map((name) => startGrpcBackend(name, CALLS)));
  windlass = new Standalone({
    'all.yaml': documents(
      gateway,
      route,
      ofBackends,
      calls,
      endpoints('a', 0, 3),
      endpoints('b', 3, 6),
      endpoints('policied', 0, 3),
      endpoints('older', 0, 3),
      pool('calls', 'kubernetes.io/h2c', ...callees.map((callee) => callee.port)),
    ),
    'leaving.yaml': endpoints('leaving', 0, 3),
    'policies.yaml': documents(
      trafficPolicy('first', 'policied', cookie('name: backend'), '2026-01-01T00:00:00Z'),
      trafficPolicy('second', 'policied', cookie('name: loser'), '2026-02-01T00:00:00Z'),
      trafficPolicy('nowhere', 'nothing', cookie('name: x')),
      trafficPolicy('broken', 'b', session('{ type: Header, header: { name: x }, absoluteTimeout: 1h }')),
      lbPolicy('old', 'older', session('{ sessionName: old, type: Cookie }')),
      lbPolicy('late', 'policied', session('{ sessionName: late }')),
    ),
    'cert.yaml': run('cert', '--host', 'shop.test', '--name', 'tls').stdout,
  });
  await windlass.start();
  address = await windlass.address('edge');
  await until('the route', async () => ((await client().get('/none')).status === 200 ? true : undefined));
  await until('the calls', async () => ((await get()).status === 'OK' ? true : undefined));
}, 120_000);

afterAll(async () => {
  await windlass.dispose();
  await Promise.all(backends.map((backend) => backend.close()));
  for (const callee of callees) callee.close();
}, 60_000);

const client = (): Client => new Client({ address, port, host: 'shop.test' });
const get = (metadata: Readonly<Record<string, string>> = {}): Promise<CallAnswer> =>
  call({ address, port, host: 'calls.test', path: '/shop.Cart/Get', metadata });

describe('a session by cookie', () => {
  it('keeps a client with one endpoint, which it is told once', async () => {
    const one = client();
    const first = await one.get('/cookie');
    expect(first.headers['set-cookie']).toHaveLength(1);
    const again = await Promise.all(Array.from({ length: 20 }, () => one.get('/cookie')));
    expect(again.map(({ echo }) => echo?.backend)).toEqual(again.map(() => first.echo?.backend));
    expect(again.flatMap(({ headers }) => headers['set-cookie'] ?? [])).toEqual([]);
  });

  it('keeps no other client, and no other rule', async () => {
    const strangers = await Promise.all(Array.from({ length: 40 }, () => client().get('/cookie')));
    expect(variety(strangers.map(({ echo }) => echo?.backend ?? ''))).toBe(3);
    const one = client();
    await one.get('/cookie');
    const { headers } = await one.get('/none');
    expect(headers['set-cookie']).toBeUndefined();
    expect(variety(await one.reach('/none', 40))).toBe(3);
  });

  it('is HttpOnly and SameSite=Strict, Secure behind TLS alone, for / and without an end', async () => {
    const [clear] = (await client().get('/cookie')).headers['set-cookie'] ?? [];
    expect(clear).toMatch(/^s="[^"]+"; Path=\/; SameSite=Strict; HttpOnly$/);
    const secure = await ask({
      address,
      port: securePort,
      host: 'shop.test',
      path: '/cookie',
      sni: 'shop.test',
    });
    expect(secure.headers['set-cookie']?.[0]).toMatch(/; Path=\/; SameSite=Strict; Secure; HttpOnly$/);
  });

  it('begins on the path that is asked for', async () => {
    expect((await client().get('/path/x/1')).headers['set-cookie']?.[0]).toContain('; Path=/path/x;');
    expect((await client().get('/path/y')).headers['set-cookie']).toBeUndefined();
  });

  it('Permanent has a Max-Age', async () => {
    const one = client();
    const { headers, echo } = await one.get('/permanent');
    expect(headers['set-cookie']?.[0]).toContain('; Max-Age=3600;');
    expect(variety([echo?.backend ?? '', ...(await one.reach('/permanent', 20))])).toBe(1);
  });

  it('Session with an absoluteTimeout has no Max-Age, and is ended by the proxy', async () => {
    const one = client();
    const [line] = (await one.get('/timed')).headers['set-cookie'] ?? [];
    expect(line).toMatch(/^t="[^"]+"; Path=\/; SameSite=Strict; HttpOnly$/);
    const before = one.cookies.get('t');
    expect((await one.get('/timed')).headers['set-cookie']).toBeUndefined();
    await until('a new session', async () => (await one.get('/timed')).headers['set-cookie']);
    expect(one.cookies.get('t')).not.toBe(before);
  }, 30_000);

  it('with a value that means nothing begins anew', async () => {
    const one = client();
    for (const value of ['x', '"!!"', '', 'MTI3LjAuMC4xOjE=']) {
      one.cookies.set('s', value);
      const { status, headers } = await one.get('/cookie');
      expect([status, headers['set-cookie']?.length]).toEqual([200, 1]);
    }
  });

  it('goes together with CORS, and with header modifiers of a backendRef', async () => {
    const one = client();
    const origin = { headers: [['origin', 'https://page.test']] as const };
    const { headers } = await one.get('/cors', origin);
    expect(headers['access-control-allow-origin']).toBe('https://page.test');
    expect(variety(await one.reach('/cors', 20, origin))).toBe(1);
    expect((await one.get('/headers')).headers['x-own']).toBe('mine');
    expect(variety(await one.reach('/headers', 20))).toBe(1);
  });

  it('is refused with all of its rule where it asks for what Envoy cannot do', async () => {
    expect((await client().get('/refused')).status).toBe(500);
    const [parent] = (await windlass.status('HTTPRoute', 'shop'))?.parents ?? [];
    const partial = parent?.conditions.find(({ type }) => type === 'PartiallyInvalid');
    expect([partial?.status, partial?.reason]).toEqual(['True', 'UnsupportedValue']);
    expect(partial?.message).toContain('spec.rules[8].sessionPersistence.absoluteTimeout');
  });
});

describe('a session by header', () => {
  it('keeps whoever sends the header back', async () => {
    const first = await client().get('/header');
    const value = first.headers['x-session'];
    if (typeof value !== 'string') throw new Error('no header');
    const kept = await client().reach('/header', 20, { headers: [['x-session', value]] });
    expect(kept).toEqual(kept.map(() => first.echo?.backend));
    expect(variety(await client().reach('/header', 40))).toBe(3);
  });
});

describe('a session under weights', () => {
  it.each(['/split', '/generated', '/own'])(
    'keeps one endpoint of each backend, and the weights as they are: %s',
    async (path) => {
      const one = client();
      const reached = await one.reach(path, 240);
      expect([...new Set(reached)].map((name) => name[0]).toSorted()).toEqual(['a', 'b']);
      const ofA = reached.filter((name) => name.startsWith('a')).length / reached.length;
      const share = path === '/split' ? 0.75 : 0.5;
      expect(ofA).toBeGreaterThan(share - 0.15);
      expect(ofA).toBeLessThan(share + 0.15);
      expect(one.cookies.size).toBe(2);
    },
    30_000,
  );

  it('gives the chosen name to the first backend', async () => {
    const one = client();
    await one.reach('/split', 40);
    const names = [...one.cookies.keys()].toSorted();
    expect(names).toEqual(['s', expect.stringMatching(/^s-[0-9a-f]{8}$/)]);
  });

  it('is kept for the backend that has one, where the other has none', async () => {
    const one = client();
    const reached = await one.reach('/mixed', 120);
    expect([...one.cookies.keys()]).toEqual(['backend']);
    expect(variety(reached)).toBe(3);
  });
});

describe('a session of a backend', () => {
  it.each([
    ['/policy', 'backend'],
    ['/older', 'old'],
    ['/closer', 'closer'],
  ])('is what the policy in force says, unless the rule says otherwise: %s', async (path, name) => {
    const one = client();
    expect(variety(await one.reach(path, 20))).toBe(1);
    expect([...one.cookies.keys()]).toEqual([name]);
  });

  it.each([
    ['XBackendTrafficPolicy', 'first', 'True Accepted'],
    ['XBackendTrafficPolicy', 'second', 'False Conflicted'],
    ['XBackendTrafficPolicy', 'broken', 'False UnsupportedValue'],
    ['BackendLBPolicy', 'old', 'True Accepted'],
    ['BackendLBPolicy', 'late', 'False Conflicted'],
  ])('is told in the status of %s %s: %s', async (kind, name, said) => {
    const ancestors = (await windlass.status(kind, name))?.ancestors ?? [];
    expect(ancestors.map(({ ancestorRef }) => ancestorRef.name)).toEqual(['edge']);
    const [condition] = ancestors[0]?.conditions ?? [];
    expect(`${condition?.status ?? ''} ${condition?.reason ?? ''}`).toBe(said);
  });

  it('has no status where no Gateway sends to its target', async () => {
    expect(await windlass.status('XBackendTrafficPolicy', 'nowhere')).toBeUndefined();
  });
});

describe('an endpoint that leaves', () => {
  it('costs its clients their session and no request, and a new one begins', async () => {
    const one = client();
    const [pinned = ''] = await one.reach('/leaving', 1);
    const others = backends.filter(({ name }) => name.startsWith('a') && name !== pinned);
    windlass.write('leaving.yaml', pool('leaving', 'http', ...others.map((backend) => backend.port)));
    const moved = await until('another endpoint', async () => {
      const answer = await one.get('/leaving');
      expect(answer.status).toBe(200);
      return answer.echo?.backend === pinned ? undefined : answer;
    });
    expect(moved.headers['set-cookie']).toHaveLength(1);
    expect(await one.reach('/leaving', 20)).toEqual(Array.from({ length: 20 }, () => moved.echo?.backend));
  }, 30_000);
});

describe('a session of calls', () => {
  it('keeps a client that sends the cookie back', async () => {
    const first = await get();
    const [line = ''] = [first.metadata['set-cookie']].flat().map(String);
    expect(line).toMatch(/^calls="[^"]+"; /);
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => get({ cookie: line.split(';')[0] ?? '' })),
    );
    expect(answers.map(({ echo }) => echo?.backend)).toEqual(answers.map(() => first.echo?.backend));
    const strangers = await Promise.all(Array.from({ length: 30 }, () => get()));
    expect(variety(strangers.map(({ echo }) => echo?.backend ?? ''))).toBe(3);
  });
});
