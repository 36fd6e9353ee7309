import type { ObjectStatus } from '../object-status.js';

/** What is remembered of the writes of each object, for pace and for not writing again what the server keeps otherwise than it was sent. */
export interface History {
  /** Nothing has been written yet, and what is not urgent waits. */
  begin(): void;
  wrote(key: string, ours: ObjectStatus | undefined, resourceVersion: string): void;
  /** Whether the server's version is what became of writing just this. */
  isWritten(key: string, ours: ObjectStatus | undefined, resourceVersion: string | undefined): boolean;
  /** How long to wait before the next write. Milliseconds. */
  waitMs(key: string, isUrgent: boolean): number;
  /** @returns how often in a row, this one included */
  failed(key: string): number;
  /** @returns how often in a row it had failed */
  recovered(key: string): number;
  forget(key: string): void;
}

/** In milliseconds; see `StatusWriterLimits`. */
interface Intervals {
  readonly intervalMs: number;
  readonly longestIntervalMs: number;
  readonly settleMs: number;
}

interface Written {
  readonly ours: ObjectStatus | undefined;
  readonly resourceVersion: string;
  readonly at: number;
  /** How many writes there were, each soon after the one before. */
  readonly streak: number;
}

/** A pause of so many intervals ends a streak. */
const PAUSE = 3;

export function createHistory(
  { intervalMs, longestIntervalMs, settleMs }: Intervals,
  now: () => number,
): History {
  const written = new Map<string, Written>();
  const failures = new Map<string, number>();
  const unhurriedMs = (streak: number): number => Math.min(intervalMs * 2 ** (streak - 1), longestIntervalMs);
  let begun = Number.NEGATIVE_INFINITY;
  return {
    begin: () => {
      begun = now();
      written.clear();
      failures.clear();
    },
    wrote: (key, ours, resourceVersion) => {
      const before = written.get(key);
      const at = now();
      const goesOn = before !== undefined && at - before.at < PAUSE * unhurriedMs(before.streak);
      written.set(key, { ours, resourceVersion, at, streak: goesOn ? before.streak + 1 : 1 });
    },
    isWritten: (key, ours, resourceVersion) => {
      const last = written.get(key);
      return last !== undefined && last.ours === ours && last.resourceVersion === resourceVersion;
    },
    waitMs: (key, isUrgent) => {
      const last = written.get(key);
      if (last === undefined) return isUrgent ? 0 : Math.max(0, begun + settleMs - now());
      const interval = isUrgent ? intervalMs : unhurriedMs(last.streak);
      return Math.max(0, last.at + interval - now());
    },
    failed: (key) => {
      const count = (failures.get(key) ?? 0) + 1;
      failures.set(key, count);
      return count;
    },
    recovered: (key) => {
      const count = failures.get(key) ?? 0;
      failures.delete(key);
      return count;
    },
    forget: (key) => {
      written.delete(key);
      failures.delete(key);
    },
  };
}
