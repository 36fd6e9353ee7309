import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { join } from 'node:path';

export interface Script {
  readonly child: ChildProcessWithoutNullStreams;
  /** Closes its standard input, which ends it, and waits. */
  readonly end: () => Promise<void>;
}

/** Runs a script of this directory in a process of its own. What it writes to standard error is seen. */
export function startScript(name: string, args: readonly string[]): Script {
  const root = join(import.meta.dirname, '..', '..');
  const loader = join(root, 'scripts', 'ts.mjs');
  const child = spawn(process.execPath, ['--import', loader, join(import.meta.dirname, name), ...args], {
    cwd: root,
  });
  child.stderr.pipe(process.stderr);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    child,
    end: async () => {
      child.stdin.end();
      await ended;
    },
  };
}
