/** The longest time for which the event loop did not come round, since the last reset. */
export interface Slice {
  /** By the clock: other processes on the same cores, and waits for them, included. */
  readonly lateMs: number;
  /** CPU time of the loop's own thread between two rounds: what it did itself. */
  readonly workMs: number;
}

/** Measures event-loop delay with a timer of 1 ms, by the clock and by CPU time: only the latter says something on a machine that does other things. */
export function createSliceMeter(): {
  readonly reset: () => void;
  readonly longest: () => Slice;
  readonly stop: () => void;
} {
  let lateMs = 0;
  let workMs = 0;
  let at = performance.now();
  let spent = threadMs();
  const look = (): void => {
    const now = performance.now();
    const used = threadMs();
    lateMs = Math.max(lateMs, now - at - 1);
    workMs = Math.max(workMs, used - spent);
    at = now;
    spent = used;
  };
  const timer = setInterval(look, 1);
  return {
    reset: () => {
      look();
      lateMs = 0;
      workMs = 0;
    },
    longest: () => {
      look();
      return { lateMs, workMs };
    },
    stop: () => clearInterval(timer),
  };
}

function threadMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
