import { expect, type Tester } from '@jest/globals';
import { SortedMap } from '../sorted-map.js';

/** Compares sorted maps by what they hold: the trees within also differ by their history. */
const byEntries: Tester = function (a, b) {
  if (!(a instanceof SortedMap) || !(b instanceof SortedMap)) return undefined;
  return this.equals([...a], [...b], [byEntries]);
};

// Importing this file is enough.
expect.addEqualityTesters([byEntries]);
