import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { follow, type Following } from './follow.js';

let directory: string;
let path: string;
let lines: string[];
let following: Following | undefined;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'wl-follow-'));
  path = join(directory, 'envoy.log');
  lines = [];
});
afterEach(async () => {
  await following?.stop();
  rmSync(directory, { recursive: true });
});

async function start(maxBytes = 1_000): Promise<void> {
  const onError = (error: Error) => lines.push(`error: ${error.message}`);
  following = await follow({ path, maxBytes, onLine: (line) => lines.push(line), onError });
}

async function until(expected: readonly string[]): Promise<void> {
  for (const end = Date.now() + 5_000; Date.now() < end;) {
    if (JSON.stringify(lines) === JSON.stringify(expected)) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect(lines).toEqual(expected);
}

describe('following a log', () => {
  it('tells what is written from now on, whole lines only', async () => {
    writeFileSync(path, 'before\n');
    await start();
    appendFileSync(path, 'one\ntw');
    await until(['one']);
    appendFileSync(path, 'o\n');
    await until(['one', 'two']);
  });

  it('waits for a file that is not there yet', async () => {
    await start();
    appendFileSync(path, 'first\n');
    await until(['first']);
  });

  it('goes on when somebody empties the file', async () => {
    writeFileSync(path, 'a long line that is there before\n');
    await start();
    truncateSync(path);
    appendFileSync(path, 'new\n');
    await until(['new']);
  });

  it('keeps the file small: one copy, then it starts again', async () => {
    await start(10);
    appendFileSync(path, '0123456789\n');
    await until(['0123456789']);
    await following?.stop();
    expect(readFileSync(path, 'utf8')).toBe('');
    expect(readFileSync(`${path}.1`, 'utf8')).toBe('0123456789\n');
  });

  it('keeps characters whole that lie across the border of two reads', async () => {
    await start(1_000_000);
    const line = `x${'é'.repeat(50_000)}`;
    appendFileSync(path, `${line}\n`);
    await until([line]);
  });
});
