// The one-node cluster from outside: begins it, ends it, tells how it is, and runs commands in it.
import { spawn, spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { until } from '../../harness/until.js';
import { program } from '../programs.js';
import { makeCgroups, missing, readSettings, removeCgroups, restoreSettings } from './kernel.js';
import { clusterDirectory, FILES } from './layout.js';
import { needed } from './needed.js';
import { childOf, isAlive, processId, type ProcessId } from './process.js';
import { sandboxArchive } from './sandbox.js';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const READY_MS = 180_000;
const END_MS = 60_000;

/** `broken`: it was begun, and its first process is no more. */
export type NodeState = 'absent' | 'starting' | 'ready' | 'broken';

export interface NodeProgress {
  /** What is being done, in words. */
  readonly doing: string;
  readonly isReady: boolean;
}

export function nodeState(): NodeState {
  if (!existsSync(clusterDirectory())) return 'absent';
  const init = readInit();
  if (init === undefined || !isAlive(init)) return 'broken';
  return readProgress()?.isReady === true ? 'ready' : 'starting';
}

/**
 * Begins the cluster where there is none, and waits for one that somebody has begun. What is broken is taken away first.
 * @param say what it is doing, in words; called when that changes
 * @throws Error with what this machine lacks, or the end of the log of what has failed
 */
export async function nodeUp(say: (doing: string) => void): Promise<void> {
  const lacks = missing();
  if (lacks.length > 0)
    throw new Error(`no cluster can be begun here:\n${lacks.map((one) => `- ${one}`).join('\n')}`);
  if (nodeState() === 'broken') await nodeDown();
  if (nodeState() === 'absent') await begin(say);
  let said = '';
  await until(
    'the cluster is ready',
    () => {
      const { doing = '', isReady = false } = readProgress() ?? {};
      if (doing !== said && !isReady) say((said = doing));
      if (nodeState() === 'broken') throw new NodeEnded();
      return isReady || undefined;
    },
    READY_MS,
    100,
  ).catch((error: unknown) => {
    throw new Error(`${String(error)}\n${logTail('node')}`);
  });
}

class NodeEnded extends Error {
  override readonly message = 'its first process has ended';
}

async function begin(say: (doing: string) => void): Promise<void> {
  await needed(say);
  say('the image of a pod’s sandbox');
  const directory = clusterDirectory();
  mkdirSync(join(directory, FILES.logs), { recursive: true, mode: 0o700 });
  await sandboxArchive(directory);
  writeFileSync(join(directory, FILES.kernel), JSON.stringify(readSettings()));
  makeCgroups();
  const log = openSync(join(directory, FILES.logs, 'node.log'), 'a');
  const child = spawn(
    'unshare',
    [
      ...['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'],
      ...[await program('init'), process.execPath, '--import', join(ROOT, 'scripts', 'ts.mjs')],
      ...[join(import.meta.dirname, 'inside.ts'), directory],
    ],
    { cwd: ROOT, detached: true, stdio: ['pipe', log, log] },
  );
  closeSync(log);
  const init = await until('the first process of the namespaces', () => {
    if (child.exitCode !== null) throw new Error(logTail('node'));
    return processId(childOf(child.pid ?? 0) ?? 0);
  });
  writeFileSync(join(directory, FILES.init), JSON.stringify(init));
  // Nothing begins before it is written down where it is to be ended, nor when this process ends before that.
  child.stdin?.end('.');
  child.unref();
}

/** Ends everything at once, and takes away what no namespace takes with it. @throws Error with what is left */
export async function nodeDown(): Promise<void> {
  const directory = clusterDirectory();
  const init = readInit();
  // With the first process of a PID namespace the kernel ends all others; with the last one the mounts and the network are gone.
  if (init !== undefined && isAlive(init)) {
    process.kill(init.pid, 'SIGKILL');
    await until('the first process has ended', () => !isAlive(init) || undefined, END_MS);
  }
  await until('the control groups are empty', () => removeCgroups().length === 0 || undefined, END_MS, 50);
  const kernel = join(directory, FILES.kernel);
  if (existsSync(kernel))
    restoreSettings(JSON.parse(readFileSync(kernel, 'utf8')) as Readonly<Record<string, string>>);
  rmSync(directory, { recursive: true, force: true });
}

/** With the rights of an administrator. @throws Error when there is no cluster */
export function nodeKubeconfig(): KubeConfig {
  const file = join(clusterDirectory(), FILES.kubeconfig);
  if (!existsSync(file)) throw new Error('there is no cluster: make cluster-up');
  const config = new KubeConfig();
  config.loadFromFile(file);
  return config;
}

/** Arguments of `nsenter` for the network of the cluster, or for all of its namespaces. @throws Error when there is no cluster */
export function entering(what: 'network' | 'all'): readonly string[] {
  const init = readInit();
  if (init === undefined || !isAlive(init)) throw new Error('there is no cluster: make cluster-up');
  return ['-t', String(init.pid), '-n', ...(what === 'all' ? ['-m', '-p'] : [])];
}

/** Runs a command in the namespaces of the node, as `ctr`. */
export function onNode(command: string, args: readonly string[]): SpawnSyncReturns<string> {
  return spawnSync('nsenter', [...entering('all'), command, ...args], { encoding: 'utf8' });
}

export function readProgress(): NodeProgress | undefined {
  return readJson(FILES.progress) as NodeProgress | undefined;
}

function readInit(): ProcessId | undefined {
  return readJson(FILES.init) as ProcessId | undefined;
}

function readJson(name: string): unknown {
  try {
    return JSON.parse(readFileSync(join(clusterDirectory(), name), 'utf8'));
  } catch {
    return undefined;
  }
}

function logTail(name: string): string {
  const file = join(clusterDirectory(), FILES.logs, `${name}.log`);
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(-20).join('\n') : '';
}
