/**
 * Milliseconds since the epoch, by a clock that nobody sets. Every wait is counted by it: none may become longer because the time of the machine is
 * corrected.
 */
export function steadyNow(): number {
  return performance.timeOrigin + performance.now();
}
