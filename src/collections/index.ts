// collections – immutable collections whose cost of a change follows the size of the change: what scales with the cluster is kept in them. And memos of what is made of immutable objects.
export { commonEnds } from './common-ends.js';
export { memoByContent, memoByIdentity, memoByPair } from './memo.js';
export { SortedMap, sortedMap, type Change, type Edit } from './sorted-map.js';
export { createUnion } from './union.js';
