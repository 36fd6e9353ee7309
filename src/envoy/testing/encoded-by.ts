import { encodeCounters } from '../counters.js';

/** How many parts of each sort were encoded while `work` ran; sorts of which none were are left out. */
export function encodedBy(work: () => unknown): Readonly<Record<string, number>> {
  const before = new Map(Object.entries(encodeCounters()));
  work();
  const grown = Object.entries(encodeCounters()).map(
    ([sort, count]) => [sort, count - (before.get(sort) ?? 0)] as const,
  );
  return Object.fromEntries(grown.filter(([, count]) => count > 0));
}
