import { expect } from '@jest/globals';
import { SortedMap } from '../sorted-map.js';

// Importing this file makes `toEqual` compare sorted maps by what they hold: the trees within also differ by their history.
expect.addEqualityTesters([
  function (a: unknown, b: unknown, testers): boolean | undefined {
    if (!(a instanceof SortedMap) || !(b instanceof SortedMap)) return undefined;
    return this.equals([...a], [...b], testers);
  },
]);
