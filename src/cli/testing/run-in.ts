import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Io } from '../io.js';
import { run } from '../run.js';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder of files in which commands run as on a command line, up to the process itself. */
export class Folder {
  readonly path = mkdtempSync(join(tmpdir(), 'windlass-cli-'));

  constructor(files: Readonly<Record<string, string>> = {}) {
    for (const [name, text] of Object.entries(files)) this.write(name, text);
  }

  write(name: string, text: string): void {
    mkdirSync(dirname(join(this.path, name)), { recursive: true });
    writeFileSync(join(this.path, name), text);
  }

  async run(
    argv: readonly string[],
    options: { readonly terminal?: boolean; readonly env?: Readonly<Record<string, string>> } = {},
  ): Promise<Ran> {
    const { terminal = false, env = {} } = options;
    const written = { stdout: '', stderr: '' };
    const io: Io = {
      stdout: { isTerminal: terminal, write: (text) => void (written.stdout += text) },
      stderr: { isTerminal: terminal, write: (text) => void (written.stderr += text) },
      surroundings: { env: { HOME: this.path, ...env }, cwd: this.path, home: this.path },
      stopRequested: Promise.resolve('SIGTERM'),
    };
    return { code: await run(argv, io), ...written };
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
