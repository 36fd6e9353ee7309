import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { difference } from './cluster-uses.js';

function counts(list: readonly string[]): ReadonlyMap<string, number> {
  const result = new Map<string, number>();
  for (const element of list) result.set(element, (result.get(element) ?? 0) + 1);
  return result;
}

describe('the difference of two lists', () => {
  it('leads from one to the other, whatever they are', () => {
    const list = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), { maxLength: 12 });
    fc.assert(
      fc.property(list, list, (before, after) => {
        const { removed, added } = difference(before, after);
        const total = counts([...before, ...added]);
        for (const name of 'abcdef')
          expect((total.get(name) ?? 0) - (counts(removed).get(name) ?? 0)).toBe(
            counts(after).get(name) ?? 0,
          );
      }),
    );
  });

  it('names single elements wherever they are, and nothing between them', () => {
    const before = Array.from({ length: 1_000 }, (_, i) => i);
    const after = before.filter((i) => i !== 10 && i !== 900).flatMap((i) => (i === 500 ? [i, -1] : [i]));
    expect(difference(before, after)).toEqual({ removed: [10, 900], added: [-1] });
  });

  it('of lists that have little in common counts the rest as different', () => {
    const before = Array.from({ length: 2_000 }, (_, i) => i);
    const after = before.map((i) => -i - 1);
    expect(difference(before, after)).toEqual({ removed: before, added: after });
  });
});
