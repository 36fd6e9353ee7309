import { afterEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockRunDirectory, parseOwner } from './lock.js';
import { identityOf } from './process-identity.js';

const directories: string[] = [];
afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true });
});

function directoryWith(lock?: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'wl-lock-'));
  directories.push(directory);
  if (lock !== undefined) writeFileSync(join(directory, 'lock'), lock);
  return directory;
}

describe('the lock of a run directory', () => {
  it('has one holder, who is named to the next', async () => {
    const directory = directoryWith();
    const lock = await lockRunDirectory(directory);
    await expect(lockRunDirectory(directory)).rejects.toMatchObject({ code: 'RUN_DIRECTORY_IN_USE' });
    await expect(lockRunDirectory(directory)).rejects.toThrow(
      `belongs to the running process ${process.pid}`,
    );
    await lock.release();
    expect(readdirSync(directory)).toEqual([]);
    await lockRunDirectory(directory);
    expect(readdirSync(directory)).toEqual(['lock']);
  });

  it.each([
    ['whose process is gone', JSON.stringify({ pid: 2 ** 22 + 1, startTime: '1' })],
    ['whose pid belongs to another process now', JSON.stringify({ pid: process.pid, startTime: '1' })],
    ['that cannot be read', '{"pid":'],
  ])('%s counts for nothing', async (_what, text) => {
    const directory = directoryWith(text);
    await lockRunDirectory(directory);
    expect(readdirSync(directory)).toEqual(['lock']);
  });

  it('in a place that cannot be written to is refused', async () => {
    await expect(lockRunDirectory('/proc/self')).rejects.toMatchObject({ code: 'RUN_DIRECTORY_UNUSABLE' });
  });

  it('is taken by exactly one of many who find a stale one', async () => {
    const directory = directoryWith('');
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => lockRunDirectory(directory)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('names a process by pid and start time', () => {
    const own = identityOf(process.pid);
    expect(parseOwner(JSON.stringify(own))).toEqual(own);
    expect(parseOwner('{"pid":"1","startTime":"2"}')).toBeUndefined();
  });
});
