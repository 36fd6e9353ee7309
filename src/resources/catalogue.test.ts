import { describe, expect, it } from '@jest/globals';
import { findKind } from './catalogue.js';
import { KINDS } from './kinds.js';

describe('a kind that is read', () => {
  it.each(Object.values(KINDS))('is scoped and served as its schema says: $name', (kind) => {
    const schema = findKind(kind.group, kind.name);
    expect(schema?.namespaced).toBe(kind.namespaced);
    expect(Object.keys(schema?.versions ?? {}).sort()).toEqual([...kind.served].sort());
    expect(kind.served).toContain(kind.version);
  });
});
