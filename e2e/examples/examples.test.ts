import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { runExample } from '../../examples/run.ts';
import { run } from '../harness/windlass.js';

const root = join(import.meta.dirname, '..', '..', 'examples');
const folders = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

describe('an example', () => {
  it.each(folders)(
    '%s does what it promises',
    async (folder) => {
      const reported: string[] = [];
      const faults: string[] = [];
      const running = await runExample(join(root, folder), ({ what }, fault) => {
        reported.push(what);
        if (fault !== undefined) faults.push(`${what}: ${fault}`);
      });
      await running.close();
      expect(faults).toEqual([]);
      expect(reported.length).toBeGreaterThan(0);
    },
    60_000,
  );

  it.each(folders)('%s is what an API server would take', (folder) => {
    expect(run('check', join(root, folder))).toMatchObject({ code: 0, stderr: '' });
  });

  it.each(folders)('%s says how to run it and what to expect', (folder) => {
    const text = readFileSync(join(root, folder, 'README.md'), 'utf8');
    expect(text).toContain(`make example NAME=${folder}\n`);
    expect(text).toMatch(/^# /);
  });

  it('is in the list of examples, and every one of the list is there', () => {
    const listed = readFileSync(join(root, 'README.md'), 'utf8').matchAll(/^\| \[([^\]]+)\]/gm);
    expect([...listed].map(([, name]) => name)).toEqual(folders.sort());
  });
});
