import { describe, expect, it } from '@jest/globals';
import { code, docTable } from '../errors/testing/doc-table.js';
import { CONDITIONS } from './index.js';

describe('the table of conditions', () => {
  it('is the one in the documentation', () => {
    expect(docTable('conditions.md', 'Conditions')).toEqual(
      Object.entries(CONDITIONS).flatMap(([place, reasons]) =>
        Object.entries(reasons).map(([reason, meaning]) => {
          const [kind = '', type = ''] = place.split(' ');
          return [kind, code(type), code(reason), meaning];
        }),
      ),
    );
  });
});
