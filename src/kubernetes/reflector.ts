import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { WindlassError } from '../errors/index.js';
import { ApiError } from './api-error.js';
import type { ApiClient } from './api-client.js';
import { slim, type ServerObject } from './server-object.js';
import { watchEvents, type WatchEvent } from './watch-events.js';

/** What became of objects of the kind since the last call; nobody is in it twice. */
export interface ReflectedChange<T extends ServerObject = ServerObject> {
  readonly upserts: readonly { readonly object: T; readonly before: T | undefined }[];
  /** As they were last seen. */
  readonly deletes: readonly T[];
}

export interface ReflectorOptions<T extends ServerObject = ServerObject> {
  readonly client: ApiClient;
  /** Path of the kind in all namespaces, as `/apis/gateway.networking.k8s.io/v1/httproutes`. */
  readonly path: string;
  /** Only those with these labels, as `app.kubernetes.io/managed-by=windlass`. Default: all. */
  readonly labelSelector?: string;
  /** Only metadata is asked for. */
  readonly metadataOnly?: boolean;
  /** Every change, a list's too; first all there is. Never empty, but for the first, which says that the kind is known. */
  readonly onChange: (change: ReflectedChange<T>) => void;
  readonly onState: (state: ReflectorState) => void;
  /** What is kept of an object in its place; default: all of it. */
  readonly keep?: (object: ServerObject) => T;
  /** Asked when the server does not know the kind (any more): whether that is really so. While it is not, the answer counts as a failure. Default: yes. */
  readonly isAbsent?: () => Promise<boolean>;
  readonly limits?: Partial<ReflectorLimits>;
  readonly random?: () => number;
}

export interface ReflectorLimits {
  /** Objects of one page of a list. */
  readonly pageSize: number;
  /** Seconds that the server is asked to keep a watch open: between this and its double, so that not all end at once. */
  readonly watchSeconds: number;
  /** Waits after failures, doubled each time, with full jitter. Milliseconds. */
  readonly firstWaitMs: number;
  readonly longestWaitMs: number;
  /** Between two looks for a kind that the server does not know. Milliseconds. */
  readonly absentMs: number;
}

const LIMITS: ReflectorLimits = {
  pageSize: 500,
  watchSeconds: 300,
  firstWaitMs: 200,
  longestWaitMs: 30_000,
  absentMs: 10_000,
};

/**
 * `absent`: the server does not know the kind, which counts as known to be empty. `synced`: all that is there has been told, and the watch follows.
 * `failing`: what was told stands, and may be old.
 */
export type ReflectorState =
  | { readonly is: 'absent' }
  | { readonly is: 'synced' }
  | { readonly is: 'failing'; readonly error: ApiError };

export interface Reflector {
  /** Looks again at once, should it wait: the kind may have come to be. */
  lookAgain(): void;
  /** No callback is called afterwards. */
  stop(): void;
}

const SHORT_WATCH_MS = 1000;
const SLICE_MS = 10;
/** Whoever says to come back at once is not asked in a loop. */
const LEAST_WAIT_MS = 200;
const LIST_AS_METADATA = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json';
const WATCH_AS_METADATA = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json';

/**
 * Follows all objects of one kind: lists them in pages, then watches from there, and lists again when the server has forgotten what was told last.
 * Between, whatever fails is tried again for ever. Source: Kubernetes API concepts.
 */
export function startReflector<T extends ServerObject = ServerObject>(
  options: ReflectorOptions<T>,
): Reflector {
  const { client, path, labelSelector, metadataOnly = false, onState, random = Math.random } = options;
  // Without `keep`, T is what it is by default.
  const { keep = (object: ServerObject) => object as T, isAbsent = () => Promise.resolve(true) } = options;
  const limits = { ...LIMITS, ...options.limits };
  const ended = new AbortController();
  let wake = new AbortController();
  let known = new Map<string, T>();
  /** Where the watch goes on; undefined: list first. */
  let position: string | undefined;
  let failures = 0;
  /** The position is that of a list, and no watch has got on from there. */
  let isFresh = false;
  let isTold = false;
  let sliceStart = 0;

  const isEnded = (): boolean => ended.signal.aborted;

  const tell = (change: ReflectedChange<T>): void => {
    if (isEnded()) return;
    if (isTold && change.upserts.length === 0 && change.deletes.length === 0) return;
    isTold = true;
    options.onChange(change);
  };

  const list = async (): Promise<void> => {
    const next = new Map<string, T>();
    let token: string | undefined;
    let resourceVersion: string | undefined;
    do {
      const query = new URLSearchParams({
        limit: String(limits.pageSize),
        ...(labelSelector !== undefined && { labelSelector }),
        ...(token && { continue: token }),
      });
      const page = (await client.call({
        path: `${path}?${query.toString()}`,
        accept: metadataOnly ? LIST_AS_METADATA : 'application/json',
        signal: ended.signal,
      })) as ListPage;
      for (const item of page.items ?? []) {
        next.set(keyOf(item), keep(slim(item)));
        await pauseIfLong();
      }
      token = page.metadata.continue === '' ? undefined : page.metadata.continue;
      resourceVersion = page.metadata.resourceVersion;
    } while (token !== undefined);
    const before = known;
    known = next;
    position = resourceVersion;
    isFresh = true;
    tell(differenceOf(before, next));
  };

  /** Long pages, and many events at once, are taken in slices, between which others have their turn. */
  const pauseIfLong = async (): Promise<void> => {
    if (performance.now() - sliceStart < SLICE_MS) return;
    await nextTurn();
    sliceStart = performance.now();
  };

  const apply = async (events: readonly WatchEvent[]): Promise<void> => {
    const before = new Map<string, T>();
    const touched = new Set<string>();
    for (const event of events) {
      if (event.type === 'BOOKMARK') {
        position = event.resourceVersion;
        continue;
      }
      const key = keyOf(event.object);
      position = event.object.metadata.resourceVersion ?? position;
      const old = known.get(key);
      if (!touched.has(key) && old !== undefined) before.set(key, old);
      touched.add(key);
      if (event.type === 'DELETED') known.delete(key);
      else known.set(key, keep(slim(event.object)));
      await pauseIfLong();
    }
    if (touched.size > 0) tell(differenceOf(before, known, touched));
  };

  const watch = async (): Promise<void> => {
    const seconds = Math.round(limits.watchSeconds * (1 + random()));
    const query = new URLSearchParams({
      watch: '1',
      ...(labelSelector !== undefined && { labelSelector }),
      allowWatchBookmarks: 'true',
      resourceVersion: position ?? '',
      timeoutSeconds: String(seconds),
    });
    const body = await client.stream({
      path: `${path}?${query.toString()}`,
      accept: metadataOnly ? WATCH_AS_METADATA : 'application/json',
      signal: ended.signal,
      // The server ends it before; a connection that died without a word is told by the silence.
      timeoutMs: (seconds + 30) * 1000,
    });
    onState({ is: 'synced' });
    for await (const events of watchEvents(body)) {
      failures = 0;
      isFresh = false;
      sliceStart = performance.now();
      await apply(events);
    }
  };

  const pause = async (ms: number): Promise<void> => {
    wake = new AbortController();
    const signal = AbortSignal.any([ended.signal, wake.signal]);
    await sleep(ms, undefined, { signal }).catch(() => undefined);
  };

  const run = async (): Promise<void> => {
    while (!isEnded()) {
      try {
        if (position === undefined) await list();
        const begun = performance.now();
        await watch();
        // A server that ends each watch at once is not asked in a loop.
        if (performance.now() - begun < SHORT_WATCH_MS) await pause(random() * SHORT_WATCH_MS);
      } catch (thrown) {
        if (isEnded()) return;
        await recover(thrown);
      }
    }
  };

  const recover = async (thrown: unknown): Promise<void> => {
    const error =
      thrown instanceof ApiError
        ? thrown
        : new ApiError(`${path}: ${WindlassError.from(thrown).message}`, { status: 0 }, { cause: thrown });
    // The server has forgotten what came after: all is looked at again, and told as differences.
    if (error.status === 410) {
      position = undefined;
      // Unless it has forgotten even what it has just told.
      if (!isFresh) return;
    }
    if (error.status === 404 && (await isAbsent())) {
      const before = known;
      known = new Map();
      position = undefined;
      tell(differenceOf(before, known));
      onState({ is: 'absent' });
      await pause(limits.absentMs * (0.5 + random()));
      return;
    }
    isFresh = false;
    onState({ is: 'failing', error });
    // Who says when to come back is there: it is not waited for as one that is not.
    if (error.retryAfterMs !== undefined) {
      await pause(Math.max(error.retryAfterMs, LEAST_WAIT_MS) * (1 + random()));
      return;
    }
    failures += 1;
    await pause(random() * Math.min(limits.firstWaitMs * 2 ** (failures - 1), limits.longestWaitMs));
  };

  void run();
  return { lookAgain: () => wake.abort(), stop: () => ended.abort() };
}

interface ListPage {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  /** A list of metadata says null where it is empty. */
  readonly items: readonly ServerObject[] | null;
}

function keyOf({ metadata }: ServerObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

/** An object that was deleted and made anew meanwhile has another uid: it counts as changed, with what was before. */
function differenceOf<T extends ServerObject>(
  before: ReadonlyMap<string, T>,
  after: ReadonlyMap<string, T>,
  keys: Iterable<string> = new Set([...before.keys(), ...after.keys()]),
): ReflectedChange<T> {
  const upserts: { object: T; before: T | undefined }[] = [];
  const deletes: T[] = [];
  for (const key of keys) {
    const [old, object] = [before.get(key), after.get(key)];
    if (object === undefined) {
      if (old !== undefined) deletes.push(old);
    } else if (old === undefined || isNews(old, object)) upserts.push({ object, before: old });
  }
  return { upserts, deletes };
}

function isNews({ metadata: a }: ServerObject, { metadata: b }: ServerObject): boolean {
  return a.uid !== b.uid || a.resourceVersion !== b.resourceVersion;
}
