import type { SortedMap } from '../collections/index.js';
import { sortedMap, type Edit as MapEdit } from '../collections/index.js';

/** A two-level map: bucket → key → value. A bucket's identity tells whether anything in it changed. */
export type Bucket<V> = SortedMap<V>;
export type Table<V> = SortedMap<Bucket<V>>;

/** One change to a table: `value` undefined removes. */
export interface Edit<V> {
  readonly bucket: string;
  readonly key: string;
  readonly value: V | undefined;
}

/** Applies the edits; returns the same table when they change nothing. Empty buckets are dropped. */
export function editTable<V>(table: Table<V>, edits: readonly Edit<V>[]): Table<V> {
  const byBucket = Map.groupBy(edits, ({ bucket }) => bucket);
  return table.edit(
    [...byBucket].map(([name, own]): MapEdit<Bucket<V>> => {
      const bucket = (table.get(name) ?? sortedMap<V>()).edit(own.map(({ key, value }) => [key, value]));
      return [name, bucket.size === 0 ? undefined : bucket];
    }),
  );
}
