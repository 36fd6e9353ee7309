import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findEnvoy } from '../src/infra/index.js';
import { adminOf } from '../src/infra/local/admin.js';
import { bootstrapJson } from '../src/infra/bootstrap/bootstrap.js';
import { silentLogger } from '../src/telemetry/index.js';
import { XdsServer, type Snapshot } from '../src/xds/index.js';
import { until } from '../e2e/harness/until.js';
import { cpuMs } from './process-figures.js';

export interface EnvoyFigures {
  /** Allocated megabytes when all tables are loaded. */
  readonly mb: number;
  /** CPU milliseconds until then, and for the change after it. */
  readonly startMs: number;
  readonly changeMs: number;
}

/** What a real Envoy, given these snapshots one after the other by the real server, makes of them. */
export async function envoyOf(first: Snapshot, then: Snapshot): Promise<EnvoyFigures> {
  const directory = mkdtempSync(join(tmpdir(), 'windlass-hosts-'));
  const paths = { xds: join(directory, 'xds.sock'), admin: join(directory, 'admin.sock') };
  const server = new XdsServer({ log: silentLogger });
  await server.listenUnix(paths.xds, first.fleet);
  server.setSnapshot(first);
  const config = join(directory, 'bootstrap.json');
  const xds = { kind: 'socket', path: paths.xds } as const;
  const bootstrap = {
    fleet: first.fleet,
    nodeId: 'hosts',
    xds,
    adminSocket: paths.admin,
    metricsAddress: '127.0.0.1',
    metricsPort: 0,
  };
  writeFileSync(config, JSON.stringify(bootstrapJson(bootstrap)));
  const { path: binary } = await findEnvoy({ logger: silentLogger });
  const options = ['--concurrency', '1', '--disable-hot-restart', '--log-level', 'error'];
  const child = spawn(binary, ['-c', config, ...options], { stdio: 'ignore' });
  const exited = once(child, 'exit');
  const { pid } = child;
  if (pid === undefined) throw new Error('Envoy did not start');
  const admin = adminOf(paths.admin);
  const loaded = (snapshot: Snapshot): Promise<true> =>
    until('all versions to be loaded', async () => {
      const dump = await admin.get('/config_dump?resource=dynamic_route_configs&mask=version_info');
      const wanted = [...snapshot.resources.routes.values()].map(({ version }) => version);
      return wanted.every((version) => dump.includes(version)) ? true : undefined;
    });
  try {
    await until('the Envoy to be ready', async () =>
      (await admin.get('/ready')).trim() === 'LIVE' ? true : undefined,
    );
    await loaded(first);
    const startMs = cpuMs(pid);
    const { allocated } = JSON.parse(await admin.get('/memory')) as { allocated: string };
    const before = cpuMs(pid);
    server.setSnapshot(then);
    await loaded(then);
    return { mb: Number(allocated) / 1024 / 1024, startMs, changeMs: cpuMs(pid) - before };
  } finally {
    child.kill('SIGKILL');
    await exited;
    await server.close();
    rmSync(directory, { recursive: true, force: true });
  }
}
