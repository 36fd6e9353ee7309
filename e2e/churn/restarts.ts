import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { adminOf, findEnvoy } from '../../src/infra/index.js';
import { silentLogger } from '../../src/telemetry/index.js';
import { until } from '../harness/until.js';
import type { Standalone } from '../harness/windlass.js';
import { monotonicMs } from './clock.js';
import type { Disturbance } from './disturbance.js';
import { passed } from './kills.js';
import type { Namespace } from './namespaces.js';
import { STREAMS } from './streams.js';

/** How long an Envoy asks its clients to go before it ends. */
const DRAIN_SECONDS = 2;
/** Time for what was sent in the last moment of a drain to be taken from the kernel's queues. Milliseconds. */
const QUEUED_MS = 200;
/** Between the readiness of one and the drain of the next: all serve. Milliseconds. */
const STEADY_MS = 2_000;

/** From the end of its drain to its first readiness. */
interface Outage {
  readonly address: string;
  readonly from: number;
  to: number;
}

/**
 * Each namespace has an Envoy that the run starts by the bootstrap that `windlass up` writes for such; one after the other is drained, stopped and
 * started again. (The Envoy that `up` starts itself is one more of the fleet. It has none of the addresses, so that nobody asks it.)
 */
export function restarts(namespaces: readonly Namespace[]): Disturbance {
  const ending = new AbortController();
  const outages: Outage[] = [];
  const phases: { readonly address: string; readonly what: string; readonly at: number }[] = [];
  const envoys: Envoy[] = [];
  let uncounted = 0;
  let restarting: Promise<void> = Promise.resolve();
  const restart = async (): Promise<void> => {
    for (let i = 0; ; i += 1) {
      await passed(STEADY_MS, ending.signal);
      const envoy = envoys[i % envoys.length];
      if (ending.signal.aborted || envoy === undefined) return;
      const phase = (what: string): void =>
        void phases.push({ address: envoy.address, what, at: monotonicMs() });
      phase('the begin of its drain');
      await envoy.drain();
      phase('the end of its drain');
      const outage = { address: envoy.address, from: monotonicMs(), to: Number.POSITIVE_INFINITY };
      outages.push(outage);
      await envoy.stop();
      await envoy.start();
      outage.to = monotonicMs();
      phase('its readiness');
    }
  };
  return {
    begin: async (windlass) => {
      const bootstrap = await until('the bootstrap', () => bootstrapFile(windlass));
      const { path } = await findEnvoy({ logger: silentLogger });
      for (const [i, namespace] of namespaces.entries()) {
        const envoy = new Envoy(path, ownBootstrap(bootstrap, `${windlass.scratch}/${i}`), namespace);
        envoys.push(envoy);
        await envoy.start();
      }
      restarting = restart();
      // Seen by who awaits the end.
      restarting.catch(() => undefined);
    },
    end: async () => {
      ending.abort();
      await restarting;
    },
    close: async () => {
      ending.abort();
      try {
        await restarting;
      } finally {
        for (const envoy of envoys) await envoy.stop('SIGKILL');
        for (const namespace of namespaces) namespace.leave();
      }
    },
    counts: (address, from) => {
      const out = outages.some((of) => of.address === address && from >= of.from && from < of.to);
      if (out) uncounted += 1;
      return !out;
    },
    situation: (address, at) => {
      const at0 = phases.filter((phase) => phase.address === address && phase.at <= at).at(-1);
      return at0 === undefined ? '' : `${address} ${(at - at0.at).toFixed(0)} ms after ${at0.what}`;
    },
    report: () => ({
      done: `${outages.length} times an Envoy was drained, stopped and restarted; ${uncounted} requests to it meanwhile not counted`,
      faults: outages.length >= envoys.length ? [] : ['not every Envoy was restarted'],
    }),
  };
}

class Envoy {
  readonly address: string;
  readonly #command: readonly string[];
  readonly #admin: ReturnType<typeof adminOf>;
  #process: ChildProcess | undefined;

  constructor(binary: string, bootstrap: OwnBootstrap, { address, enter }: Namespace) {
    this.address = address;
    this.#admin = adminOf(bootstrap.adminSocket);
    const flags = [
      '--disable-hot-restart',
      '--concurrency',
      '2',
      '--drain-time-s',
      String(DRAIN_SECONDS),
      '--drain-strategy',
      'immediate',
    ];
    this.#command = [...enter, binary, '-c', bootstrap.file, '--log-level', 'warning', ...flags];
  }

  async start(): Promise<void> {
    const [command = '', ...args] = this.#command;
    this.#process = spawn(command, args, { stdio: 'ignore' });
    await until('the Envoy to be ready', async () =>
      (await this.#admin.get('/ready')).trim() === 'LIVE' ? true : undefined,
    );
  }

  /** Resolves when its clients have been asked to go for long enough. */
  async drain(): Promise<void> {
    await this.#admin.post('/healthcheck/fail');
    await this.#admin.post('/drain_listeners?graceful&skip_exit');
    await passed(DRAIN_SECONDS * 1_000, new AbortController().signal);
  }

  async stop(signal?: 'SIGKILL'): Promise<void> {
    const running = this.#process;
    if (running?.exitCode !== null || running.signalCode !== null) return;
    const ended = once(running, 'exit');
    if (signal === undefined) {
      await passed(QUEUED_MS, new AbortController().signal);
      await this.#admin.post('/drain_listeners');
      // Those that were opened before, too: their request may be on its way. With its answer each is closed.
      await until('the connections to end', async () => {
        const active = await this.#admin.get(
          '/stats?filter=^listener\\.gateway.*downstream_(pre_)?cx_active',
        );
        // Streams have no request after which they could end: they last until the process does.
        const isStream = (line: string): boolean =>
          Object.values(STREAMS).some(({ port }) => line.includes(String(port)));
        const open = active.split('\n').filter((line) => /: [1-9]/.test(line) && !isStream(line));
        return open.length === 0 ? true : undefined;
      });
      running.kill('SIGTERM');
    } else running.kill(signal);
    await ended;
  }
}

interface OwnBootstrap {
  readonly file: string;
  readonly adminSocket: string;
}

function bootstrapFile({ runDirectory }: Standalone): string | undefined {
  const files = readdirSync(runDirectory, { recursive: true, encoding: 'utf8' });
  const found = files.find((name) => name.endsWith(join('external', 'bootstrap.json')));
  return found && join(runDirectory, found);
}

/** Several Envoys may use one bootstrap, each with an admin socket and a node id of its own. */
function ownBootstrap(file: string, path: string): OwnBootstrap {
  const adminSocket = `${path}.sock`;
  const text = readFileSync(file, 'utf8')
    .replaceAll(join(dirname(file), 'admin.sock'), adminSocket)
    .replace('"remote/', `"${path}/`);
  writeFileSync(`${path}.json`, text);
  return { file: `${path}.json`, adminSocket };
}
