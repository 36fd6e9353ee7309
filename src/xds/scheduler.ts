/** Work on one thing at a time, with room for everything else in between. */
export interface Scheduler<T> {
  /** Does the work on `item` soon; once, however often it is asked for before. */
  readonly schedule: (item: T) => void;
  readonly stop: () => void;
}

/** Longest time without a return to the event loop, unless a single item takes longer. Milliseconds. */
const SLICE_MS = 10;

/** A queue without duplicates that gives way to the event loop after each slice, so that a push to many streams stops nothing else. */
export function createScheduler<T>(work: (item: T) => void): Scheduler<T> {
  const queue = new Set<T>();
  let running: NodeJS.Immediate | undefined;
  const slice = (): void => {
    running = undefined;
    const end = performance.now() + SLICE_MS;
    for (const item of queue) {
      queue.delete(item);
      work(item);
      if (performance.now() >= end) break;
    }
    if (queue.size > 0) running = setImmediate(slice);
  };
  return {
    schedule: (item) => {
      queue.add(item);
      running ??= setImmediate(slice);
    },
    stop: () => {
      queue.clear();
      clearImmediate(running);
      running = undefined;
    },
  };
}
