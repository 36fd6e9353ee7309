import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { sortedMap, type Edit } from './sorted-map.js';

const key = fc.stringMatching(/^[a-e]{0,3}$/);
const edits: fc.Arbitrary<Edit<number>[]> = fc.array(
  fc.tuple(key, fc.option(fc.nat(3), { nil: undefined })),
  {
    maxLength: 200,
  },
);

function applied(to: ReadonlyMap<string, number>, changes: Iterable<Edit<number>>): Map<string, number> {
  const result = new Map(to);
  for (const [name, value] of changes) {
    if (value === undefined) result.delete(name);
    else result.set(name, value);
  }
  return new Map([...result].sort(([a], [b]) => (a < b ? -1 : 1)));
}

describe('a sorted map', () => {
  test('is what a map is, in the order of its keys', () => {
    fc.assert(
      fc.property(edits, (list) => {
        const map = sortedMap(list);
        const expected = applied(new Map(), list);
        expect([...map]).toEqual([...expected]);
        expect([...map.keys()]).toEqual([...expected.keys()]);
        expect([...map.values()]).toEqual([...expected.values()]);
        expect(map.size).toBe(expected.size);
        for (const name of ['', 'a', 'abc']) expect(map.get(name)).toBe(expected.get(name));
      }),
    );
  });

  test('is not changed by an edit, which gives another map', () => {
    fc.assert(
      fc.property(edits, edits, (first, second) => {
        const before = sortedMap(first);
        const entries = [...before];
        const after = before.edit(second);
        expect([...before]).toEqual(entries);
        expect([...after]).toEqual([...applied(before, second)]);
      }),
    );
  });

  test('says exactly which keys differ from another one, whatever they share', () => {
    fc.assert(
      fc.property(edits, edits, edits, (first, second, third) => {
        const base = sortedMap(first);
        const [a, b] = [base.edit(second), base.edit(third)];
        const expected = [...new Set([...a.keys(), ...b.keys()])]
          .sort()
          .map((name) => ({ key: name, before: a.get(name), after: b.get(name) }))
          .filter(({ before, after }) => before !== after);
        expect(b.changesSince(a)).toEqual(expected);
      }),
    );
  });

  test('stays the same object when an edit changes nothing', () => {
    const map = sortedMap([['a', 1]]);
    expect(map.edit([['a', 1]])).toBe(map);
    expect(map.edit([['b', undefined]])).toBe(map);
    expect(map.edit([['a', 2], ['a', 1]])).toBe(map); // prettier-ignore
  });

  test('finds the keys with a prefix', () => {
    const map = sortedMap([['a/1', 1], ['a/2', 2], ['b/1', 3], ['a', 4]]); // prettier-ignore
    expect([...map.startingWith('a/')]).toEqual([['a/1', 1], ['a/2', 2]]); // prettier-ignore
    expect([...map.startingWith('c')]).toEqual([]);
  });

  test('compares deeply by what it holds', () => {
    expect(sortedMap([['a', 1]])).toEqual(sortedMap([['a', 1]]));
    expect(sortedMap([['a', 1]])).not.toEqual(sortedMap([['a', 2]]));
  });
});
