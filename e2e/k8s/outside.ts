import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';

/** A machine outside of the node: a network of its own, joined to the node's by a wire. It is gone with its process. */
export interface Outside {
  readonly address: string;
  /** What a program of Node prints there. */
  run(script: string, ...args: readonly string[]): string;
  close(): Promise<void>;
}

/** Of the range for benchmarks, and of no use to the cluster. */
const NODE_END = '198.18.2.1';
const ADDRESS = '198.18.2.2';

export async function outside(): Promise<Outside> {
  const child = spawn('unshare', ['--net', '--kill-child', 'sh', '-c', 'echo there; exec sleep infinity'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  const pid = String(child.pid);
  const there = ['-t', pid, '-n'];
  const ip = (...args: readonly string[]): void => void execFileSync('ip', args);
  const ipThere = (...args: readonly string[]): void =>
    void execFileSync('nsenter', [...there, 'ip', ...args]);
  ip('link', 'add', 'outside0', 'type', 'veth', 'peer', 'name', 'outside1', 'netns', pid);
  ip('address', 'add', `${NODE_END}/30`, 'dev', 'outside0');
  ip('link', 'set', 'outside0', 'up');
  ipThere('address', 'add', `${ADDRESS}/30`, 'dev', 'outside1');
  ipThere('link', 'set', 'outside1', 'up');
  ipThere('route', 'add', 'default', 'via', NODE_END);
  return {
    address: ADDRESS,
    run: (script, ...args) =>
      execFileSync('nsenter', [...there, process.execPath, '--input-type=module', '-e', script, ...args], {
        encoding: 'utf8',
        timeout: 20_000,
      }),
    close: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}
