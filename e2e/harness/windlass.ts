import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './until.js';

const windlass = join(import.meta.dirname, '..', '..', 'bin', 'windlass');

/** Runs a command to its end. */
export function run(...args: readonly string[]): { code: number | null; stdout: string; stderr: string } {
  const done = spawnSync(windlass, args, { encoding: 'utf8', timeout: 60_000 });
  return { code: done.status, stdout: done.stdout, stderr: done.stderr };
}

export interface Status {
  readonly ref: { readonly kind: string; readonly namespace: string; readonly name: string };
  readonly status: {
    readonly addresses?: readonly { readonly value: string }[];
    readonly conditions?: readonly Condition[];
    readonly listeners?: readonly {
      readonly name: string;
      readonly attachedRoutes: number;
      readonly supportedKinds: readonly { readonly kind: string }[];
      readonly conditions: readonly Condition[];
    }[];
    readonly parents?: readonly {
      readonly parentRef: { readonly kind?: string; readonly name: string; readonly sectionName?: string };
      readonly conditions: readonly Condition[];
    }[];
    /** Of a Gateway. */
    readonly attachedListenerSets?: number;
    readonly ancestors?: readonly {
      readonly ancestorRef: { readonly name: string };
      readonly controllerName: string;
      readonly conditions: readonly Condition[];
    }[];
  };
}

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration?: number;
}

/** A directory of YAML with a `windlass up` on it: the real command in a process of its own. */
export class Standalone {
  readonly scratch = mkdtempSync(join(tmpdir(), 'windlass-e2e-'));
  readonly directory = join(this.scratch, 'config');
  readonly runDirectory = join(this.scratch, 'run');
  /** Of every start, before those given with it. */
  arguments: readonly string[] = [];
  /** Of every start, beside what the tests' own process has. */
  environment: Readonly<Record<string, string>> = {};
  private process: ChildProcess | undefined;
  private output = '';

  readonly #command: readonly string[];

  /** @param command another program that takes the same arguments */
  constructor(files: Readonly<Record<string, string>>, command: readonly string[] = [windlass]) {
    this.#command = command;
    mkdirSync(this.directory);
    for (const [name, text] of Object.entries(files)) this.write(name, text);
  }

  /** Writes as an editor does: a new file renamed over the old. */
  write(name: string, text: string): void {
    const file = join(this.directory, name);
    writeFileSync(`${file}~`, text);
    renameSync(`${file}~`, file);
  }

  async start(...more: readonly string[]): Promise<void> {
    rmSync(join(this.runDirectory, 'up.json'), { force: true });
    const args = [
      'up',
      this.directory,
      '--run-dir',
      this.runDirectory,
      '--debug-port',
      '0',
      '--xds-port',
      '0',
      ...this.arguments,
      ...more,
    ];
    const [program = windlass, ...first] = this.#command;
    const child = spawn(program, [...first, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...this.environment },
    });
    this.process = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => (this.output += chunk));
    }
    await until('windlass up to be ready', async () => {
      if (child.exitCode !== null)
        throw new Error(`windlass up ended with ${child.exitCode}: ${this.output}`);
      return (await fetch(`${this.debugUrl()}/readyz`)).ok ? true : undefined;
    });
  }

  get pid(): number {
    const pid = this.process?.pid;
    if (pid === undefined) throw new Error('not started');
    return pid;
  }

  /** Everything the process printed so far. */
  get log(): string {
    return this.output;
  }

  debugUrl(): string {
    return (JSON.parse(readFileSync(join(this.runDirectory, 'up.json'), 'utf8')) as { debug: string }).debug;
  }

  async statuses(): Promise<readonly Status[]> {
    return (await (await fetch(`${this.debugUrl()}/status`)).json()) as readonly Status[];
  }

  async status(kind: string, name: string): Promise<Status['status'] | undefined> {
    return (await this.statuses()).find(({ ref }) => ref.kind === kind && ref.name === name)?.status;
  }

  /** Waits for `Programmed` and returns the Gateway's first address. */
  async address(gateway: string): Promise<string> {
    return await until(`Gateway ${gateway} to be programmed`, async () => {
      const status = await this.status('Gateway', gateway);
      const programmed = status?.conditions?.find(({ type }) => type === 'Programmed');
      if (programmed?.status !== 'True')
        throw new Error(JSON.stringify(status?.conditions) + this.output.slice(-2000));
      return status?.addresses?.[0]?.value;
    });
  }

  /** Ends the process by `signal` and resolves with its exit code (null after a signal). */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    const child = this.process;
    if (child?.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
    child.kill(signal);
    return await ended;
  }

  async dispose(): Promise<void> {
    await this.end();
    rmSync(this.scratch, { recursive: true, force: true });
  }
}
