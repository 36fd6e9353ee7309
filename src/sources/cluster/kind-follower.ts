import {
  startReflector,
  type ApiClient,
  type ApiError,
  type Reflector,
  type ReflectorLimits,
} from '../../kubernetes/index.js';
import type { Kind } from '../../resources/index.js';
import { seenOf, type Seen } from './seen.js';
import type { KindProgress } from './state.js';

export interface FollowerOptions {
  readonly client: ApiClient;
  readonly kind: Kind;
  readonly metadataOnly: boolean;
  /** One object appeared, changed in anything at all, or went. */
  readonly onSeen: (seen: Seen | undefined, before: Seen | undefined) => void;
  readonly onProgress: () => void;
  /** Whether the server has no such version any more. Never rejects. */
  readonly isAbsent: () => Promise<boolean>;
  readonly limits: Partial<ReflectorLimits> | undefined;
  readonly random: () => number;
}

/** Follows one kind in whichever of its versions is served: at most one watch at a time. What is known stands until what comes after is known. */
export class KindFollower {
  readonly #options: FollowerOptions;
  readonly #seen = new Map<string, Seen>();
  #reflector: Reflector | undefined;
  #version: string | undefined;
  #progress: KindProgress = 'waiting';
  #error: ApiError | undefined;
  #failures = 0;
  #isKnown = false;

  constructor(options: FollowerOptions) {
    this.#options = options;
  }

  get progress(): KindProgress {
    return this.#progress;
  }

  /** All that there is has been told at least once, or that there is nothing. */
  get isKnown(): boolean {
    return this.#isKnown;
  }

  get version(): string | undefined {
    return this.#version;
  }

  get error(): ApiError | undefined {
    return this.#error;
  }

  get failures(): number {
    return this.#failures;
  }

  get objects(): ReadonlyMap<string, Seen> {
    return this.#seen;
  }

  get(namespace: string, name: string): Seen | undefined {
    return this.#seen.get(`${namespace}/${name}`);
  }

  /** Follows this version; it was served a moment ago. */
  follow(version: string): void {
    if (version === this.#version) {
      // What was not there may have come to be.
      if (this.#progress === 'absent') this.#reflector?.lookAgain();
      return;
    }
    if (this.#version === undefined) {
      this.#isKnown = false;
      this.#enter('waiting', undefined);
    }
    this.#reflector?.stop();
    this.#version = version;
    this.#reflector = this.#start(version);
  }

  /** There is none, or none that is needed. */
  leave(progress: 'absent' | 'unneeded'): void {
    this.#reflector?.stop();
    this.#reflector = undefined;
    this.#version = undefined;
    this.#forgetAllBut(new Set());
    this.#enter(progress, undefined);
  }

  lookAgain(): void {
    this.#reflector?.lookAgain();
  }

  stop(): void {
    this.#reflector?.stop();
  }

  #start(version: string): Reflector {
    const { client, kind, metadataOnly, isAbsent, limits, random } = this.#options;
    const { group, plural } = kind;
    // The first change is all there is, whatever another version told before.
    let isFirst = true;
    return startReflector<Seen>({
      client,
      path: `${group === '' ? '/api' : `/apis/${group}`}/${version}/${plural}`,
      metadataOnly,
      isAbsent,
      random,
      keep: (raw) => seenOf(raw, kind, version, this.#seen.get(keyOf(raw.metadata))),
      onChange: ({ upserts, deletes }) => {
        if (isFirst) this.#forgetAllBut(new Set(upserts.map(({ object }) => keyOf(object.metadata))));
        isFirst = false;
        for (const { metadata } of deletes) this.#forget(keyOf(metadata));
        for (const { object } of upserts) this.#learn(object);
      },
      onState: (state) => {
        if (state.is === 'failing') this.#failures += 1;
        this.#enter(state.is, state.is === 'failing' ? state.error : undefined);
      },
      ...(limits && { limits }),
    });
  }

  #learn(seen: Seen): void {
    const key = keyOf(seen.metadata);
    const before = this.#seen.get(key);
    this.#seen.set(key, seen);
    this.#options.onSeen(seen, before);
  }

  #forget(key: string): void {
    const before = this.#seen.get(key);
    if (!this.#seen.delete(key)) return;
    this.#options.onSeen(undefined, before);
  }

  #forgetAllBut(kept: ReadonlySet<string>): void {
    for (const key of [...this.#seen.keys()]) if (!kept.has(key)) this.#forget(key);
  }

  #enter(progress: KindProgress, error: ApiError | undefined): void {
    this.#progress = progress;
    this.#error = error;
    if (progress !== 'waiting' && progress !== 'failing') this.#isKnown = true;
    this.#options.onProgress();
  }
}

function keyOf({ namespace = '', name }: Seen['metadata']): string {
  return `${namespace}/${name}`;
}
