import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { code, docTable } from '../errors/testing/doc-table.js';
import { DEBUG_PATHS } from './paths.js';

describe('the table of debug paths', () => {
  it('is the one in the documentation', () => {
    expect(docTable('debug.md', 'Paths')).toEqual(
      Object.entries(DEBUG_PATHS).map(([path, what]) => [code(path), what]),
    );
  });

  it('has every path that is answered', () => {
    const source = readFileSync(new URL('answer.ts', import.meta.url), 'utf8');
    const answered = [...source.matchAll(/case '(\/[^']*)'/g)].map(([, path]) => path);
    const documented = Object.keys(DEBUG_PATHS).filter((path) => !path.startsWith('/envoy/'));
    expect(answered.sort()).toEqual(documented.sort());
  });
});
