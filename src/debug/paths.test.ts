import { describe, expect, it } from '@jest/globals';
import { code, docTable } from '../errors/testing/doc-table.js';
import { DEBUG_PATHS } from './paths.js';

describe('the table of debug paths', () => {
  it('is the one in the documentation', () => {
    expect(docTable('debug.md', 'Paths')).toEqual(
      Object.entries(DEBUG_PATHS).map(([path, what]) => [code(path), what]),
    );
  });
});
