import { afterEach, describe, expect, it } from '@jest/globals';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  adminOf,
  type DesiredProxy,
  findEnvoy,
  type LocalFleet,
  LocalInfra,
  type LocalInfraSettings,
} from '../src/infra/index.js';
import { silentLogger, type Logger } from '../src/telemetry/index.js';
import { unusedPort } from './harness/port.js';
import { until } from './harness/until.js';

const scratch: string[] = [];
const opened: LocalInfra[] = [];
const servers: Server[] = [];
const pids = new Set<number>();

afterEach(async () => {
  for (const infra of opened.splice(0)) await infra.stop();
  for (const server of servers.splice(0)) server.close();
  for (const pid of pids) if (alive(pid)) process.kill(pid, 'SIGKILL');
  pids.clear();
  for (const directory of scratch.splice(0)) rmSync(directory, { recursive: true, force: true });
}, 30_000);

function newRunDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'wl-'));
  scratch.push(directory);
  return join(directory, 'run');
}

interface Opened {
  readonly infra: LocalInfra;
  /** The newest word on a fleet. */
  readonly seen: (fleet: string) => LocalFleet | undefined;
  readonly running: (fleet: string) => Promise<LocalFleet & { readonly pid: number }>;
}

async function open(
  runDirectory: string,
  settings: Partial<LocalInfraSettings> = {},
  logger: Logger = silentLogger,
): Promise<Opened> {
  const latest = new Map<string, LocalFleet>();
  const infra = await LocalInfra.open({
    runDirectory,
    envoy: await findEnvoy({ logger }),
    logger,
    settings: { concurrency: 1, retryPortsMs: 50, backoff: { firstMs: 50, maxMs: 200 }, ...settings },
    onObservation: (fleet) => latest.set(fleet.observation.fleet, fleet),
    onRemoved: (fleet) => latest.delete(fleet),
  });
  opened.push(infra);
  return {
    infra,
    seen: (fleet) => latest.get(fleet),
    running: (fleet) =>
      until(`${fleet} to run`, () => {
        const state = latest.get(fleet);
        const pid = state?.process.pid;
        if (state?.process.state !== 'running' || pid === undefined) return undefined;
        pids.add(pid);
        return { ...state, pid };
      }),
  };
}

/** A process that still runs: a zombie does not. */
function alive(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}

async function occupy(address: string): Promise<number> {
  const server = createServer();
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const bound = server.address();
  return typeof bound === 'object' && bound !== null ? bound.port : 0;
}

function proxy(fleet: string, port: number, ...addresses: readonly string[]): DesiredProxy {
  return { fleet, listeners: [{ name: 'http', port }], addresses: addresses.map((value) => ({ value })) };
}

describe('one Envoy per Gateway', () => {
  it('is started with the bootstrap of its fleet, and answers on its admin socket', async () => {
    const { infra, running } = await open(newRunDirectory());
    await infra.reconcile([proxy('default/edge', await unusedPort())]);
    const { adminSocket, observation } = await running('default/edge');
    expect(observation.addresses).toEqual(['127.0.0.1']);
    // No xDS server is there yet.
    expect((await adminOf(adminSocket).get('/ready')).trim()).toBe('PRE_INITIALIZING');
  }, 30_000);

  it('is started by a bootstrap without unknown or deprecated fields', async () => {
    const { infra, running } = await open(newRunDirectory());
    await infra.reconcile([proxy('default/edge', await unusedPort())]);
    const { adminSocket, logFile } = await running('default/edge');
    const stats = await adminOf(adminSocket).get('/stats?filter=unknown_fields|deprecated');
    const counts = [...stats.matchAll(/^(\S+): (\d+)$/gm)];
    expect(counts.map(([, name]) => name)).toContain('server.static_unknown_fields');
    expect(counts.filter(([, , count]) => count !== '0')).toEqual([]);
    const warnings = readFileSync(logFile, 'utf8')
      .split('\n')
      .filter((line) => /"level":"(warning|error|critical)"/.test(line) && !line.includes('gRPC config'));
    expect(warnings).toEqual([]);
  }, 30_000);

  it('is back after kill -9', async () => {
    const { infra, running, seen } = await open(newRunDirectory());
    await infra.reconcile([proxy('default/edge', await unusedPort())]);
    const first = await running('default/edge');
    process.kill(first.pid, 'SIGKILL');
    await until('another process', () =>
      seen('default/edge')?.process.pid !== first.pid ? true : undefined,
    );
    const second = await running('default/edge');
    expect(second.process.restarts).toBe(1);
    expect(second.metricsUrl).toBe(first.metricsUrl);
    expect(second.observation).toEqual(first.observation);
  }, 30_000);

  it('is stopped, and its files are removed, when its Gateway goes', async () => {
    const runDirectory = newRunDirectory();
    const { infra, running, seen } = await open(runDirectory);
    await infra.reconcile([proxy('default/edge', await unusedPort())]);
    const { pid } = await running('default/edge');
    await infra.reconcile([]);
    await until('the fleet to go', () => (seen('default/edge') === undefined ? true : undefined));
    expect(alive(pid)).toBe(false);
    expect(readdirSync(runDirectory)).toEqual(['lock']);
  }, 30_000);

  it('serves although the directory of another cannot be made', async () => {
    const runDirectory = newRunDirectory();
    const { infra, running } = await open(runDirectory);
    const blocked = join(runDirectory, '9efb36117d50');
    writeFileSync(blocked, 'where the directory of default/a would be');
    const port = await unusedPort();
    await infra.reconcile([proxy('default/a', port), proxy('default/b', port)]);
    await running('default/b');
    rmSync(blocked);
    await running('default/a');
  }, 30_000);

  it('leaves nothing behind when we end', async () => {
    const runDirectory = newRunDirectory();
    const { infra, running } = await open(runDirectory);
    await infra.reconcile([
      proxy('default/edge', await unusedPort()),
      proxy('default/other', await unusedPort()),
    ]);
    const all = [await running('default/edge'), await running('default/other')];
    await infra.stop();
    expect(all.filter(({ pid }) => alive(pid))).toEqual([]);
    expect(existsSync(runDirectory)).toBe(false);
  }, 30_000);

  it('tells its log with the name of its fleet', async () => {
    const events: Record<string, unknown>[] = [];
    const logger = (fields: object): Logger => {
      const note = (event: string, more?: object) => void events.push({ event, ...fields, ...more });
      return {
        error: note,
        warn: note,
        info: note,
        debug: note,
        child: (more) => logger({ ...fields, ...more }),
      };
    };
    const { infra, running } = await open(newRunDirectory(), {}, logger({}));
    await infra.reconcile([proxy('default/edge', await unusedPort())]);
    await running('default/edge');
    const said = await until('a line of its log', () => events.find(({ event }) => event === 'Envoy says'));
    expect(said).toMatchObject({ fleet: 'default/edge', component: 'main' });
  }, 30_000);
});

describe('an Envoy belongs to its run directory', () => {
  it('and serves on without us; the next one adopts the same process', async () => {
    const runDirectory = newRunDirectory();
    const desired = [proxy('default/edge', await unusedPort())];
    const first = await open(runDirectory);
    await first.infra.reconcile(desired);
    const { pid, metricsUrl, observation } = await first.running('default/edge');
    await first.infra.stop({ keep: true });
    expect(alive(pid)).toBe(true);

    const second = await open(runDirectory);
    await second.infra.reconcile(desired);
    const adopted = await second.running('default/edge');
    expect(adopted).toMatchObject({ pid, metricsUrl, observation, process: { restarts: 0 } });
    await second.infra.stop();
    expect(alive(pid)).toBe(false);
  }, 30_000);

  it('and is replaced when it would be started differently now', async () => {
    const runDirectory = newRunDirectory();
    const desired = [proxy('default/edge', await unusedPort())];
    const first = await open(runDirectory);
    await first.infra.reconcile(desired);
    const { pid } = await first.running('default/edge');
    await first.infra.stop({ keep: true });
    const second = await open(runDirectory, { concurrency: 2 });
    await second.infra.reconcile(desired);
    expect((await second.running('default/edge')).pid).not.toBe(pid);
    expect(alive(pid)).toBe(false);
  }, 30_000);

  it('and is stopped when nobody wants it any more', async () => {
    const runDirectory = newRunDirectory();
    const first = await open(runDirectory);
    await first.infra.reconcile([proxy('default/edge', await unusedPort())]);
    const { pid } = await first.running('default/edge');
    await first.infra.stop({ keep: true });
    const second = await open(runDirectory);
    await second.infra.reconcile([]);
    expect(alive(pid)).toBe(false);
    expect(readdirSync(runDirectory)).toEqual(['lock']);
  }, 30_000);

  it('and is ended when its control plane died before it could note the process', async () => {
    const runDirectory = newRunDirectory();
    const desired = [proxy('default/edge', await unusedPort())];
    const first = await open(runDirectory);
    await first.infra.reconcile(desired);
    const { pid, adminSocket } = await first.running('default/edge');
    await first.infra.stop({ keep: true });
    rmSync(join(dirname(adminSocket), 'state.json'));
    const second = await open(runDirectory);
    await second.infra.reconcile(desired);
    await until('the end of the first process', () => (alive(pid) ? undefined : true));
    expect((await second.running('default/edge')).pid).not.toBe(pid);
  }, 30_000);

  it('which has one owner at a time', async () => {
    const runDirectory = newRunDirectory();
    await open(runDirectory);
    await expect(open(runDirectory)).rejects.toMatchObject({
      code: 'RUN_DIRECTORY_IN_USE',
      message: expect.stringContaining(`running process ${process.pid}`),
    });
  });
});

describe('addresses and ports', () => {
  it('two Gateways with the same port get an address each', async () => {
    const { infra, seen } = await open(newRunDirectory());
    const port = await unusedPort();
    await infra.reconcile([proxy('default/b', port), proxy('default/a', port)]);
    expect(seen('default/a')?.observation.addresses).toEqual(['127.0.0.1']);
    expect(seen('default/b')?.observation.addresses).toEqual(['127.0.0.2']);
  }, 30_000);

  it('a second Gateway that asks for the same address and port is refused the port until it is free', async () => {
    const { infra, seen } = await open(newRunDirectory());
    const port = await unusedPort();
    const b = proxy('default/b', port, '127.0.0.1');
    await infra.reconcile([b, proxy('default/a', port, '127.0.0.1')]);
    expect(seen('default/a')?.observation.ports).toEqual({ [port]: { bound: true } });
    expect(seen('default/b')?.observation.ports).toEqual({
      [port]: {
        bound: false,
        reason: 'PortUnavailable',
        message: `port ${port} on 127.0.0.1 belongs to Gateway default/a`,
      },
    });
    await infra.reconcile([b]);
    await until('the port', () =>
      seen('default/b')?.observation.ports[port]?.bound === true ? true : undefined,
    );
  }, 30_000);

  it('two control planes that ask for the same address and port at once: one has it, the other is refused', async () => {
    const port = await unusedPort();
    const desired = [proxy('default/edge', port, '127.0.0.1')];
    const both = await Promise.all([open(newRunDirectory()), open(newRunDirectory())]);
    await Promise.all(both.map(({ infra }) => infra.reconcile(desired)));
    const observed = both.map(({ seen }) => seen('default/edge')?.observation.ports[port]);
    expect(observed).toHaveLength(2);
    expect(observed).toContainEqual({ bound: true });
    expect(observed).toContainEqual({
      bound: false,
      reason: 'PortUnavailable',
      message: `port ${port} on 127.0.0.1 belongs to another Gateway on this machine`,
    });
  }, 30_000);

  it('another control plane gets none of an Envoy that died and is started again', async () => {
    const port = await unusedPort();
    const desired = [proxy('default/edge', port, '127.0.0.1')];
    const first = await open(newRunDirectory(), { backoff: { firstMs: 1_000, maxMs: 1_000 } });
    await first.infra.reconcile(desired);
    const { pid } = await first.running('default/edge');
    const second = await open(newRunDirectory());
    process.kill(pid, 'SIGKILL');
    await until('its death', () =>
      first.seen('default/edge')?.process.state === 'restarting' ? true : undefined,
    );
    await second.infra.reconcile(desired);
    expect(second.seen('default/edge')?.observation.ports[port]).toMatchObject({ bound: false });
    expect((await first.running('default/edge')).pid).not.toBe(pid);
    expect(first.seen('default/edge')?.observation.ports[port]).toEqual({ bound: true });
    expect(second.seen('default/edge')?.observation.ports[port]).toMatchObject({ bound: false });
  }, 30_000);

  it('a port that somebody else holds is refused, not shared, and given as soon as it is free', async () => {
    const { infra, seen } = await open(newRunDirectory());
    const port = await occupy('127.0.0.1');
    await infra.reconcile([proxy('default/edge', port, '127.0.0.1')]);
    expect(seen('default/edge')?.observation.ports[port]).toMatchObject({
      bound: false,
      reason: 'PortUnavailable',
    });
    servers.pop()?.close();
    await until('the port', () =>
      seen('default/edge')?.observation.ports[port]?.bound === true ? true : undefined,
    );
  }, 30_000);
});
