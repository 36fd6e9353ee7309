import { sortedMap, type Edit, type SortedMap } from './sorted-map.js';

/** Maps by a name of their own; what several of them hold under one key is the same value. */
export type Parts<V> = ReadonlyMap<string, SortedMap<V>>;

/** Makes a function to the union of maps, which it brings up to date by what has changed in them. The union of one map is that map. */
export function createUnion<V>(): (parts: Parts<V>) => SortedMap<V> {
  let last: { readonly parts: Parts<V>; readonly union: SortedMap<V> } = {
    parts: new Map(),
    union: sortedMap<V>(),
  };
  return (parts) => {
    const [only] = parts.values();
    const union = parts.size === 1 && only !== undefined ? only : last.union.edit(editsOf(last.parts, parts));
    last = { parts, union };
    return union;
  };
}

function editsOf<V>(before: Parts<V>, parts: Parts<V>): readonly Edit<V>[] {
  const nothing = sortedMap<V>();
  const changed = new Map<string, V | undefined>();
  for (const name of new Set([...before.keys(), ...parts.keys()])) {
    for (const { key, after } of (parts.get(name) ?? nothing).changesSince(before.get(name)))
      changed.set(key, after ?? changed.get(key));
  }
  // What has left some may still be in others.
  const remaining = (key: string): V | undefined => {
    for (const part of parts.values()) {
      const value = part.get(key);
      if (value !== undefined) return value;
    }
    return undefined;
  };
  return [...changed].map(([key, after]) => [key, after ?? remaining(key)]);
}
