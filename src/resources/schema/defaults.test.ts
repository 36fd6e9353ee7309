import { describe, expect, it } from '@jest/globals';
import { withDefaults } from './defaults.js';
import { schemaNode, type Schema } from './schema.js';

const SCHEMA: Schema = {
  type: 'object',
  properties: {
    from: { type: 'string', default: 'Same' },
    plain: { type: 'string' },
    maybe: { type: 'string', nullable: true },
    nested: { type: 'object', properties: { weight: { type: 'integer', default: 1 } } },
    filled: { type: 'object', default: {}, properties: { weight: { type: 'integer', default: 1 } } },
    list: {
      type: 'array',
      items: { type: 'object', properties: { group: { type: 'string', default: '' } } },
    },
    map: { type: 'object', additionalProperties: { type: 'string', default: 'x' } },
  },
};

function filled(value: unknown): unknown {
  return withDefaults(schemaNode(SCHEMA), value);
}

describe('structural defaults', () => {
  it('fill in missing fields, also inside a default', () => {
    expect(filled({})).toEqual({ from: 'Same', filled: { weight: 1 } });
  });

  it('fill in fields of what is there, but never make a missing parent', () => {
    expect(filled({ nested: {}, list: [{}, { group: 'a' }] })).toMatchObject({
      nested: { weight: 1 },
      list: [{ group: '' }, { group: 'a' }],
    });
    expect(filled({})).not.toHaveProperty('nested');
  });

  it('keep what is written, even when empty', () => {
    expect(filled({ from: '', filled: { weight: 0 } })).toMatchObject({ from: '', filled: { weight: 0 } });
  });

  it('replace a null, drop one without default, and keep one that may be null', () => {
    expect(filled({ from: null, plain: null, maybe: null, map: { a: null } })).toEqual({
      from: 'Same',
      maybe: null,
      filled: { weight: 1 },
      map: { a: 'x' },
    });
  });

  it('leave a null in a list, which is a fault', () => {
    expect(filled({ list: [null] })).toMatchObject({ list: [null] });
  });

  it('keep what the schema does not know, for the fault to be found', () => {
    expect(filled({ other: { a: null } })).toMatchObject({ other: { a: null } });
  });

  it('do not touch what was passed in', () => {
    const value = Object.freeze({ nested: Object.freeze({}), plain: null });
    filled(value);
    expect(value).toEqual({ nested: {}, plain: null });
  });
});
