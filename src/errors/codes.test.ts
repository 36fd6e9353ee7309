import { describe, expect, it } from '@jest/globals';
import { globSync, readFileSync } from 'node:fs';
import { ERROR_CODES } from './index.js';
import { code, docTable } from './testing/doc-table.js';

const src = new URL('..', import.meta.url).pathname;
const sources = globSync('**/*.ts', { cwd: src, exclude: (name) => name === 'gen' || name === 'testing' })
  .filter((file) => !file.endsWith('.test.ts') && file !== 'errors/codes.ts')
  .map((file) => readFileSync(src + file, 'utf8'));

describe('the table of error codes', () => {
  it('is the one in the documentation', () => {
    expect(docTable('errors.md', 'Codes')).toEqual(
      Object.entries(ERROR_CODES).map(([name, help]) => [code(name), help]),
    );
  });

  it.each(Object.keys(ERROR_CODES))('%s is used by some code', (name) => {
    expect(sources.some((text) => text.includes(`'${name}'`))).toBe(true);
  });
});
