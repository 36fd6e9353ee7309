import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';
import { program } from './programs.js';

export interface Said {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `helm` and `kubectl` as a user runs them, with the given kubeconfig only; without one they reach no cluster. */
export class Commands {
  readonly #directory = mkdtempSync(join(tmpdir(), 'windlass-commands-'));
  readonly #environment: NodeJS.ProcessEnv;

  constructor(kubeconfig?: KubeConfig) {
    const file = join(this.#directory, 'kubeconfig');
    writeFileSync(file, kubeconfig?.exportConfig() ?? '', { mode: 0o600 });
    // Their caches and settings are their own, too.
    this.#environment = { PATH: process.env['PATH'], HOME: this.#directory, KUBECONFIG: file };
  }

  async run(name: 'helm' | 'kubectl', args: readonly string[], input = ''): Promise<Said> {
    const child = spawn(await program(name), args, { env: this.#environment, cwd: this.#directory });
    const said = { stdout: '', stderr: '' };
    child.stdout.on('data', (data: Buffer) => (said.stdout += data.toString()));
    child.stderr.on('data', (data: Buffer) => (said.stderr += data.toString()));
    child.stdin.on('error', () => undefined); // It may end without reading.
    child.stdin.end(input);
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    return { code, ...said };
  }

  /** Its standard output. @throws Error with what it said when it fails */
  async ok(name: 'helm' | 'kubectl', args: readonly string[], input = ''): Promise<string> {
    const { code, stdout, stderr } = await this.run(name, args, input);
    if (code !== 0) throw new Error(`${name} ${args.join(' ')}: exit code ${code}\n${stderr}${stdout}`);
    return stdout;
  }

  dispose(): void {
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
