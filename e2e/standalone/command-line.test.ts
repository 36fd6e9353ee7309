import { afterAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const command = join(import.meta.dirname, '..', '..', 'bin', 'windlass');
const folder = mkdtempSync(join(tmpdir(), 'windlass-e2e-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
// More than a pipe holds, so that it cannot all be written before the reader is gone.
writeFileSync(join(folder, 'a.yaml'), 'kind: 5\n---\n'.repeat(5_000));

describe('a reader that goes away early', () => {
  it.each(['text', 'json'])('does not change the exit code of a command with -o %s', async (form) => {
    const child = spawn(command, ['check', folder, '-o', form], { stdio: ['ignore', 'pipe', 'pipe'] });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.stdout.destroy();
    const [code] = (await once(child, 'close')) as [number | null];
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  });
});
