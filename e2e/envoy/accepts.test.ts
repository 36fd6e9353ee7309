import { once } from 'node:events';
import { connect, type ClientHttp2Session, type IncomingHttpHeaders } from 'node:http2';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EXTENSIONS, snapshotOf } from '../../src/envoy/index.js';
import { startBackend, type Backend } from '../harness/backend.js';
import { ask, type Answer } from '../harness/request.js';
import { until } from '../harness/until.js';
import { startWebSocketBackend, webSocketEcho } from '../harness/web-socket.js';
import { feed, type AdsFeed } from './ads-feed.js';
import { startEnvoy, type EnvoyProcess } from './envoy-process.js';
import { richFleet } from './rich-fleet.js';

// One rich fleet of hand-made models, given to a real Envoy: it must accept all of it, know every field, and do what the model says.

const TIMEOUT_MS = 60_000;

describe('a real Envoy', () => {
  let backends: readonly Backend[];
  let ads: AdsFeed;
  let envoy: EnvoyProcess;
  let port: number;
  let tlsPort: number;

  const get = (
    target: string,
    headers: readonly (readonly [string, string])[] = [],
    method = 'GET',
  ): Promise<Answer> =>
    ask({ address: '127.0.0.1', port, host: 'shop.example.com', path: target, headers, method });

  beforeAll(async () => {
    const [plain, h2c, websocket] = await Promise.all([
      startBackend('plain'),
      startBackend('h2c', 'http2'),
      startWebSocketBackend('websocket'),
    ]);
    backends = [plain, h2c, websocket];
    ads = await feed(snapshotOf(richFleet({ plain: plain.port, h2c: h2c.port, websocket: websocket.port })));
    envoy = await startEnvoy(ads.port);
    port = await envoy.boundPort('gateway/shop/web/80');
    tlsPort = await envoy.boundPort('gateway/shop/web/443');
    await until('the first answer', async () => ((await get('/exact')).status === 200 ? true : undefined));
  }, TIMEOUT_MS);

  afterAll(async () => {
    await envoy.stop();
    ads.close();
    await Promise.all(backends.map((backend) => backend.close()));
  });

  it('accepts all of it, knows every field and finds none deprecated', async () => {
    const stats = new Map(
      (await envoy.admin('/stats')).split('\n').map((line) => line.split(': ') as [string, string]),
    );
    const nonZero = (pattern: RegExp): string[] =>
      [...stats]
        .filter(([name, value]) => pattern.test(name) && value !== '0')
        .map((pair) => pair.join(': '));
    expect(ads.nacks).toEqual([]);
    expect(nonZero(/update_rejected|unknown_fields|deprecated_feature|init_fetch_timeout/)).toEqual([]);
    // The way to name a cluster that is not deprecated (docs/decisions/0019-l4-routes.md); the listener is one for both addresses.
    const unfinished = envoy
      .stderr()
      .matchAll(/(?:field|message) '([^']+)'[^\n]* marked as work-in-progress/g)
      .map(([, name]) => name);
    expect([...new Set(unfinished)]).toEqual([
      'envoy.extensions.filters.udp.udp_proxy.v3.UdpProxyConfig.matcher',
    ]);
    expect(stats.get('listener_manager.total_listeners_warming')).toBe('0');
    expect(envoy.stderr()).not.toMatch(/deprecated|unknown/i);
  });

  it('announces every extension that is used, under the name that is used', () => {
    // The one that is not an extension but the key of a map: it is the message\'s own name.
    const { upstreamHttpProtocolOptions: _key, ...named } = EXTENSIONS;
    expect(Object.values(named).filter((name) => !ads.extensions.has(name))).toEqual([]);
  });

  it.each([
    ['an exact path', '/exact', '/exact'],
    ['a regular expression', '/r12', '/r12'],
    ['an HTTP/2 backend', '/h2c/x', '/h2c/x'],
    ['a DNS backend', '/dns', '/dns'],
    ['a full path rewrite, query kept', '/full/x?q=%41', '/100%/\\1/%PROTOCOL%?q=%41'],
    ['a prefix rewritten to nothing', '/a.b(c)/x', '/x'],
    ['a whole path that is the prefix rewritten to nothing', '/a.b(c)?q', '/?q'],
    ['a prefix rewritten', '/old/x?q', '/new/x?q'],
    ['a whole path that is the prefix rewritten', '/old', '/new'],
    ['dot segments', '/nothing/../exact', '/exact'],
    ['repeated slashes', '//exact', '/exact'],
    ['escaped slashes', '/old/a%2Fb', '/new/a%2Fb'],
  ])('forwards %s', async (_what, target, seen) => {
    const answer = await get(target);
    expect([answer.status, answer.echo?.path]).toEqual([200, seen]);
  });

  it.each([
    ['/x?q', '/base%PROTOCOL%/x?q'],
    ['/', '/base%PROTOCOL%/'],
  ])('rewrites the prefix / of %s', async (target, seen) => {
    const answer = await ask({ address: '127.0.0.1', port, host: 'base.example.com:8080', path: target });
    expect(answer.echo?.path).toBe(seen);
  });

  it.each([
    ['no route', '/', 404],
    ['a path that only begins like an exact one', '/exact/x', 404],
    ['a path that only begins like a prefix', '/oldest', 404],
    ['an expression that matches in part', '/r12x', 404],
    ['an unresolved backend', '/unresolved', 500],
    ['a broken rule', '/broken', 500],
    ['a backend without endpoints', '/empty', 503],
    ['a backend slower than its timeout', '/timeout?delay=500', 504],
  ])('answers %s itself: %s with %d', async (_what, target, status) => {
    expect((await get(target)).status).toBe(status);
  });

  it('gives an unresolved backend its share of the weight, as 500', async () => {
    const seen = new Map<number, number>();
    for (let i = 0; i < 60; i += 1) {
      const { status } = await get('/mixed');
      seen.set(status, (seen.get(status) ?? 0) + 1);
    }
    expect([...seen.keys()].sort()).toEqual([200, 500]);
  });

  it('matches method, headers and query parameters', async () => {
    const headers = [
      ['x-exact', 'one'],
      ['x-regex', 'v2'],
    ] as const;
    expect((await get('/', [], 'DELETE')).status).toBe(200);
    expect((await get('/?q=1&r=aa', headers)).status).toBe(200);
    expect((await get('/?q=1&r=aab', headers)).status).toBe(404);
    expect((await get('/?q=1&r=aa', [['x-exact', 'one'], ['x-regex', 'v12']])).status).toBe(404); // prettier-ignore
  });

  it('applies the modifiers of a rule before those of its backend', async () => {
    const { echo, headers } = await get('/headers', [['x-set', 'client'], ['x-add', 'client'], ['x-gone', 'client']]); // prettier-ignore
    expect(echo?.headers).toMatchObject({ 'x-set': 'share 5%', 'x-add': 'client, rule' });
    expect(echo?.headers).not.toHaveProperty('x-gone');
    expect(headers).not.toHaveProperty('x-rule');
    const plainRule = await get('/rule-headers', [['x-add', 'one']]);
    expect([plainRule.echo?.headers['x-add'], plainRule.headers['x-rule']]).toEqual(['one, two', '100%']);
  });

  it.each([
    ['/redirect/scheme/x?q=1', 301, 'https://shop.example.com/redirect/scheme/x?q=1'],
    ['/redirect/full/x?q=1', 308, 'http://other.example.com/100%/%PROTOCOL%?q=1'],
    ['/redirect/prefix/x', 307, 'http://shop.example.com:8443/x'],
    ['/redirect/prefix', 307, 'http://shop.example.com:8443/'],
  ])('redirects %s', async (target, status, location) => {
    const answer = await get(target);
    expect([answer.status, answer.headers.location]).toEqual([status, location]);
  });

  it('rewrites the host', async () => {
    expect((await get('/host')).echo?.host).toBe('inner.example.com');
  });

  it("keeps its own headers to itself and believes no client's", async () => {
    const { status, echo, headers } = await get('/exact?delay=300', [
      ['x-envoy-upstream-rq-timeout-ms', '50'],
      ['x-request-id', 'chosen-by-client'],
      ['x-forwarded-proto', 'https'],
    ]);
    expect(status).toBe(200);
    expect(
      Object.keys({ ...echo?.headers, ...headers }).filter((name) => name.startsWith('x-envoy')),
    ).toEqual([]);
    expect(headers).not.toHaveProperty('server');
    expect(echo?.headers['x-request-id']).not.toBe('chosen-by-client');
    expect(echo?.headers['x-forwarded-proto']).toBe('http');
  });

  it.each([
    ['a.example.com', 'a.example.com'],
    ['deep.below.example.org', 'b.example.org'],
    ['unknown.example.net', 'a.example.com'],
  ])('serves the certificate of the listener for %s', async (sni, certificateOf) => {
    const answer = await ask({ address: '127.0.0.1', port: tlsPort, host: sni, sni });
    expect([answer.status, answer.certificate]).toEqual([200, certificateOf]);
  });

  it('speaks HTTP/2 in clear text to who knows that it does, and by ALPN over TLS', async () => {
    const clear = connect(`http://127.0.0.1:${port}`);
    expect(await statusOf(clear, 'shop.example.com', '/exact')).toBe(200);
    const tls = connect(`https://127.0.0.1:${tlsPort}`, {
      servername: 'a.example.com',
      rejectUnauthorized: false,
    });
    expect(await statusOf(tls, 'a.example.com', '/')).toBe(200);
    expect(tls.alpnProtocol).toBe('h2');
  });

  it('passes a WebSocket through', async () => {
    expect(
      await webSocketEcho(
        { address: '127.0.0.1', port, host: 'shop.example.com', path: '/websocket' },
        'ping',
      ),
    ).toBe('ping');
  });

  it('logs each request as one JSON line that names the route', async () => {
    await get('/r42?logged=here');
    const line = await until('the access log', () =>
      envoy
        .stdout()
        .split('\n')
        .find((each) => each.includes('logged=here')),
    );
    expect(JSON.parse(line)).toMatchObject({
      route: 'httproute/shop/regex/rule/0/match/0/digits',
      cluster: 'shop_plain_80',
      status: 200,
      details: 'via_upstream',
      method: 'GET',
      path: '/r42?logged=here',
      authority: 'shop.example.com',
      table: 'gateway/shop/web/80',
      request_id: expect.any(String),
      duration_ms: expect.any(Number),
    });
  });
});

async function statusOf(session: ClientHttp2Session, authority: string, path: string): Promise<unknown> {
  const stream = session.request({ ':authority': authority, ':path': path });
  const [headers] = (await once(stream, 'response')) as [IncomingHttpHeaders];
  session.destroy();
  return headers[':status'];
}
