import { jest } from '@jest/globals';
import { SortedMap } from '../index.js';

/** How many entries the sorted maps hold that were walked over while `work` ran: what follows the size of a change walks over none that grows. */
export function walkedBy(work: () => unknown): number {
  const walks = (['keys', 'values', 'entries'] as const).map((walk) => jest.spyOn(SortedMap.prototype, walk));
  try {
    work();
    const maps = walks.flatMap(({ mock }): readonly unknown[] => mock.contexts);
    return maps.reduce<number>((sum, map) => sum + (map instanceof SortedMap ? map.size : 0), 0);
  } finally {
    for (const walk of walks) walk.mockRestore();
  }
}
