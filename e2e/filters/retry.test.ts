import { once } from 'node:events';
import { createServer } from 'node:http';
import { constants, createServer as createHttp2Server, type ServerHttp2Session } from 'node:http2';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ask, type Answer, type Ask } from '../harness/request.js';
import { Standalone } from '../harness/windlass.js';
import { documents, gateway } from '../harness/yaml.js';

// HTTPRouteRetry, and what HTTPRouteRetry, -RetryConnectionError, -RetryWithRequestTimeout and -RetryWithBackendTimeout of the conformance
// suite ask for.

const port = 8080;
let windlass: Standalone;
let address: string;
let close: () => void;

/** Tries by `id`, with the time and body of each. */
const tries = new Map<string, { readonly at: number; readonly body: string }[]>();

/** Fails the first `fail` tries of an `id`: by `status`, after `delay` ms, or by closing the connection (`reset`). */
const flaky = createServer((request, response) => {
  void text(request).then((body) => {
    const query = new URL(request.url ?? '', 'http://x').searchParams;
    const id = query.get('id') ?? '';
    const of = [...(tries.get(id) ?? []), { at: Date.now(), body }];
    tries.set(id, of);
    const fails = of.length <= Number(query.get('fail'));
    if (fails && query.has('reset')) {
      request.socket.destroy();
      return;
    }
    response.statusCode = fails ? Number(query.get('status') ?? 200) : 200;
    const delay = fails ? Number(query.get('delay') ?? 0) : 0;
    setTimeout(() => response.end(String(of.length)), delay).unref();
  });
});

/** Refuses every other stream before it is processed. */
let streams = 0;
const sessions = new Set<ServerHttp2Session>();
const refusing = createHttp2Server();
refusing.on('session', (session) => sessions.add(session));
refusing.on('stream', (stream) => {
  stream.on('error', () => undefined); // It was refused.
  streams += 1;
  if (streams % 2 === 1) {
    stream.close(constants.NGHTTP2_REFUSED_STREAM);
  } else {
    stream.respond({ ':status': 200 });
    stream.end('2');
  }
});

async function listening(server: Server | ReturnType<typeof createHttp2Server>): Promise<number> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
}

/** A port that nobody listens on. */
async function deadPort(): Promise<number> {
  const server = createTcpServer();
  const dead = await listening(server);
  await once(server.close(), 'close');
  return dead;
}

function backend(name: string, appProtocol: string, ...ports: readonly number[]): string {
  const slices = ports.map(
    (each, i) => `
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: ${name}-${i}, labels: { kubernetes.io/service-name: ${name} } }
addressType: IPv4
endpoints: [{ addresses: [127.0.0.1] }]
ports: [{ name: http, port: ${each} }]`,
  );
  return [
    `
apiVersion: v1
kind: Service
metadata: { name: ${name} }
spec: { ports: [{ name: http, port: 80, appProtocol: ${appProtocol} }] }`,
    ...slices,
  ].join('\n---');
}

function rule(prefix: string, name: string, fields: string): string {
  return `
    - matches: [{ path: { type: PathPrefix, value: ${prefix} } }]
      ${fields}
      backendRefs: [{ name: ${name}, port: 80 }]`;
}

const route = `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: retries }
spec:
  parentRefs: [{ name: edge }]
  rules:${[
    rule('/off', 'flaky', 'retry: { attempts: 0, codes: [500, 502, 503, 504] }'),
    rule('/none', 'flaky', ''),
    rule('/codes', 'flaky', 'retry: { attempts: 2, codes: [500, 502, 503, 504, 429], backoff: 10ms }'),
    rule('/once', 'flaky', 'retry: { codes: [500] }'),
    rule('/connections', 'flaky', 'retry: { attempts: 3 }'),
    rule('/half-dead', 'half-dead', 'retry: { attempts: 100 }'),
    rule('/dead', 'dead', 'retry: { attempts: 2 }'),
    rule('/refused', 'refusing', 'retry: { attempts: 1 }'),
    rule('/backoff', 'flaky', 'retry: { attempts: 3, codes: [503], backoff: 200ms }'),
    rule('/request', 'flaky', 'retry: { attempts: 3, codes: [503] }\n      timeouts: { request: 500ms }'),
    rule('/backend', 'flaky', 'retry: { attempts: 3, codes: [503] }\n      timeouts: { request: 15s, backendRequest: 300ms }'), // prettier-ignore
  ].join('')}
`;

beforeAll(async () => {
  const [alive, h2, dead] = [await listening(flaky), await listening(refusing), await deadPort()];
  close = () => {
    flaky.close();
    flaky.closeAllConnections();
    refusing.close();
    for (const session of sessions) session.destroy();
  };
  windlass = new Standalone({
    'all.yaml': documents(
      gateway('edge', port),
      backend('flaky', 'http', alive),
      backend('half-dead', 'http', dead, alive),
      backend('dead', 'http', dead),
      backend('refusing', 'kubernetes.io/h2c', h2),
      route,
    ),
  });
  await windlass.start();
  address = await windlass.address('edge');
}, 60_000);

afterAll(async () => {
  await windlass.dispose();
  close();
}, 60_000);

let ids = 0;

/** One request with an id of its own: its answer, and the tries that reached the backend. */
async function send(path: string, query: string, more: Partial<Ask> = {}) {
  const id = String((ids += 1));
  const start = Date.now();
  const answer: Answer = await ask({
    address,
    port,
    host: 'any.test',
    path: `${path}?id=${id}&${query}`,
    ...more,
  });
  return { status: answer.status, ms: Date.now() - start, tries: tries.get(id) ?? [] };
}

describe('a request whose backend answers with an error', () => {
  it.each([500, 502, 503, 504, 429])(
    'of the listed code %d is tried again until it succeeds',
    async (code) => {
      const { status, tries: made } = await send('/codes', `fail=2&status=${code}`);
      expect([status, made.length]).toEqual([200, 3]);
    },
  );

  it('is tried as often as attempts say, and answers the last error', async () => {
    const { status, tries: made } = await send('/codes', 'fail=9&status=502');
    expect([status, made.length]).toEqual([502, 3]);
  });

  it('is tried once more unless attempts say otherwise', async () => {
    expect((await send('/once', 'fail=1&status=500')).status).toBe(200);
    const { status, tries: made } = await send('/once', 'fail=2&status=500');
    expect([status, made.length]).toEqual([500, 2]);
  });

  it.each([500, 502, 503, 504])(
    '%d is not tried again with zero attempts, nor without retry',
    async (code) => {
      for (const path of ['/off', '/none', '/connections']) {
        const { status, tries: made } = await send(path, `fail=1&status=${code}`);
        expect([status, made.length]).toEqual([code, 1]);
      }
    },
  );

  it('of another code is not tried again', async () => {
    const { status, tries: made } = await send('/codes', 'fail=1&status=501');
    expect([status, made.length]).toEqual([501, 1]);
  });

  it('is tried again with its body', async () => {
    const headers = [['Content-Length', '4']] as const;
    const { tries: made } = await send('/codes', 'fail=1&status=503', {
      method: 'POST',
      body: 'body',
      headers,
    });
    expect(made.map(({ body }) => body)).toEqual(['body', 'body']);
  });

  it('is not tried again with a body that is larger than what Envoy holds back', async () => {
    const body = 'x'.repeat(3_000_000);
    const headers = [['Content-Length', String(body.length)]] as const;
    const { status, tries: made } = await send('/codes', 'fail=1&status=503', { method: 'POST', body, headers }); // prettier-ignore
    expect([status, made.length]).toEqual([503, 1]);
  });

  it('is tried again after the back-off', async () => {
    const { status, tries: made } = await send('/backoff', 'fail=3&status=503');
    expect([status, made.length]).toEqual([200, 4]);
    // Each wait is random below its limit, so that only their sum says something.
    expect((made[3]?.at ?? 0) - (made[0]?.at ?? 0)).toBeGreaterThan(40);
  });

  it("is not tried again at its client's wish", async () => {
    const headers = [['x-envoy-retry-on', '5xx'], ['x-envoy-max-retries', '5']] as const; // prettier-ignore
    expect((await send('/none', 'fail=1&status=500', { headers })).tries).toHaveLength(1);
  });
});

describe('a request that no backend has processed', () => {
  it('finds the endpoint that is alive, without any code', async () => {
    for (let i = 0; i < 20; i += 1) expect((await send('/half-dead', 'fail=0')).status).toBe(200);
  });

  it('answers 503 when none is', async () => {
    expect((await send('/dead', '')).status).toBe(503);
  });

  it('because its stream was refused is tried again', async () => {
    for (let i = 0; i < 4; i += 1) expect((await send('/refused', '')).status).toBe(200);
    expect(streams).toBe(8);
  });

  it.each(['/connections', '/codes'])(
    'is told from one that was reset when it had been sent: %s',
    async (path) => {
      const { status, tries: made } = await send(path, 'fail=1&reset');
      expect([status, made.length]).toEqual([503, 1]);
    },
  );
});

describe('retries and time-outs', () => {
  it('share the time of the request: 200 when the retry fits', async () => {
    const { status, tries: made } = await send('/request', 'fail=1&status=503&delay=100');
    expect([status, made.length]).toEqual([200, 2]);
  });

  it('share the time of the request: 504 when it is over', async () => {
    const { status, ms } = await send('/request', 'fail=4&status=503&delay=400');
    expect(status).toBe(504);
    expect(ms).toBeLessThan(2000);
  });

  it('limit each try by backendRequest, after which the next is made', async () => {
    const { status, tries: made } = await send('/backend', 'fail=2&status=200&delay=5000');
    expect([status, made.length]).toEqual([200, 3]);
  });

  it('try again after a reset as well, where a try has a time-out: Envoy cannot tell the two apart', async () => {
    const { status, tries: made } = await send('/backend', 'fail=1&reset');
    expect([status, made.length]).toEqual([200, 2]);
  });

  it('answer 504 when the last try was too slow as well', async () => {
    const { status, tries: made } = await send('/backend', 'fail=9&status=200&delay=5000');
    expect([status, made.length]).toEqual([504, 4]);
  });
});
