import type { State } from './state.js';

/** States are forgotten so long after a later one was acknowledged: no request takes that long. Milliseconds. */
const REMEMBERED_MS = 30_000;

/** No worker waits longer for its turn. Milliseconds. */
const LATEST_MS = 500;

interface Written {
  readonly state: State;
  /** Before its first byte could be read. */
  readonly at: number;
}

/** Which configurations were written when, and which of them acknowledged. Times are milliseconds of the monotonic clock. */
export class History {
  readonly #workersMs: number;
  #written: Written[] = [];
  #acknowledged: { readonly number: number; readonly at: number }[] = [];

  /**
   * @param workersMs An acknowledgement is the word of Envoy's main thread. Its workers follow with their next turn, for which they wait on a busy
   *   machine: for so long after it the state before may still answer. A turn that is late for the update is late for the request as well: it may be as
   *   late as the answer was.
   */
  constructor(workersMs = 0) {
    this.#workersMs = workersMs;
  }

  written(state: State, at: number): void {
    this.#written.push({ state, at });
  }

  /** Envoy was seen to have accepted exactly this state, and none is newer. */
  acknowledged(number: number, at: number): void {
    this.#acknowledged.push({ number, at });
    const settled = this.#acknowledged.findLast((ack) => ack.at < at - REMEMBERED_MS)?.number ?? 0;
    this.#acknowledged = this.#acknowledged.filter((ack) => ack.number >= settled);
    this.#written = this.#written.filter(({ state }) => state.number >= settled);
  }

  get lastAcknowledged(): number {
    return this.#acknowledged.at(-1)?.number ?? 0;
  }

  /** When the state was acknowledged that was the newest of these at `time`. */
  acknowledgedAt(time: number): number {
    return this.#acknowledged.findLast(({ at }) => at < time)?.at ?? 0;
  }

  /** Every state that may have been in force at some time from `from` to `to`: from the last one acknowledged before to the newest one written. */
  inForce(from: number, to: number): readonly State[] {
    const workersMs = this.#workersMs === 0 ? 0 : Math.max(this.#workersMs, Math.min(to - from, LATEST_MS));
    const first = this.#acknowledged.findLast(({ at }) => at + workersMs < from)?.number ?? 0;
    return this.#written
      .filter(({ state, at }) => state.number >= first && at < to)
      .map(({ state }) => state);
  }

  /** All states from this number on that were written before `to`. */
  since(number: number, to: number): readonly State[] {
    return this.#written
      .filter(({ state, at }) => state.number >= number && at < to)
      .map(({ state }) => state);
  }

  /** The states that may have been in force when the newest state before number `before` of which `holds` is true was. */
  lastInForce(before: number, holds: (state: State) => boolean): readonly State[] {
    const last =
      this.#written.findLast(({ state }) => state.number < before && holds(state))?.state.number ?? 0;
    const first = this.#acknowledged.findLast(({ number }) => number <= last)?.number ?? 0;
    return this.#written.map(({ state }) => state).filter(({ number }) => number >= first && number <= last);
  }
}
