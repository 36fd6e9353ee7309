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
