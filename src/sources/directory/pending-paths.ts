/** When something happened at a path, first and last, since it was looked at. */
interface Span {
  readonly first: number;
  last: number;
}

export interface PendingPathsOptions {
  readonly quietMs: number;
  readonly maxDelayMs: number;
  /** One call after another. A path is `overdue` if it never became quiet. */
  readonly onDue: (paths: ReadonlyMap<string, 'settled' | 'overdue'>) => Promise<void>;
}

/**
 * Collects the paths at which something happened until nothing more happens, so that one save, or one checkout of many files, is one
 * change. After `maxDelayMs` the paths that are quiet are handed on without waiting for the others.
 */
export class PendingPaths {
  readonly #options: PendingPathsOptions;
  readonly #spans = new Map<string, Span>();
  #timer: NodeJS.Timeout | undefined;
  #busy: Promise<void> | undefined;
  #closed = false;

  constructor(options: PendingPathsOptions) {
    this.#options = options;
  }

  add(path: string): void {
    if (this.#closed) return;
    const now = performance.now();
    const span = this.#spans.get(path);
    if (span === undefined) this.#spans.set(path, { first: now, last: now });
    else span.last = now;
    this.#arm();
  }

  /** Whether something happened at a path that was not handed on yet. */
  has(path: string): boolean {
    return this.#spans.has(path);
  }

  /** Runs `work` with nothing handed on meanwhile. */
  async alone(work: () => Promise<void>): Promise<void> {
    await this.#busy;
    const running = work();
    this.#hold(running);
    await running;
  }

  /** Ends; resolves when the call under way has. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#busy;
  }

  #arm(): void {
    if (this.#closed || this.#timer !== undefined || this.#busy !== undefined || this.#spans.size === 0)
      return;
    this.#timer = setTimeout(() => this.#fire(), Math.max(1, this.#dueAt() - performance.now()));
  }

  /** Quiet everywhere, or the longest wait is over. */
  #dueAt(): number {
    let first = Infinity;
    let last = 0;
    for (const span of this.#spans.values()) {
      first = Math.min(first, span.first);
      last = Math.max(last, span.last);
    }
    return Math.min(last + this.#options.quietMs, first + this.#options.maxDelayMs);
  }

  #fire(): void {
    this.#timer = undefined;
    if (this.#busy !== undefined) return; // it arms again when it is over
    const now = performance.now();
    if (now < this.#dueAt()) {
      this.#arm();
      return;
    }
    const due = new Map<string, 'settled' | 'overdue'>();
    for (const [path, { first, last }] of this.#spans) {
      const quiet = now - last >= this.#options.quietMs;
      if (!quiet && now - first < this.#options.maxDelayMs) continue;
      due.set(path, quiet ? 'settled' : 'overdue');
      this.#spans.delete(path);
    }
    this.#hold(this.#options.onDue(due));
  }

  #hold(work: Promise<void>): void {
    const over = (): void => {
      this.#busy = undefined;
      this.#arm();
    };
    // Whoever started the work hears of its failure; here it is only over.
    this.#busy = work.then(over, over);
  }
}
