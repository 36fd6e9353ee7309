import { WindlassError } from '../../errors/index.js';
import { displayRef, type ObjectRef } from '../../resources/index.js';
import { ApiError, type ApiClient, type ServerObject } from '../../kubernetes/index.js';
import type { Logger, Metrics } from '../../telemetry/index.js';
import type { ObjectStatus } from '../object-status.js';
import { NO_STATUSES, type StatusBook } from '../transition.js';
import { createHistory, type History } from './history.js';
import { fieldOf } from '../json.js';
import { holdsOurs, mergedStatus, type Merged } from './merge.js';
import { createPacer, type Next, type Pacer } from './pacer.js';
import { putStatus, type Put } from './put-status.js';
import { createRate, type Rate } from './rate.js';

export interface StatusWriterOptions {
  readonly client: ApiClient;
  readonly controllerName: string;
  /** The object as it was last seen, with its status; undefined: there is none. */
  readonly current: (ref: ObjectRef) => ServerObject | undefined;
  /** `/apis/GROUP/VERSION/namespaces/NAMESPACE/PLURAL/NAME`; undefined: the server does not serve the kind. */
  readonly pathOf: (ref: ObjectRef) => string | undefined;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Asked right before each request that writes; default: as `lead` says. */
  readonly mayWrite?: () => boolean;
  /** A status was written. */
  readonly onWritten?: (written: WrittenStatus) => void;
  readonly limits?: Partial<StatusWriterLimits>;
  /** Milliseconds, by a clock that nobody sets. */
  readonly now?: () => number;
  readonly random?: () => number;
}

export interface WrittenStatus {
  readonly ref: ObjectRef;
  /** The object as it was before. */
  readonly server: ServerObject;
  readonly before: unknown;
  readonly after: unknown;
}

export interface StatusWriterLimits {
  /** Between two writes of one object, and of what is not urgent the double for each time in a row, up to the longest. Milliseconds. */
  readonly intervalMs: number;
  readonly longestIntervalMs: number;
  /** Between two looks at one object that is not to be written yet. Milliseconds. */
  readonly lookMs: number;
  /** Writes at a time, in a second, and at once after a pause. */
  readonly concurrency: number;
  readonly perSecond: number;
  readonly burst: number;
  /** Waits after failures, doubled each time, with full jitter. Milliseconds. */
  readonly firstWaitMs: number;
  readonly longestWaitMs: number;
  /** What is not urgent waits so long after the beginning of a lead: a process that has just started does not know all yet. Milliseconds. */
  readonly settleMs: number;
  /** How long an entry of ours may be there for which nothing speaks: what names it may not have been read yet. Milliseconds. */
  readonly strayMs: number;
}

const LIMITS: StatusWriterLimits = {
  intervalMs: 1000,
  longestIntervalMs: 10_000,
  lookMs: 100,
  concurrency: 10,
  perSecond: 200,
  burst: 200,
  firstWaitMs: 200,
  longestWaitMs: 30_000,
  settleMs: 5000,
  strayMs: 5000,
};

/**
 * Writes statuses into the API server: only while leading, only what differs from what the server has, and leaving alone what others wrote there
 * (docs/decisions/0031-status-in-a-cluster.md). Every object is looked at when our status of it changes and when the server's does; whoever changes
 * or removes ours meets it again.
 */
export class StatusWriter {
  readonly #options: StatusWriterOptions;
  readonly #limits: StatusWriterLimits;
  readonly #pacer: Pacer;
  readonly #rate: Rate;
  readonly #history: History;
  readonly #random: () => number;
  #book: StatusBook | undefined;
  /** Objects that are in no book and hold entries of ours, as far as is known. By `Kind namespace/name`. */
  readonly #strays = new Map<string, ObjectRef>();
  /** While leading. */
  #leading: AbortController | undefined;

  constructor(options: StatusWriterOptions) {
    const { now = () => performance.now(), random = Math.random } = options;
    this.#options = options;
    this.#limits = { ...LIMITS, ...options.limits };
    const { concurrency, perSecond, burst } = this.#limits;
    this.#random = random;
    this.#rate = createRate(perSecond, burst, now);
    this.#history = createHistory(this.#limits, now);
    this.#pacer = createPacer({ work: (key) => this.#work(key), groupOf: namespaceIn, concurrency, now });
    options.metrics.onCollect(() => options.metrics.set('windlass_status_pending', {}, this.#pacer.size));
  }

  /** Our statuses as they are from now on. */
  write(book: StatusBook): void {
    const before = this.#book ?? NO_STATUSES;
    this.#book = book;
    for (const { key, before: was, after } of book.statuses.changesSince(before.statuses)) {
      if (after !== undefined) this.#strays.delete(key);
      else if (was !== undefined) this.#strays.set(key, was.ref);
      this.#ask(key);
    }
    if (before === NO_STATUSES) for (const key of this.#strays.keys()) this.#ask(key, this.#limits.strayMs);
  }

  /** The object came or changed at the server, its status perhaps. */
  seen(ref: ObjectRef): void {
    const { current, controllerName } = this.#options;
    const key = displayRef(ref);
    if (this.#book?.statuses.has(key) === true) {
      this.#ask(key);
      return;
    }
    const isStray = holdsOurs(fieldOf(current(ref), 'status'), controllerName);
    if (!isStray) this.#strays.delete(key);
    else if (!this.#strays.has(key)) {
      this.#strays.set(key, ref);
      this.#ask(key, this.#limits.strayMs);
    }
  }

  lead(isLeader: boolean): void {
    if (isLeader === (this.#leading !== undefined)) return;
    if (isLeader) {
      this.#leading = new AbortController();
      this.#history.begin();
      for (const key of this.#book?.statuses.keys() ?? []) this.#ask(key);
      for (const key of this.#strays.keys()) this.#ask(key, this.#limits.strayMs);
    } else {
      this.#leading?.abort();
      this.#leading = undefined;
      this.#pacer.clear();
    }
  }

  stop(): void {
    this.lead(false);
  }

  #ask(key: string, afterMs = 0): void {
    if (this.#leading !== undefined && this.#book !== undefined) this.#pacer.ask(key, afterMs);
  }

  async #work(key: string): Promise<Next> {
    const signal = this.#leading?.signal;
    if (signal === undefined) return {};
    try {
      return await this.#bring(key, signal);
    } catch (thrown) {
      if (signal.aborted) return {};
      return this.#failed(key, thrown);
    }
  }

  /** Brings the server's status to what it should be, if it is not and it is time. */
  async #bring(key: string, signal: AbortSignal): Promise<Next> {
    const difference = this.#difference(key);
    if (difference === undefined) return {};
    const waitMs = this.#history.waitMs(key, difference.merged.isUrgent);
    // What changes very often is not compared every time.
    if (waitMs > 0) return { againMs: waitMs, restMs: Math.min(waitMs, this.#limits.lookMs) };
    await this.#rate.turn(signal);
    // Whatever has become of it meanwhile: the newest counts.
    const newest = this.#difference(key);
    if (signal.aborted || newest === undefined) return {};
    const { client, metrics, controllerName, mayWrite = () => true } = this.#options;
    const result = await putStatus({
      ...newest,
      client,
      signal,
      mayWrite,
      merge: (status) => mergedStatus(status, newest.ours, controllerName),
      onConflict: () =>
        metrics.add('windlass_status_writes_total', { kind: newest.ref.kind, result: 'conflict' }),
    });
    switch (result.is) {
      case 'written':
        metrics.add('windlass_status_writes_total', { kind: newest.ref.kind, result: 'written' });
        this.#written(key, newest, result);
        return { restMs: this.#limits.intervalMs };
      case 'equal':
      case 'gone':
        this.#history.recovered(key);
        return {};
      case 'refused':
        return { againMs: this.#limits.intervalMs };
      case 'overtaken':
        return { againMs: this.#limits.strayMs };
    }
  }

  #written(key: string, { ref, ours }: Difference, { server, merged, resourceVersion }: Written): void {
    const { logger, onWritten } = this.#options;
    const { status, left } = merged;
    const object = displayRef(ref);
    const failures = this.#history.recovered(key);
    if (failures > 0) logger.info('status written after failures', { object, failures });
    if (left > 0) logger.warn('no room for all entries in a status, others fill the list', { object, left });
    this.#history.wrote(key, ours, resourceVersion);
    onWritten?.({ ref, server, before: fieldOf(server, 'status'), after: status });
  }

  #failed(key: string, thrown: unknown): Next {
    const { logger, metrics } = this.#options;
    const failures = this.#history.failed(key);
    const kind = key.slice(0, key.indexOf(' '));
    metrics.add('windlass_status_writes_total', { kind, result: 'failed' });
    const { code, message } = WindlassError.from(thrown);
    const retryAfterMs = thrown instanceof ApiError ? (thrown.retryAfterMs ?? 0) : 0;
    const most = Math.min(this.#limits.firstWaitMs * 2 ** (failures - 1), this.#limits.longestWaitMs);
    const waitMs = Math.max(retryAfterMs, this.#random() * most);
    // The first, and then ever more rarely.
    if (Number.isInteger(Math.log2(failures))) {
      logger.warn('status cannot be written, it is tried again', {
        ...{ object: key, code, error: message, failures, waitMs: Math.round(waitMs) },
      });
    }
    return { againMs: waitMs, restMs: waitMs };
  }

  /** What is to be written of an object now; undefined: nothing. */
  #difference(key: string): Difference | undefined {
    const { current, pathOf, controllerName } = this.#options;
    const ours = this.#book?.statuses.get(key);
    const ref = ours?.ref ?? this.#strays.get(key);
    const server = ref && current(ref);
    const path = ref && pathOf(ref);
    if (ref === undefined || server === undefined || path === undefined) {
      this.#strays.delete(key);
      this.#history.forget(key);
      return undefined;
    }
    if (this.#history.isWritten(key, ours, server.metadata.resourceVersion)) return undefined;
    const merged = mergedStatus(fieldOf(server, 'status'), ours, controllerName);
    if (merged !== undefined) return { ref, server, path, ours, merged };
    if (ours === undefined) this.#strays.delete(key);
    return undefined;
  }
}

/** Of `Kind namespace/name`; '' of what is in none. */
function namespaceIn(key: string): string {
  return /^\w+ (.*)\//.exec(key)?.[1] ?? '';
}

type Written = Extract<Put, { readonly is: 'written' }>;

interface Difference {
  readonly ref: ObjectRef;
  readonly server: ServerObject;
  readonly path: string;
  readonly ours: ObjectStatus | undefined;
  readonly merged: Merged;
}
