import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';
import { until } from '../harness/until.js';

const WINDLASS = join(import.meta.dirname, '..', '..', 'bin', 'windlass');

/** One event of its log. */
export interface LogEvent {
  readonly message: string;
  readonly level: string;
  readonly [field: string]: unknown;
}

/** `windlass controller` in a process of its own, with a kubeconfig. */
export class Controller {
  readonly #directory = mkdtempSync(join(tmpdir(), 'windlass-controller-'));
  readonly #child: ChildProcess;
  #output = '';

  /** @param env what a Pod's definition would put into its environment */
  constructor(
    kubeconfig: KubeConfig,
    more: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
  ) {
    const file = join(this.#directory, 'kubeconfig');
    writeFileSync(file, kubeconfig.exportConfig());
    const ports = [
      '--debug-port',
      '0',
      '--health-port',
      '0',
      '--health-address',
      '127.0.0.1',
      '--xds-port',
      '0',
    ];
    this.#child = spawn(
      WINDLASS,
      ['controller', '--kubeconfig', file, '--log-format', 'json', ...ports, ...more],
      { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } },
    );
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (chunk: string) => (this.#output += chunk));
    }
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Everything the process printed so far. */
  get output(): string {
    return this.#output;
  }

  get log(): readonly LogEvent[] {
    const lines = this.#output.split('\n').slice(0, -1);
    return lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as LogEvent);
  }

  /** The first event of its log with this message. */
  async event(message: string, deadlineMs?: number): Promise<LogEvent> {
    const look = (): LogEvent | undefined => {
      const found = this.log.find((event) => event.message === message);
      if (found === undefined && this.#child.exitCode !== null) throw new Error(`it ended: ${this.#output}`);
      return found;
    };
    return await until(`the log says "${message}"`, look, deadlineMs);
  }

  /** Status of an answer of the health port. */
  async health(path: '/healthz' | '/readyz'): Promise<number> {
    const { healthPort } = await this.event('windlass starts');
    return (await fetch(`http://127.0.0.1:${String(healthPort)}${path}`)).status;
  }

  async ready(): Promise<void> {
    await until(
      `it is ready: ${this.#output.slice(-500)}`,
      async () => (await this.health('/readyz')) === 200 || undefined,
      60_000,
    );
  }

  /** The debug endpoint's answer. */
  async debug(path: string): Promise<string> {
    const { debug } = await this.event('windlass starts');
    return await (await fetch(`${String(debug)}${path}`)).text();
  }

  async json(path: string): Promise<unknown> {
    return JSON.parse(await this.debug(path));
  }

  /** Ends it and resolves with its exit code. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    const child = this.#child;
    if (child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill(signal);
      await ended;
    }
    return child.exitCode;
  }

  async dispose(): Promise<void> {
    await this.end();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
