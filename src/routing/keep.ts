import { isDeepStrictEqual } from 'node:util';

// Stable identities: whatever equals what was there before is what was there before (DESIGN D2).

/** The previous list if it has the same elements in the same order. */
export function keepList<T>(previous: readonly T[] | undefined, next: readonly T[]): readonly T[] {
  return previous?.length === next.length && next.every((element, i) => element === previous[i])
    ? previous
    : next;
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
