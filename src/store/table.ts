import { sortedMap, type Change, type Edit as MapEdit, type SortedMap } from '../collections/index.js';

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

/** The entries that differ; keys are `bucket/key`. */
export function tableChanges<V>(before: Table<V> | undefined, after: Table<V>): readonly Change<V>[] {
  return after.changesSince(before).flatMap((bucket) => {
    const entries = (bucket.after ?? sortedMap<V>()).changesSince(bucket.before);
    return entries.map((entry) => ({ ...entry, key: `${bucket.key}/${entry.key}` }));
  });
}

/** Makes a function to a table as one map by `bucket/key`, which it brings up to date by what has changed in the table. */
export function flatTable<V>(): (table: Table<V>) => SortedMap<V> {
  let last: { readonly table: Table<V>; readonly flat: SortedMap<V> } | undefined;
  return (table) => {
    const changes = tableChanges(last?.table, table);
    const flat = (last?.flat ?? sortedMap<V>()).edit(
      changes.map(({ key, after }): MapEdit<V> => [key, after]),
    );
    last = { table, flat };
    return flat;
  };
}
