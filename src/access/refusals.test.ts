import { status } from '@grpc/grpc-js';
import { describe, expect, it } from '@jest/globals';
import { code, docTable } from '../errors/testing/doc-table.js';
import { REFUSALS } from './refusals.js';

describe('the table of refusals', () => {
  it('is the one in the documentation', () => {
    expect(docTable('metrics.md', 'Refused streams')).toEqual(
      Object.entries(REFUSALS).map(([reason, { code: of, help }]) => [code(reason), status[of], help]),
    );
  });
});
