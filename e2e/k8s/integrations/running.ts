import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { clusterDirectory, FILES } from '../../cluster/node/layout.js';
import { program, type Program } from '../../cluster/programs.js';
import { until } from '../../harness/until.js';

/** A program beside the cluster, with a kubeconfig in place of a Pod's ServiceAccount: its traffic and its requests to the API server are the same. */
export interface Running {
  /** What it has said so far. */
  readonly log: () => string;
  readonly stop: () => Promise<void>;
}

/** Of an administrator. */
export const KUBECONFIG = join(clusterDirectory(), FILES.kubeconfig);

const READY_MS = 60_000;
const END_MS = 15_000;

/** Starts a program. @param ready what it says when it works @throws Error with the end of its log when it ends before */
export async function run(
  name: Program,
  args: readonly string[],
  { ready, environment = {} }: { readonly ready: RegExp; readonly environment?: NodeJS.ProcessEnv },
): Promise<Running> {
  const path = await program(name);
  const child = spawn(path, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], ...environment },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => (said += data.toString()));
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const running: Running = {
    log: () => said,
    stop: async () => {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), END_MS);
      await ended;
      clearTimeout(timer);
    },
  };
  const seen = await until(
    `${name} says ${String(ready)}`,
    () => (ready.test(said) ? 'ready' : child.exitCode === null ? undefined : 'ended'),
    READY_MS,
  ).catch(String);
  if (seen === 'ready') return running;
  await running.stop();
  throw new Error(`${name}: ${seen}\n${said.slice(-2000)}`);
}
