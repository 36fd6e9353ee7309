/**
 * Until when the holder of a Lease may act, in memory that threads share: read at any moment, however busy either thread is. By two clocks, and the
 * first that says so ends it: one that nobody sets, which stands still while the machine sleeps, and that of the day, which does not.
 */
export interface Term {
  /** @param forMs from now on; undefined: not any more */
  set(forMs: number | undefined): void;
  readonly isOn: () => boolean;
  /** How long it lasts yet; 0: it is over. Milliseconds. */
  leftMs(): number;
}

/** Two 64-bit numbers. */
export function termMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(16);
}

export function termIn(memory: SharedArrayBuffer): Term {
  const until = new BigInt64Array(memory);
  const leftMs = (): number => {
    const left = Atomics.load(until, 0) - steadyMs();
    const leftOfDay = Atomics.load(until, 1) - BigInt(Date.now());
    return Number(left < leftOfDay ? left : leftOfDay);
  };
  return {
    set: (forMs) => {
      const ms = forMs === undefined ? undefined : BigInt(Math.floor(forMs));
      Atomics.store(until, 0, ms === undefined ? 0n : steadyMs() + ms);
      Atomics.store(until, 1, ms === undefined ? 0n : BigInt(Date.now()) + ms);
    },
    isOn: () => leftMs() > 0,
    leftMs: () => Math.max(0, leftMs()),
  };
}

/** The same in all threads of a process. */
function steadyMs(): bigint {
  return process.hrtime.bigint() / 1_000_000n;
}
