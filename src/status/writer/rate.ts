import { setTimeout as sleep } from 'node:timers/promises';

/** Lets through so many in a second, and `burst` at once after a pause. */
export interface Rate {
  /** Resolves when it is one's turn; at once when `signal` aborts. */
  turn(signal: AbortSignal): Promise<void>;
}

/** @param now milliseconds, by a clock that nobody sets */
export function createRate(perSecond: number, burst: number, now: () => number): Rate {
  const stepMs = 1000 / perSecond;
  /** When all that have been let through would have been, evenly spread. */
  let spreadTo = Number.NEGATIVE_INFINITY;
  return {
    turn: async (signal) => {
      const time = now();
      spreadTo = Math.max(spreadTo, time) + stepMs;
      const waitMs = spreadTo - time - burst * stepMs;
      // Whoever asked is told by the signal itself.
      if (waitMs > 0) await sleep(waitMs, undefined, { signal }).catch(() => undefined);
    },
  };
}
