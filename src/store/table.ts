/**
 * A persistent two-level map: bucket → key → value. An update copies only the bucket it touches and the list of buckets, so
 * a bucket's identity tells whether anything in it changed.
 */
export type Bucket<V> = ReadonlyMap<string, V>;
export type Table<V> = ReadonlyMap<string, Bucket<V>>;

/** One change to a table: `value` undefined removes. */
export interface Edit<V> {
  readonly bucket: string;
  readonly key: string;
  readonly value: V | undefined;
}

/** Applies the edits; returns the same table when they change nothing. Empty buckets are dropped. */
export function editTable<V>(table: Table<V>, edits: readonly Edit<V>[]): Table<V> {
  const copied = new Map<string, Map<string, V>>();
  for (const { bucket, key, value } of edits) {
    const current = copied.get(bucket) ?? table.get(bucket);
    if (current?.get(key) === value) continue;
    let target = copied.get(bucket);
    if (target === undefined) {
      target = new Map(table.get(bucket));
      copied.set(bucket, target);
    }
    if (value === undefined) target.delete(key);
    else target.set(key, value);
  }
  if (copied.size === 0) return table;
  const result = new Map(table);
  for (const [bucket, entries] of copied) {
    if (entries.size === 0) result.delete(bucket);
    else result.set(bucket, entries);
  }
  return result;
}
