import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findEnvoy } from '../../src/infra/index.js';
import { silentLogger } from '../../src/telemetry/index.js';
import { program } from '../cluster/programs.js';
import { unusedPort } from '../harness/port.js';
import { until } from '../harness/until.js';

jest.setTimeout(120_000);

const place = mkdtempSync(join(tmpdir(), 'windlass-drain-'));
const socket = join(place, 'admin.sock');
const ports = { clients: 0, metrics: 0, readiness: 0 };
let envoy: ReturnType<typeof spawn>;
let backend: Server;

/** An Envoy that hands on connections, with readiness on a port of its own: as in a pod, without its control plane. */
beforeAll(async () => {
  backend = createServer((connection) => connection.on('error', () => undefined).pipe(connection));
  await once(backend.listen(0, '127.0.0.1'), 'listening');
  ports.clients = await unusedPort();
  ports.metrics = await unusedPort();
  ports.readiness = await unusedPort();
  const at = (port: number): object => ({ socket_address: { address: '127.0.0.1', port_value: port } });
  const cluster = (name: string, address: object): object => ({
    name,
    load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: [{ endpoint: { address } }] }] },
  });
  const proxy = (name: string, port: number, to: string): object => ({
    name,
    address: at(port),
    filter_chains: [
      {
        filters: [
          {
            name: 'tcp',
            typed_config: {
              '@type': 'type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy',
              stat_prefix: name,
              cluster: to,
            },
          },
        ],
      },
    ],
  });
  const pipe = { pipe: { path: socket } };
  const bootstrap = {
    node: { id: 'a', cluster: 'a' },
    admin: { address: pipe },
    static_resources: {
      listeners: [
        proxy('clients', ports.clients, 'backend'),
        proxy('metrics', ports.metrics, 'admin'),
        { ...proxy('readiness', ports.readiness, 'admin'), stat_prefix: 'windlass-readiness' },
      ],
      clusters: [cluster('backend', at((backend.address() as AddressInfo).port)), cluster('admin', pipe)],
    },
  };
  writeFileSync(join(place, 'bootstrap.json'), JSON.stringify(bootstrap));
  const { path } = await findEnvoy({ given: '', environment: process.env, logger: silentLogger });
  const args = ['-c', join(place, 'bootstrap.json'), '--disable-hot-restart', '--concurrency', '2'];
  envoy = spawn(path, args, { stdio: 'ignore' });
  await until('Envoy is ready', async () => ((await ready()) === 200 ? true : undefined), 30_000);
  await program('windlass-drain');
}, 300_000);

afterAll(async () => {
  envoy.kill('SIGKILL');
  await once(envoy, 'exit');
  backend.close();
  rmSync(place, { recursive: true, force: true });
});

const ask = async (path: string, method = 'GET'): Promise<number> =>
  await new Promise((resolve, reject) => {
    request({ socketPath: socket, path, method }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0));
    })
      .on('error', reject)
      .end();
  });
const ready = async (): Promise<number> => await ask('/ready').catch(() => 0);

async function client(port: number): Promise<Socket> {
  const made = connect(port, '127.0.0.1').on('error', () => undefined);
  await once(made, 'connect');
  // Envoy has it for certain once it answers on it.
  if (port === ports.clients) {
    made.write('x');
    await once(made, 'data');
  }
  return made;
}

/** Runs the program; `ms` is how long it took. */
async function drain(...args: readonly string[]): Promise<{ code: number; ms: number; said: string }> {
  const start = performance.now();
  const path = await program('windlass-drain');
  const child = spawn(path, ['-admin', socket, '-metrics-port', String(ports.metrics), ...args]);
  let said = '';
  child.stderr.on('data', (data: Buffer) => (said += data.toString()));
  const [code] = (await once(child, 'close')) as [number];
  await ask('/healthcheck/ok', 'POST');
  return { code, ms: performance.now() - start, said };
}

describe('windlass-drain', () => {
  it('fails readiness at once, serves on for the shortest time, and ends when nobody is connected', async () => {
    const ended = drain('-min', '2s', '-max', '30s');
    await until('readiness fails', async () => ((await ready()) === 503 ? true : undefined), 2_000);
    // Whoever does not know yet is still served.
    const late = await client(ports.clients);
    late.destroy();
    const { code, ms } = await ended;
    expect(code).toBe(0);
    expect(ms).toBeGreaterThan(2_000);
    expect(ms).toBeLessThan(10_000);
  });

  it('waits for the last connection', async () => {
    const last = await client(ports.clients);
    let isOver = false;
    const ended = drain('-min', '0s', '-max', '60s').finally(() => (isOver = true));
    await until('readiness fails', async () => ((await ready()) === 503 ? true : undefined), 5_000);
    const start = performance.now();
    await until('a second has passed', () => (performance.now() - start > 1_000 ? true : undefined));
    expect(isOver).toBe(false);
    last.destroy();
    expect((await ended).code).toBe(0);
  });

  it('ends after the longest time whoever is connected', async () => {
    const stays = await client(ports.clients);
    const { code, ms } = await drain('-min', '0s', '-max', '1500ms');
    stays.destroy();
    expect(code).toBe(0);
    expect(ms).toBeGreaterThan(1_500);
    expect(ms).toBeLessThan(10_000);
  });

  it('does not wait for whoever reads metrics', async () => {
    // Its listener is told by its port, or by the prefix of statistics that bootstraps give it.
    const scrapers = [await client(ports.metrics), await client(ports.readiness)];
    const { ms } = await drain('-min', '0s', '-max', '60s');
    for (const scraper of scrapers) scraper.destroy();
    expect(ms).toBeLessThan(10_000);
  });

  it('says why when there is no Envoy to ask', async () => {
    const { code, said } = await drain('-admin', join(place, 'nobody.sock'));
    expect(code).toBe(1);
    expect(said).toMatch(/^windlass-drain: .*nobody\.sock.*no such file/);
  });
});
