import { type ChildProcess, spawn } from 'node:child_process';
import { close, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { WindlassError } from '../../errors/index.js';
import type { Logger } from '../../telemetry/index.js';
import type { Admin } from './admin.js';
import { answers } from './admin-questions.js';
import { backoffMs } from './backoff.js';
import type { LocalInfraSettings, ProcessState } from './options.js';
import { identityOf, isAlive, signal, type ProcessIdentity } from './process-identity.js';
import { stopEnvoy } from './stop-envoy.js';

const POLL_MS = 100;

/** A command line; its output is appended to two files, which no process of ours holds open. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly stdout: string;
  readonly stderr: string;
}

export interface EnvoyProcessOptions {
  readonly admin: Admin;
  readonly logger: Logger;
  readonly settings: Pick<LocalInfraSettings, 'backoff' | 'stableAfterMs' | 'startDeadlineMs' | 'stop'>;
  /** A living process to go on with, instead of a new one. */
  readonly adopted: ProcessIdentity | undefined;
  /** Called before each start, when no process of ours is there. */
  readonly prepare: () => Promise<Launch>;
  /** Called after each start, with the process that must be found again after a restart of the control plane. */
  readonly started: (identity: ProcessIdentity) => Promise<void>;
  readonly onChange: (state: ProcessState['state']) => void;
}

/**
 * Keeps one Envoy running: starts it in a session of its own, so that it outlives us, notices when it dies, and starts it again after a while.
 *
 * States: `starting` – the process exists, its admin interface does not answer yet; `running` – it answered; `restarting` – it died and waits for its
 * next start; `stopped` – it was ended by {@link stop} or left alone by {@link leave}.
 */
export class EnvoyProcess {
  readonly #options: EnvoyProcessOptions;
  readonly #ending = new AbortController();
  #identity: ProcessIdentity | undefined;
  #state: ProcessState['state'] = 'starting';
  #restarts = 0;
  readonly #supervised: Promise<void>;

  constructor(options: EnvoyProcessOptions) {
    this.#options = options;
    this.#identity = options.adopted;
    this.#supervised = this.#supervise();
  }

  get state(): ProcessState {
    return { pid: this.#identity?.pid, state: this.#state, restarts: this.#restarts };
  }

  /** Drains and ends the process; resolves when it is gone. */
  async stop(): Promise<void> {
    await this.leave();
    if (this.#identity !== undefined)
      await stopEnvoy(this.#identity, this.#options.admin, this.#options.settings.stop);
    this.#identity = undefined;
  }

  /** Ends the supervision; the process runs on. */
  async leave(): Promise<void> {
    this.#ending.abort();
    await this.#supervised;
    this.#state = 'stopped';
  }

  async #supervise(): Promise<void> {
    const { settings, logger } = this.#options;
    let failures = 0;
    while (!this.#isEnding()) {
      const since = performance.now();
      try {
        const identity = this.#identity ?? (await this.#start());
        await this.#live(identity);
        if (this.#isEnding()) return;
        logger.warn('Envoy died', {
          pid: identity.pid,
          ranForMs: Math.round(performance.now() - since),
        });
      } catch (thrown) {
        logger.error('Envoy cannot be started', { reason: WindlassError.from(thrown).message });
        // One that cannot be noted down could never be found again.
        if (this.#identity !== undefined) signal(this.#identity, 'SIGKILL');
      }
      failures = performance.now() - since >= settings.stableAfterMs ? 1 : failures + 1;
      this.#identity = undefined;
      this.#restarts += 1;
      this.#change('restarting');
      await this.#wait(backoffMs(failures, settings.backoff));
    }
  }

  async #start(): Promise<ProcessIdentity> {
    const launch = await this.#options.prepare();
    const child = await spawnDetached(launch);
    const identity = child.pid === undefined ? undefined : identityOf(child.pid);
    if (identity === undefined) throw new WindlassError('INTERNAL', `${launch.command} ended at once`);
    this.#identity = identity;
    await this.#options.started(identity);
    return identity;
  }

  /** Resolves when the process is dead, or is no longer ours to watch. */
  async #live(identity: ProcessIdentity): Promise<void> {
    const { admin, settings, logger } = this.#options;
    this.#change('starting');
    const deadline = performance.now() + settings.startDeadlineMs;
    while (isAlive(identity) && !this.#isEnding()) {
      if (this.#state === 'starting') {
        if (await answers(admin)) {
          logger.info('Envoy runs', { pid: identity.pid });
          this.#change('running');
        } else if (performance.now() > deadline) {
          logger.error('Envoy does not answer and is ended', { pid: identity.pid });
          signal(identity, 'SIGKILL');
        }
      }
      await this.#wait(POLL_MS);
    }
  }

  #isEnding(): boolean {
    return this.#ending.signal.aborted;
  }

  #change(state: ProcessState['state']): void {
    this.#state = state;
    this.#options.onChange(state);
  }

  /** Waits, but not beyond the end of the supervision. */
  async #wait(timeMs: number): Promise<void> {
    try {
      await sleep(timeMs, undefined, { signal: this.#ending.signal });
    } catch {
      // Ended: that is what the loop asks next.
    }
  }
}

/** In a session of its own and with files for its output: nothing of ours ends it when we end. */
async function spawnDetached(launch: Launch): Promise<ChildProcess> {
  const [stdout, stderr] = [launch.stdout, launch.stderr].map((path) => openSync(path, 'a', 0o600));
  try {
    const child = spawn(launch.command, launch.args, { detached: true, stdio: ['ignore', stdout, stderr] });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve).once('error', reject);
    });
    child.unref();
    return child;
  } finally {
    for (const file of [stdout, stderr]) if (file !== undefined) close(file);
  }
}
