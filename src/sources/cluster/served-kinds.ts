import { setTimeout as sleep } from 'node:timers/promises';
import {
  ApiError,
  startReflector,
  type ApiClient,
  type Reflector,
  type ReflectorLimits,
  type ServerObject,
} from '../../kubernetes/index.js';
import { KINDS, type InstalledBundle, type Kind, type KindName } from '../../resources/index.js';
import { bundleOf, isGatewayApi } from './bundle.js';
import { discover, type ServedVersions } from './discovery.js';
import type { KindProgress, KindState } from './state.js';

export interface ServedKindsOptions {
  readonly client: ApiClient;
  /** The kind is served in this version; undefined: it is not, and that is certain. Called after every look, for every kind that is clear. */
  readonly onKind: (kind: Kind, version: string | undefined) => void;
  /** What is known of the CRDs themselves, or of looking for kinds, changed. */
  readonly onProgress: () => void;
  readonly onBundle: (bundle: InstalledBundle | undefined) => void;
  readonly limits: Partial<ReflectorLimits> | undefined;
  readonly waits?: Partial<Waits>;
  readonly random: () => number;
}

interface Waits {
  /** Between two looks when nothing happens. Milliseconds. */
  readonly restMs: number;
  /** After a CRD changed, or while a kind is unclear: what is installed takes a moment to be served. Milliseconds. */
  readonly soonMs: number;
  /** How long a kind must be missing, though its CRD may be there, until that counts. Milliseconds. */
  readonly certainMs: number;
}

const WAITS: Waits = { restMs: 60_000, soonMs: 500, certainMs: 30_000 };
/** Looks after a CRD changed. */
const LOOKS = 5;
const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/**
 * Which kinds the server serves, and in which versions. Discovery alone would not do: a server that starts does not name kinds of CRDs at first, and taking them for gone
 * would take away what runs. So a kind counts as gone when its CRD is, which is watched, or when it has been missing for long.
 */
export class ServedKinds {
  readonly #options: ServedKindsOptions;
  readonly #waits: Waits;
  readonly #crds = new Map<string, ServerObject>();
  readonly #missingSince = new Map<KindName, number>();
  readonly #ended = new AbortController();
  #wake = new AbortController();
  #reflector: Reflector | undefined;
  #progress: KindProgress = 'waiting';
  #error: ApiError | undefined;
  #failures = 0;
  #looksSoon = LOOKS;
  #looking: Promise<ServedVersions> | undefined;

  constructor(options: ServedKindsOptions) {
    this.#options = options;
    this.#waits = { ...WAITS, ...options.waits };
  }

  /** How far the CRDs themselves are known. */
  state(): KindState {
    return {
      kind: 'CustomResourceDefinition',
      is: this.#progress,
      version: 'v1',
      objects: this.#crds.size,
      refused: 0,
      failures: this.#failures,
      fetches: 0,
      error: this.#error,
    };
  }

  /** They have been told once; or may not be read, which only leaves unknown what is installed. */
  get isKnown(): boolean {
    return this.#progress === 'synced' || this.#error?.status === 403;
  }

  start(): void {
    this.#reflector = startReflector({
      client: this.#options.client,
      path: CRDS,
      metadataOnly: true,
      random: this.#options.random,
      keep: ({ metadata: { name, uid, resourceVersion, annotations } }) => ({
        metadata: {
          name,
          ...(uid && { uid }),
          ...(resourceVersion && { resourceVersion }),
          ...(annotations && { annotations }),
        },
      }),
      onChange: ({ upserts, deletes }) => {
        for (const { object } of upserts) this.#crds.set(object.metadata.name, object);
        for (const { metadata } of deletes) this.#crds.delete(metadata.name);
        if ([...upserts.map(({ object }) => object), ...deletes].some(isGatewayApi)) this.#installedChanged();
      },
      onState: (state) => {
        if (state.is === 'failing') this.#failures += 1;
        this.#progress = state.is;
        this.#error = state.is === 'failing' ? state.error : undefined;
        this.#options.onProgress();
      },
      ...(this.#options.limits && { limits: this.#options.limits }),
    });
    void this.#run();
  }

  stop(): void {
    this.#ended.abort();
    this.#reflector?.stop();
  }

  /** Asks now whether a kind is gone for certain. Never rejects. */
  async isGone(kind: Kind): Promise<boolean> {
    try {
      return !(await this.#look()).has(kind.name) && this.#isCertain(kind);
    } catch {
      // Said as a failure of the kind itself by whoever asks.
      return false;
    }
  }

  #installedChanged(): void {
    this.#options.onBundle(bundleOf([...this.#crds.values()].filter(isGatewayApi)));
    this.#looksSoon = LOOKS;
    this.#wake.abort();
  }

  async #run(): Promise<void> {
    while (!this.#ended.signal.aborted) {
      let isUnclear = true;
      try {
        isUnclear = this.#tell(await this.#look());
      } catch {
        // Whatever keeps discovery from being answered keeps the kinds from it too, and shows there.
      }
      if (this.#looksSoon > 0) this.#looksSoon -= 1;
      const isSoon = isUnclear || this.#looksSoon > 0;
      await this.#pause((isSoon ? this.#waits.soonMs : this.#waits.restMs) * (0.5 + this.#options.random()));
    }
  }

  /** One look at a time: whoever asks meanwhile gets its answer. */
  async #look(): Promise<ServedVersions> {
    this.#looking ??= discover(this.#options.client).finally(() => (this.#looking = undefined));
    return await this.#looking;
  }

  /** @returns whether a kind is neither served nor certainly absent */
  #tell(served: ServedVersions): boolean {
    if (this.#ended.signal.aborted) return false;
    let isUnclear = false;
    for (const kind of Object.values<Kind>(KINDS)) {
      const version = served.get(kind.name);
      if (version !== undefined) {
        this.#missingSince.delete(kind.name);
        this.#options.onKind(kind, version);
      } else if (this.#isCertain(kind)) this.#options.onKind(kind, undefined);
      else isUnclear = true;
    }
    return isUnclear;
  }

  /** Of a kind that discovery does not name. */
  #isCertain({ name, plural, group, schema }: Kind): boolean {
    // What is built in is never served late.
    if (schema === 'kubernetes') return true;
    if (this.#progress === 'synced' && !this.#crds.has(`${plural}.${group}`)) return true;
    const since = this.#missingSince.get(name) ?? performance.now();
    this.#missingSince.set(name, since);
    return performance.now() - since >= this.#waits.certainMs;
  }

  async #pause(ms: number): Promise<void> {
    this.#wake = new AbortController();
    const signal = AbortSignal.any([this.#ended.signal, this.#wake.signal]);
    await sleep(ms, undefined, { signal, ref: false }).catch(() => undefined);
  }
}
