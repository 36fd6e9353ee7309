import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, request, type Server, type ServerResponse } from 'node:http';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { adminOf, findEnvoy, type LocalFleet, LocalInfra } from '../src/infra/index.js';
import { silentLogger, type Logger } from '../src/telemetry/index.js';
import { unusedPort } from './harness/port.js';
import { until } from './harness/until.js';
import { type DeltaFeed, feedDelta, proxyTo } from './infra/delta-feed.js';

const fleet = 'default/edge';
const scratch = mkdtempSync(join(tmpdir(), 'wl-'));
const runDirectory = join(scratch, 'run');
const hasIpv6 = Object.values(networkInterfaces())
  .flat()
  .some((one) => one?.address === '::1');
const addresses = ['127.0.0.1', ...(hasIpv6 ? ['::1'] : [])];
const requests: object[] = [];
const held: ServerResponse[] = [];
const feeds: DeltaFeed[] = [];
let backend: Server;
let port: number;
let infra: LocalInfra;
let latest: LocalFleet | undefined;

const logger: Logger = {
  ...silentLogger,
  info: (event, fields) => event === 'request' && requests.push(fields ?? {}),
  child: () => logger,
};

async function open(): Promise<void> {
  infra = await LocalInfra.open({
    runDirectory,
    envoy: await findEnvoy({ logger }),
    logger,
    settings: {
      concurrency: 1,
      accessLog: 'log',
      retryPortsMs: 50,
      stop: { drainMs: 10_000, killAfterMs: 5_000 },
    },
    openXds: async (_fleet, socketPath) => {
      const address = backend.address();
      const backendPort = typeof address === 'object' && address !== null ? address.port : 0;
      feeds.push(await feedDelta(socketPath, proxyTo('http', addresses, port, backendPort)));
    },
    onObservation: (observed) => (latest = observed),
  });
  await infra.reconcile([
    { fleet, listeners: [{ name: 'http', port }], addresses: addresses.map((value) => ({ value })) },
  ]);
}

const ask = (path: string): Promise<Response> =>
  fetch(`http://127.0.0.1:${port}${path}`, { headers: { connection: 'close' } });

/** Status of a path that is sent as it is written: `fetch` would resolve `..` itself. */
const metrics = (path: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const { port } = new URL(latest?.metricsUrl ?? '');
    const sent = request({ host: '127.0.0.1', port, path, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.once('error', reject).end();
  });

beforeAll(async () => {
  backend = createServer((incoming, response) => {
    if (incoming.url === '/slow') held.push(response);
    else response.end('here');
  });
  await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
  port = await unusedPort();
  await open();
  await until('the first answer', async () => ((await ask('/')).status === 200 ? true : undefined), 10_000);
}, 30_000);

afterAll(async () => {
  await infra.stop();
  feeds.forEach((feed) => feed.stop());
  backend.closeAllConnections();
  backend.close();
  rmSync(scratch, { recursive: true, force: true });
}, 30_000);

describe('a local Envoy that has its configuration', () => {
  it('accepted it', () => {
    expect(feeds.flatMap(({ nacks }) => nacks)).toEqual([]);
  });

  it('shows readiness and Prometheus metrics on loopback', async () => {
    expect(await metrics('/ready')).toBe(200);
    expect(await (await fetch(latest?.metricsUrl ?? '')).text()).toMatch(/^envoy_server_live\{?.*\}? 1$/m);
  });

  it('shows nothing else of its admin interface there', async () => {
    const paths = [
      '/',
      '/config_dump',
      '/quitquitquit',
      '/stats',
      '/ready/../config_dump',
      '//config_dump',
      '/stats/prometheus/',
    ];
    expect(await Promise.all(paths.map(metrics))).toEqual(paths.map(() => 404));
  });

  it('accepts long regular expressions, which Envoy refuses by default', async () => {
    const runtime = await adminOf(latest?.adminSocket ?? '').get('/runtime');
    expect(runtime).toContain('re2.max_program_size.error_level');
  });

  it('serves on every address of its Gateway, IPv4 and IPv6', async () => {
    const hosts = addresses.map((address) => (address.includes(':') ? `[${address}]` : address));
    const answers = await Promise.all(hosts.map((host) => fetch(`http://${host}:${port}/`)));
    expect(answers.map(({ status }) => status)).toEqual(hosts.map(() => 200));
  });

  it('has its access log among our events', async () => {
    await ask('/noted');
    await until(
      'the entry',
      () => requests.find((fields) => 'path' in fields && fields.path === '/noted'),
      5_000,
    );
    expect(readFileSync(latest?.accessLogFile ?? '', 'utf8')).toContain('{"path":"/noted"}');
  }, 20_000);

  it('is adopted with the port it holds, which is no conflict', async () => {
    const pid = latest?.process.pid;
    await infra.stop({ keep: true });
    feeds.splice(0).forEach((feed) => feed.stop());
    expect((await ask('/')).status).toBe(200);
    await open();
    await until('the adoption', () => (latest?.process.state === 'running' ? true : undefined));
    expect(latest?.process.pid).toBe(pid);
    expect(latest?.observation.addresses).toEqual(addresses);
    expect(latest?.observation.ports).toEqual({ [port]: { bound: true } });
    expect((await ask('/')).status).toBe(200);
  }, 30_000);

  it('is replaced when it was told to end, since it would not listen for long', async () => {
    const pid = latest?.process.pid;
    await infra.stop({ keep: true });
    feeds.splice(0).forEach((feed) => feed.stop());
    await adminOf(latest?.adminSocket ?? '').post('/healthcheck/fail');
    await open();
    await until('another process', () => (latest?.process.pid === pid ? undefined : true), 10_000);
    await until('an answer', async () => ((await ask('/')).status === 200 ? true : undefined), 10_000);
  }, 30_000);

  it('answers what is under way before it ends', async () => {
    const slow = ask('/slow');
    const response = await until('the request at the backend', () => held[0]);
    const stopped = infra.stop();
    await until(
      'its health check to fail',
      async () => ((await metrics('/ready')) === 503 ? true : undefined),
      5_000,
    );
    response.end('late');
    expect(await (await slow).text()).toBe('late');
    await stopped;
    await expect(ask('/')).rejects.toThrow('fetch failed');
  }, 30_000);
});
