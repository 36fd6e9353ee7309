import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { WindlassError } from '../errors/index.js';
import type { ObjectStatus } from '../status/index.js';
import { silentLogger } from '../telemetry/index.js';
import { startDebugServer, type DebugServer, type DebugView } from './index.js';
import { DEBUG_PATHS } from './paths.js';

const EVIL = '<script>alert("x")</script>';
const time = '2030-01-01T00:00:00Z';
const condition = (type: string, status: 'True' | 'False', message: string) => ({
  type,
  status,
  reason: status === 'True' ? type : 'Invalid',
  message,
  lastTransitionTime: time,
});
const statuses: readonly ObjectStatus[] = [
  {
    kind: 'Gateway',
    ref: { group: 'gateway.networking.k8s.io', kind: 'Gateway', namespace: 'default', name: 'edge' },
    status: {
      addresses: [{ type: 'IPAddress', value: '127.0.0.1' }],
      conditions: [condition('Programmed', 'True', 'ok')],
      listeners: [
        {
          name: 'http',
          supportedKinds: [],
          attachedRoutes: 4,
          conditions: [condition('Accepted', 'False', EVIL)],
        },
      ],
      attachedListenerSets: 0,
    },
  },
  {
    kind: 'HTTPRoute',
    ref: { group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace: 'default', name: 'web' },
    status: {
      parents: [
        {
          parentRef: { name: 'edge' },
          controllerName: 'c',
          conditions: [condition('ResolvedRefs', 'False', 'gone')],
        },
      ],
    },
  },
];

let ready = false;
const resource = { name: 'default_a_80', version: 'v', config: { name: 'default_a_80' } };
const view: DebugView = {
  version: '1.2.3',
  ready: () => ready,
  statuses: () => statuses,
  cluster: () => ({
    complete: true,
    installed: { version: 'v1.7.0', versions: ['v1.7.0'], channel: 'standard' },
    kinds: [],
    refused: [],
  }),
  diagnostics: () => [
    {
      file: 'a.yaml',
      line: 1,
      column: 2,
      object: 'Gateway default/x',
      path: 'spec',
      message: EVIL,
      rule: 'cel',
      severity: 'error',
    },
  ],
  fleets: () => [
    {
      fleet: 'default/edge',
      addresses: ['127.0.0.1'],
      ports: [{ port: 80, bindPort: 8080, protocol: 'HTTP', listeners: ['http'] }],
      version: 'v1',
      resources: { cluster: 1 },
      envoys: [{ pid: 7, state: 'running', detail: '' }],
      streams: [
        {
          node: EVIL,
          version: '1.40.0',
          protocol: 'delta',
          connectedAt: time,
          current: false,
          accepted: false,
          refused: '',
          rejected: [{ type: 'listener', name: 'l', message: 'odd port' }],
        },
      ],
    },
  ],
  config: (fleet) =>
    fleet === 'default/edge'
      ? { cluster: [resource], endpoints: [], listener: [], routes: [], secret: [] }
      : undefined,
  timeline: (count) => [
    {
      revision: count,
      at: time,
      objects: [{ change: 'written', object: EVIL, generation: 3 }],
      objectsOmitted: 2,
      translationMs: 1.5,
      encoded: { route: 1 },
      fleets: [
        {
          fleet: 'default/edge',
          changed: { routes: 1 },
          sent: 1,
          accepted: 0,
          rejected: 1,
          lastAckMs: undefined,
          pushes: [],
          pushesOmitted: 0,
        },
      ],
    },
  ],
  metrics: () => Promise.resolve('windlass_ready 1\n'),
  envoyMetrics: (fleet) => {
    if (fleet === 'default/dead')
      return Promise.reject(new WindlassError('ENVOY_ADMIN_UNREACHABLE', 'no answer'));
    if (fleet === 'default/bug') return Promise.reject(new TypeError('oops'));
    return Promise.resolve(fleet === 'default/edge' ? 'envoy_server_live 1\n' : undefined);
  },
};

let server: DebugServer;
beforeAll(async () => {
  server = await startDebugServer({ view, address: '127.0.0.1', port: 0, logger: silentLogger });
});
afterAll(() => server.close());

const get = async (path: string, init?: RequestInit) => {
  const response = await fetch(server.url + path, init);
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    body: await response.text(),
    headers: response.headers,
  };
};

describe('the debug endpoint', () => {
  it('is alive at once and ready after the first translation', async () => {
    expect((await get('/healthz')).status).toBe(200);
    expect((await get('/readyz')).status).toBe(503);
    ready = true;
    expect(await get('/readyz')).toMatchObject({ status: 200, body: 'ok\n' });
  });

  it('tells statuses and fleets as JSON', async () => {
    expect(JSON.parse((await get('/status')).body)).toEqual(statuses);
    expect(JSON.parse((await get('/fleets')).body)).toEqual(view.fleets());
  });

  it('tells the configuration of all fleets, of one, and of one type', async () => {
    const all = JSON.parse((await get('/config')).body) as Readonly<Record<string, object>>;
    expect(Object.keys(all['default/edge'] ?? {})).toEqual([
      'clusters',
      'endpoints',
      'listeners',
      'routes',
      'secrets',
    ]);
    const one: unknown = JSON.parse((await get('/config?fleet=default/edge&type=clusters')).body);
    expect(one).toEqual({ 'default/edge': { clusters: [resource] } });
    expect((await get('/config?fleet=default/no')).status).toBe(404);
    expect((await get('/config?type=cluster')).status).toBe(400);
  });

  it('tells as many of the latest changes as are asked for', async () => {
    const of = async (query: string) =>
      JSON.parse((await get(`/timeline${query}`)).body) as readonly { revision: number }[];
    expect((await of(''))[0]?.revision).toBe(50);
    expect((await of('?last=500'))[0]?.revision).toBe(500);
    for (const wrong of ['0', '501', 'x', '-1', ''])
      expect((await get(`/timeline?last=${wrong}`)).status).toBe(400);
  });

  it('passes on the metrics of both', async () => {
    expect(await get('/metrics')).toMatchObject({
      status: 200,
      body: 'windlass_ready 1\n',
      type: expect.stringContaining('text/plain'),
    });
    expect((await get('/envoy/default/edge/stats/prometheus')).body).toBe('envoy_server_live 1\n');
    expect((await get('/envoy/default/no/stats/prometheus')).status).toBe(404);
  });

  it('answers 502 when Envoy does not answer, and 500 for a fault of ours', async () => {
    expect(await get('/envoy/default/dead/stats/prometheus')).toMatchObject({
      status: 502,
      body: 'no answer\n',
    });
    expect(await get('/envoy/default/bug/stats/prometheus')).toMatchObject({ status: 500 });
  });

  it.each(Object.keys(DEBUG_PATHS))('answers %s, as documented', async (path) => {
    expect((await get(path.replace('NAMESPACE/NAME', 'default/edge'))).status).toBe(200);
  });

  it('lists its paths where there is nothing', async () => {
    const { status, body } = await get('/nothing%');
    expect(status).toBe(404);
    expect(body).toContain('/envoy/NAMESPACE/NAME/stats/prometheus');
  });

  it('answers GET and HEAD only', async () => {
    expect((await get('/status', { method: 'POST' })).status).toBe(405);
    expect(await get('/status', { method: 'HEAD' })).toMatchObject({ status: 200, body: '' });
  });

  it.each([
    ['127.0.0.1:19000', 200],
    ['localhost', 200],
    ['[::1]:9', 200],
    ['evil.example', 403],
    ['127.0.0.1.evil.example', 403],
    ['localhost.evil.example:19000', 403],
  ])('asked for host %s answers %i', async (host, expected) => {
    const status = await new Promise((resolve, reject) => {
      request(`${server.url}/healthz`, { headers: { host } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });
    expect(status).toBe(expected);
  });
});

describe('the page', () => {
  it('shows Gateways, listeners, routes, Envoys and faults, with reasons', async () => {
    const { type, body } = await get('/');
    expect(type).toContain('text/html');
    for (const text of [
      'default/edge',
      '80 (bound: 8080)',
      'default/web',
      'process 7',
      'odd port',
      'ResolvedRefs: Invalid',
      'written generation 3 and 2 more',
      '1 pushed, 0 acknowledged',
      '1 rejected',
      'a.yaml:1:2',
    ]) {
      expect(body).toContain(text);
    }
  });

  it('escapes everything, runs no script and loads nothing', async () => {
    const { body, headers } = await get('/');
    expect(body).not.toContain('<script');
    expect(body).toContain('&lt;script&gt;');
    expect(body).not.toMatch(/(src|href)="(https?:)?\/\//);
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  it('reloads itself', async () => {
    expect((await get('/')).body).toContain('http-equiv="refresh"');
  });
});

describe('a debug port that is taken', () => {
  const taken = createServer();
  afterAll(() => void taken.close());

  it('is followed by the next free one', async () => {
    const port = await new Promise<number>((resolve) => {
      taken.listen(0, '127.0.0.1', () => {
        const at = taken.address();
        resolve(typeof at === 'object' && at !== null ? at.port : 0);
      });
    });
    const next = await startDebugServer({ view, address: '127.0.0.1', port, logger: silentLogger });
    const bound = Number(new URL(next.url).port);
    await next.close();
    expect(bound).toBeGreaterThan(port);
    expect(bound).toBeLessThan(port + 10);
  });

  it('on an address that is not ours is one clear error', async () => {
    const failed = startDebugServer({ view, address: '203.0.113.1', port: 0, logger: silentLogger });
    await expect(failed).rejects.toMatchObject({
      code: 'PORT_UNAVAILABLE',
      message: expect.stringContaining('--debug-port'),
    });
  });
});
