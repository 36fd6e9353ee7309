import { displayRef, type KnownObject, type ObjectRef } from '../../resources/index.js';
import type { SourceChange } from '../events.js';
import { referencesOf, type ContentRef } from './references.js';

export interface OutboxOptions {
  /** A state of an object refers to contents from now on, or does no more. */
  readonly refer: (ref: ContentRef) => void;
  readonly release: (ref: ContentRef) => void;
  /** Whether what the object needs is known. */
  readonly isReady: (object: KnownObject, needs: readonly ContentRef[]) => boolean;
  readonly onChange: (change: SourceChange) => void;
  /** How long nothing must happen before changes are handed on: what was written together comes by several watches. Milliseconds. */
  readonly quietMs: number;
  /** How long a change waits at most while others keep coming. Milliseconds. */
  readonly maxDelayMs: number;
}

interface Waiting {
  readonly ref: ObjectRef;
  readonly object: KnownObject | undefined;
  readonly needs: readonly ContentRef[];
}

/**
 * Collects what became of objects and hands it on together. A state that needs what is not known yet waits for it, and the one before stays in use: a Gateway is not
 * seen with a certificate that is still being fetched. What a state in use needs is held for as long as it is in use.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #waiting = new Map<string, Waiting>();
  /** What the states that were handed on need. */
  readonly #needs = new Map<string, readonly ContentRef[]>();
  #timer: NodeJS.Timeout | undefined;
  #since: number | undefined;
  #isOpen = false;
  #handedOn = 0;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Objects handed on so far, deleted ones too. */
  get handedOn(): number {
    return this.#handedOn;
  }

  /** @param object undefined: it is gone */
  put(ref: ObjectRef, object: KnownObject | undefined): void {
    const key = displayRef(ref);
    const needs = object === undefined ? [] : referencesOf(object);
    for (const need of needs) this.#options.refer(need);
    for (const need of this.#waiting.get(key)?.needs ?? []) this.#options.release(need);
    this.#waiting.set(key, { ref, object, needs });
    this.schedule();
  }

  /** Whether nothing waits for anything. */
  isReady(): boolean {
    return this.#waiting.values().every((waiting) => this.#isReady(waiting));
  }

  /** Hands on all there is, at once, and from now on whatever comes. */
  open(): void {
    this.#isOpen = true;
    this.#flush();
  }

  /** Something may have become ready. */
  schedule(): void {
    if (!this.#isOpen || this.#waiting.size === 0) return;
    clearTimeout(this.#timer);
    const now = performance.now();
    this.#since ??= now;
    const { quietMs, maxDelayMs } = this.#options;
    this.#timer = setTimeout(
      () => this.#flush(),
      Math.max(0, Math.min(quietMs, this.#since + maxDelayMs - now)),
    );
  }

  close(): void {
    this.#isOpen = false;
    clearTimeout(this.#timer);
  }

  #isReady({ object, needs }: Waiting): boolean {
    return object === undefined || this.#options.isReady(object, needs);
  }

  #flush(): void {
    this.#since = undefined;
    const upserts: KnownObject[] = [];
    const deletes: ObjectRef[] = [];
    // What is released on the way may put its own end here, which belongs to this very change: the iteration comes to it.
    for (const [key, waiting] of this.#waiting) {
      if (!this.#isReady(waiting)) continue;
      const { ref, object, needs } = waiting;
      this.#waiting.delete(key);
      const before = this.#needs.get(key) ?? [];
      if (needs.length > 0) this.#needs.set(key, needs);
      else this.#needs.delete(key);
      for (const need of before) this.#options.release(need);
      if (object === undefined) deletes.push(ref);
      else upserts.push(object);
    }
    if (upserts.length === 0 && deletes.length === 0) return;
    this.#handedOn += upserts.length + deletes.length;
    this.#options.onChange({ upserts, deletes });
  }
}
