import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sortedMap, type SortedMap } from './sorted-map.js';
import { createUnion } from './union.js';

const NAMES = ['a', 'b', 'c'];
const KEYS = ['v', 'w', 'x', 'y', 'z'];
/** What stands under a key wherever it stands, or nothing. */
const moment = fc.record({
  values: fc.array(fc.nat(2), { minLength: KEYS.length, maxLength: KEYS.length }),
  parts: fc.dictionary(fc.constantFrom(...NAMES), fc.subarray(KEYS), { noNullPrototype: true }),
});

describe('the union of maps', () => {
  it('has what any of them has, whatever was there before', () => {
    fc.assert(
      fc.property(fc.array(moment, { maxLength: 6 }), (moments) => {
        const union = createUnion<number>();
        for (const { values, parts } of moments) {
          const valueOf = (key: string): number => values[KEYS.indexOf(key)] ?? 0;
          const maps = new Map(
            Object.entries(parts).map(([name, keys]) => [
              name,
              sortedMap(keys.map((key) => [key, valueOf(key)])),
            ]),
          );
          const wanted = KEYS.filter((key) => Object.values(parts).some((keys) => keys.includes(key)));
          expect([...union(maps)]).toEqual(wanted.map((key) => [key, valueOf(key)]));
        }
      }),
    );
  });

  it('keeps its identity while nothing changes, and is the only map there is', () => {
    const union = createUnion<number>();
    const one = sortedMap([['x', 1]]);
    const other: SortedMap<number> = sortedMap([['y', 2]]);
    expect(union(new Map([['a', one]]))).toBe(one);
    const both = union(new Map([['a', one], ['b', other]])); // prettier-ignore
    expect([...both.keys()]).toEqual(['x', 'y']);
    expect(union(new Map([['a', one], ['b', other]]))).toBe(both); // prettier-ignore
    expect(union(new Map([['a', one]]))).toBe(one);
  });
});
