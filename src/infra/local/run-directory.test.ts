import { describe, expect, it } from '@jest/globals';
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fleetPaths, openRunDirectory } from './run-directory.js';

describe('the run directory', () => {
  it('has sockets with short paths, however long the names of a Gateway are', () => {
    const { xdsSocket } = fleetPaths('/run/windlass', `${'n'.repeat(253)}/${'g'.repeat(253)}`);
    expect(xdsSocket).toMatch(/^\/run\/windlass\/[0-9a-f]{12}\/xds\.sock$/);
  });

  it('is for its owner only', async () => {
    const parent = mkdtempSync(join(tmpdir(), 'wl-run-'));
    const path = await openRunDirectory(join(parent, 'run'));
    expect(statSync(path).mode & 0o777).toBe(0o700);
    rmSync(parent, { recursive: true });
  });

  it('is never made of a shared directory with other things in it', async () => {
    const shared = mkdtempSync(join(tmpdir(), 'wl-run-'));
    chmodSync(shared, 0o755);
    writeFileSync(join(shared, 'theirs'), '');
    await expect(openRunDirectory(shared)).rejects.toMatchObject({
      code: 'RUN_DIRECTORY_UNUSABLE',
      message: expect.stringContaining('give a directory of its own'),
    });
    expect(statSync(shared).mode & 0o777).toBe(0o755);
    rmSync(shared, { recursive: true });
  });

  it('with a path too long for sockets is refused with what to do', async () => {
    await expect(openRunDirectory(`/tmp/${'x'.repeat(100)}`)).rejects.toMatchObject({
      code: 'RUN_DIRECTORY_UNUSABLE',
      message: expect.stringMatching(
        /too long for the unix sockets in it \(at most \d+ bytes\); give a shorter one/,
      ),
    });
  });
});
