import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError, type ApiClient, type ServerObject } from '../../kubernetes/index.js';
import { KINDS, type KnownObject } from '../../resources/index.js';
import { keyOfContent, type ContentRef } from './references.js';
import { contentOf } from './seen.js';

export interface ContentsOptions {
  readonly client: ApiClient;
  /** Contents came, changed, or are not there (any more). */
  readonly onContent: (ref: ContentRef, content: KnownObject | undefined) => void;
  /** An answer came, whatever it was: what waited for it may go on. */
  readonly onSettled: () => void;
  /** The server has it and it cannot be used: it is forbidden, or does not fit. */
  readonly onRefused: (ref: ContentRef, why: string) => void;
  readonly waits?: Partial<Waits>;
  readonly random?: () => number;
}

interface Waits {
  /** After failures, doubled each time, with full jitter. Milliseconds. */
  readonly firstMs: number;
  readonly longestMs: number;
  /** Until what was forbidden is asked for again. Milliseconds. */
  readonly forbiddenMs: number;
}

const WAITS: Waits = { firstMs: 200, longestMs: 30_000, forbiddenMs: 60_000 };
/** Requests at a time: a cluster may have a thousand certificates. */
const AT_ONCE = 16;

interface Entry {
  readonly ref: ContentRef;
  /** How many states of objects refer to it. */
  referrers: number;
  content: KnownObject | undefined;
  /** Of the state that was fetched last; undefined: it was not there, or has not been fetched. */
  resourceVersion: string | undefined;
  /** That the metadata told last; undefined: it told of none, or that it is gone. */
  seenVersion: string | undefined;
  /** Some answer has come. */
  settled: boolean;
  /** It has to be asked for, or asked for again. */
  wanted: boolean;
  isAsking: boolean;
  failures: number;
  error: ApiError | undefined;
}

/**
 * The contents of the Secrets and ConfigMaps that something refers to, each fetched when the first reference to it appears and when its metadata says that it changed,
 * and dropped with the last reference. Nothing else is ever read of them.
 */
export class Contents {
  readonly #options: ContentsOptions;
  readonly #waits: Waits;
  readonly #entries = new Map<string, Entry>();
  readonly #ended = new AbortController();
  readonly #queue: Entry[] = [];
  readonly #fetches = { Secret: 0, ConfigMap: 0 };
  #asking = 0;

  constructor(options: ContentsOptions) {
    this.#options = options;
    this.#waits = { ...WAITS, ...options.waits };
  }

  /** How often contents of the kind were asked for. */
  fetches(kind: ContentRef['kind']): number {
    return this.#fetches[kind];
  }

  /** Of a request for contents of the kind that has to be repeated. */
  error(kind: ContentRef['kind']): ApiError | undefined {
    return [...this.#entries.values()].find(({ ref, error }) => ref.kind === kind && error !== undefined)
      ?.error;
  }

  refer(ref: ContentRef): void {
    const key = keyOfContent(ref);
    const known = this.#entries.get(key);
    if (known !== undefined) {
      known.referrers += 1;
      return;
    }
    const entry: Entry = {
      ref,
      referrers: 1,
      content: undefined,
      resourceVersion: undefined,
      seenVersion: undefined,
      settled: false,
      wanted: false,
      isAsking: false,
      failures: 0,
      error: undefined,
    };
    this.#entries.set(key, entry);
    this.#want(entry);
  }

  release(ref: ContentRef): void {
    const key = keyOfContent(ref);
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    entry.referrers -= 1;
    if (entry.referrers > 0) return;
    this.#entries.delete(key);
    if (entry.content !== undefined) this.#options.onContent(ref, undefined);
  }

  /** Whether some answer has come: contents, or that there are none to be had. */
  isSettled(ref: ContentRef): boolean {
    return this.#entries.get(keyOfContent(ref))?.settled ?? true;
  }

  /** What the metadata says. @param resourceVersion undefined: it is gone */
  metadataSeen(ref: ContentRef, resourceVersion: string | undefined): void {
    const entry = this.#entries.get(keyOfContent(ref));
    if (entry === undefined) return;
    entry.seenVersion = resourceVersion;
    if (resourceVersion === undefined) this.#settle(entry, undefined, undefined);
    // What is being asked for may be that state already.
    else if (!entry.isAsking && resourceVersion !== entry.resourceVersion) this.#want(entry);
  }

  stop(): void {
    this.#ended.abort();
  }

  #want(entry: Entry): void {
    if (entry.wanted || entry.isAsking) return;
    entry.wanted = true;
    this.#queue.push(entry);
    this.#work();
  }

  #work(): void {
    while (this.#asking < AT_ONCE) {
      const entry = this.#queue.shift();
      if (entry === undefined) return;
      this.#asking += 1;
      entry.isAsking = true;
      const { seenVersion: before } = entry;
      void this.#ask(entry).then(() => {
        this.#asking -= 1;
        entry.isAsking = false;
        const { seenVersion, resourceVersion } = entry;
        // It changed while it was asked for, and the answer is not that state.
        const isOld = seenVersion !== undefined && seenVersion !== before && seenVersion !== resourceVersion;
        if (isOld && this.#isCurrent(entry)) this.#want(entry);
        this.#work();
      });
    }
  }

  #isCurrent(entry: Entry): boolean {
    return !this.#ended.signal.aborted && this.#entries.get(keyOfContent(entry.ref)) === entry;
  }

  /** One request. Never rejects. */
  async #ask(entry: Entry): Promise<void> {
    if (!this.#isCurrent(entry)) return;
    const { kind, namespace, name } = entry.ref;
    entry.wanted = false;
    this.#fetches[kind] += 1;
    const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/${KINDS[kind].plural}/${encodeURIComponent(name)}`;
    try {
      const raw = (await this.#options.client.call({ path, signal: this.#ended.signal })) as ServerObject;
      if (!this.#isCurrent(entry)) return;
      const { object, faults } = contentOf(raw, KINDS[kind], entry.content);
      if (object === undefined) this.#options.onRefused(entry.ref, faults.join('; '));
      this.#settle(entry, object, raw.metadata.resourceVersion);
    } catch (thrown) {
      if (!this.#isCurrent(entry)) return;
      const error =
        thrown instanceof ApiError ? thrown : new ApiError(String(thrown), { status: 0 }, { cause: thrown });
      this.#failed(entry, error);
    }
  }

  #settle(entry: Entry, content: KnownObject | undefined, resourceVersion: string | undefined): void {
    const isNews = content !== entry.content;
    entry.settled = true;
    entry.failures = 0;
    entry.error = undefined;
    entry.content = content;
    entry.resourceVersion = resourceVersion;
    if (isNews) this.#options.onContent(entry.ref, content);
    this.#options.onSettled();
  }

  #failed(entry: Entry, error: ApiError): void {
    if (error.status === 404) {
      this.#settle(entry, undefined, undefined);
      return;
    }
    if (error.status === 403) {
      this.#options.onRefused(entry.ref, error.message);
      // What was read while it was allowed stays: a mistake in the permissions must not take a listener away.
      this.#settle(entry, entry.content, entry.resourceVersion);
      this.#later(entry, this.#waits.forbiddenMs);
      return;
    }
    entry.failures += 1;
    entry.error = error;
    const most = Math.min(this.#waits.firstMs * 2 ** (entry.failures - 1), this.#waits.longestMs);
    this.#later(entry, Math.max(error.retryAfterMs ?? 0, (this.#options.random ?? Math.random)() * most));
    this.#options.onSettled();
  }

  #later(entry: Entry, ms: number): void {
    void sleep(ms, undefined, { signal: this.#ended.signal, ref: false }).then(
      () => {
        if (this.#isCurrent(entry)) this.#want(entry);
      },
      () => undefined,
    );
  }
}
