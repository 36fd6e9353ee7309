import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { parse, stringify } from 'yaml';
import type { Json } from '../../proto/index.js';

const DIRECTORY = join(import.meta.dirname, 'golden');

/** Compares with `testing/golden/<name>.yaml`. With UPDATE_GOLDEN=1 in the environment the file is written instead, to be reviewed like code. */
export function expectGolden(name: string, actual: Json): void {
  const file = join(DIRECTORY, `${name}.yaml`);
  if (process.env['UPDATE_GOLDEN'] === '1') {
    mkdirSync(DIRECTORY, { recursive: true });
    writeFileSync(file, stringify(actual, { lineWidth: 0, singleQuote: true, aliasDuplicateObjects: false }));
  }
  expect(existsSync(file) ? parse(readFileSync(file, 'utf8')) : undefined).toEqual(actual);
}

/** Compares the rows (lines that begin with "| `") of the only table in a document; UPDATE_GOLDEN=1 writes them instead. */
export function expectTable(file: string, rows: readonly string[]): void {
  const isRow = (line: string): boolean => line.startsWith('| `');
  const lines = readFileSync(file, 'utf8').split('\n');
  if (process.env['UPDATE_GOLDEN'] === '1') {
    const start = lines.findIndex(isRow);
    writeFileSync(
      file,
      [...lines.slice(0, start), ...rows, ...lines.slice(start).filter((line) => !isRow(line))].join('\n'),
    );
  }
  expect(readFileSync(file, 'utf8').split('\n').filter(isRow)).toEqual(rows);
}
