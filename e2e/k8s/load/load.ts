import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describeLoad, type ClientKind, type LoadOptions, type LoadReport } from './report.js';

const ROOT = join(import.meta.dirname, '..', '..', '..');

/** Some of each kind: about two hundred requests a second. */
export const ALL: Readonly<Partial<Record<ClientKind, number>>> = {
  kept: 8,
  fresh: 4,
  http2: 3,
  webSocket: 3,
  stream: 3,
};

export interface Load {
  /** Resolves when clients of all kinds have been answered. */
  readonly begun: Promise<void>;
  /** Ends all clients, and prints what they met under this name. */
  stop(name: string): Promise<LoadReport>;
}

/** Clients in a process of its own. @param within a command that runs it elsewhere, as `nsenter` */
export function startLoad(options: LoadOptions, within: readonly string[] = []): Load {
  const args = ['--import', join(ROOT, 'scripts', 'ts.mjs'), join(import.meta.dirname, 'main.ts')];
  const [command = '', ...rest] = [...within, process.execPath, ...args, JSON.stringify(options)];
  const child = spawn(command, rest, { cwd: ROOT, stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const ended = once(lines, 'close');
  let report: LoadReport | undefined;
  const begun = new Promise<void>((resolve) => {
    lines.on('line', (line) => {
      if (line === 'begun') resolve();
      else report = JSON.parse(line) as LoadReport;
    });
  });
  return {
    begun,
    stop: async (name) => {
      child.stdin.end();
      await ended;
      if (report === undefined) throw new Error('the clients ended without a report');
      console.log(`${name}: ${describeLoad(report)}`);
      return report;
    },
  };
}
