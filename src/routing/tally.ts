import { sortedMap, type Change, type Edit, type SortedMap } from '../collections/index.js';

/** How many members of a collection name each key; never 0. */
export type Tally = SortedMap<number>;

export const NOTHING_COUNTED: Tally = sortedMap<never>();

/** The counts after the collection has changed: only what differs is looked at. */
export function editTally<V>(
  counts: Tally,
  changes: readonly Change<V>[],
  keysOf: (member: V) => Iterable<string>,
): Tally {
  const differences = new Map<string, number>();
  const count = (member: V | undefined, by: 1 | -1): void => {
    for (const key of member === undefined ? [] : keysOf(member))
      differences.set(key, (differences.get(key) ?? 0) + by);
  };
  for (const { before, after } of changes) {
    count(before, -1);
    count(after, 1);
  }
  const edits = [...differences].filter(([, by]) => by !== 0);
  return counts.edit(
    edits.map(([key, by]): Edit<number> => {
      const number = (counts.get(key) ?? 0) + by;
      return [key, number === 0 ? undefined : number];
    }),
  );
}
