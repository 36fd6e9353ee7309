import { isDeepStrictEqual } from 'node:util';

// Stable identities: whatever equals what was there before is what was there before (DESIGN D2).

/** The previous list if it has the same elements in the same order. */
export function keepList<T>(previous: readonly T[] | undefined, next: readonly T[]): readonly T[] {
  return previous?.length === next.length && next.every((element, i) => element === previous[i])
    ? previous
    : next;
}

/** The previous map if it has the same entries in the same order. */
export function keepMap<V>(
  previous: ReadonlyMap<string, V> | undefined,
  next: ReadonlyMap<string, V>,
): ReadonlyMap<string, V> {
  if (previous?.size !== next.size) return next;
  const entries = previous.entries();
  for (const [key, value] of next) {
    const before = entries.next().value;
    if (before?.[0] !== key || before[1] !== value) return next;
  }
  return previous;
}

/** The previous object if all its members are identical. */
export function keepObject<T extends object>(previous: T | undefined, next: T): T {
  if (previous === undefined) return next;
  const before = new Map<string, unknown>(Object.entries(previous));
  const members = Object.entries(next);
  return before.size === members.length && members.every(([key, value]) => before.get(key) === value)
    ? previous
    : next;
}

/** The previous value if it is deeply equal; for small ones. Members that are identical cost nothing to compare. */
export function keepEqual<T>(previous: T | undefined, next: T): T {
  return previous !== undefined && isDeepStrictEqual(previous, next) ? previous : next;
}

/**
 * Makes a function that sorts by key. While the keys come in the order they came in last, their sorted order is taken from there:
 * at thousands of elements sorting is the dearest part of a small change.
 */
export function createSorter<T>(keyOf: (element: T) => string): (elements: readonly T[]) => readonly T[] {
  let keys: readonly string[] = [];
  let order: readonly number[] = [];
  return (elements) => {
    const next = elements.map(keyOf);
    if (keepList(keys, next) !== keys) {
      const place = (i: number): string => next[i] ?? '';
      order = [...next.keys()].sort((a, b) => (place(a) < place(b) ? -1 : 1));
      keys = next;
    }
    return order.flatMap((i) => elements[i] ?? []);
  };
}
