import { isDeepStrictEqual } from 'node:util';
import type { ApiClient, ReflectorLimits, ServerObject } from '../../kubernetes/index.js';
import {
  displayRef,
  KINDS,
  type InstalledBundle,
  type Kind,
  type KindName,
  type KnownObject,
  type ObjectRef,
} from '../../resources/index.js';
import { silentLogger, type Logger } from '../../telemetry/index.js';
import type { SourceChange } from '../events.js';
import { Contents } from './contents.js';
import { KindFollower } from './kind-follower.js';
import { Outbox } from './outbox.js';
import { keyOfContent, refOfContent, type ContentKind, type ContentRef } from './references.js';
import type { Seen } from './seen.js';
import { ServedKinds } from './served-kinds.js';
import type { KindState, RefusedObject } from './state.js';
import { Transitions } from './transitions.js';

export interface ClusterSourceOptions {
  readonly client: ApiClient;
  /** Called once per change, first with everything that is there (unless that is nothing). */
  readonly onChange: (change: SourceChange) => void;
  /** Which Gateway API is installed was seen to be another one; undefined: none. First called before {@link ClusterSource.start} resolves. */
  readonly onBundle?: (bundle: InstalledBundle | undefined) => void;
  /** The object is new on the server, or its status there is another one, whoever wrote it. Called as it is seen, before what else changed is handed on. */
  readonly onStatusSeen?: (ref: ObjectRef) => void;
  readonly logger?: Logger;
  /** See {@link OutboxOptions}. Milliseconds, default 10. */
  readonly quietMs?: number;
  /** Milliseconds, default 100. */
  readonly maxDelayMs?: number;
  /** Of every watch, and of looking for kinds. */
  readonly limits?: Partial<ReflectorLimits>;
  readonly waits?: SourceWaits;
  readonly random?: () => number;
}

export interface SourceWaits {
  readonly kinds?: ConstructorParameters<typeof ServedKinds>[0]['waits'];
  readonly contents?: ConstructorParameters<typeof Contents>[0]['waits'];
}

/** Of these, only that they exist and when they change is followed; contents are fetched when something refers to them. */
const CONTENT_KINDS: readonly ContentKind[] = ['Secret', 'ConfigMap'];
const METADATA_ONLY = new Set<KindName>([...CONTENT_KINDS, 'Namespace']);
/** How often the log says what a start waits for. */
const TELL_MS = 10_000;

/**
 * Follows everything that is read of a cluster: one watch for each kind, in the version that the server serves. Nothing is handed on before all of it is known; then each
 * change is, and what is known stands whatever becomes of the server.
 */
export class ClusterSource {
  readonly #options: ClusterSourceOptions;
  readonly #logger: Logger;
  readonly #followers: ReadonlyMap<KindName, KindFollower>;
  readonly #kinds: ServedKinds;
  readonly #contents: Contents;
  readonly #outbox: Outbox;
  readonly #transitions: Transitions;
  readonly #refused = new Map<string, RefusedObject & { readonly kind: KindName }>();
  /** XBackends that lead to Pods; while there are none, Pods are not followed. */
  readonly #selecting = new Set<string>();
  #podVersion: string | undefined;
  #bundle: InstalledBundle | undefined;
  #complete = Promise.withResolvers<undefined>();
  #isComplete = false;
  #check: NodeJS.Immediate | undefined;
  #isStopped = false;

  constructor(options: ClusterSourceOptions) {
    const {
      client,
      logger = silentLogger,
      quietMs = 10,
      maxDelayMs = 100,
      limits,
      waits = {},
      random = Math.random,
    } = options;
    this.#options = options;
    this.#logger = logger;
    this.#transitions = new Transitions(logger);
    this.#outbox = new Outbox({
      refer: (ref) => this.#contents.refer(ref),
      release: (ref) => this.#contents.release(ref),
      isReady: (object, needs) => this.#isReady(object, needs),
      onChange: options.onChange,
      quietMs,
      maxDelayMs,
    });
    this.#contents = new Contents({
      client,
      onContent: (ref, content) => this.#outbox.put(refOfContent(ref), content),
      onSettled: () => this.#progressed(),
      onRefused: (ref, why) =>
        logger.error('object cannot be used', { object: keyOfContent(ref), reason: why }),
      ...(waits.contents && { waits: waits.contents }),
      random,
    });
    this.#kinds = new ServedKinds({
      client,
      onKind: (kind, version) => this.#kindSeen(kind, version),
      onProgress: () => this.#progressed(),
      onBundle: (bundle) => this.#bundleSeen(bundle),
      limits,
      ...(waits.kinds && { waits: waits.kinds }),
      random,
    });
    this.#followers = new Map(
      Object.values<Kind>(KINDS).map((kind) => [
        kind.name,
        new KindFollower({
          client,
          kind,
          metadataOnly: METADATA_ONLY.has(kind.name),
          onSeen: (seen, before) => this.#seen(kind, seen, before),
          onProgress: () => this.#progressed(),
          isAbsent: () => this.#kinds.isGone(kind),
          limits,
          random,
        }),
      ]),
    );
  }

  /**
   * Begins to follow. Resolves when every kind is known, or known to be absent, and all of it has been handed to the callbacks; a server that fails is waited for.
   * After {@link stop} it resolves too.
   */
  async start(): Promise<void> {
    const timer = setInterval(() => this.#tellWaiting(), TELL_MS);
    this.#kinds.start();
    try {
      await this.#complete.promise;
    } finally {
      clearInterval(timer);
    }
  }

  /** Ends following; no callback is called afterwards. */
  stop(): void {
    this.#isStopped = true;
    clearImmediate(this.#check);
    this.#kinds.stop();
    this.#contents.stop();
    this.#outbox.close();
    for (const follower of this.#followers.values()) follower.stop();
    this.#complete.resolve(undefined);
  }

  /** Whether everything was known once. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** Which Gateway API is installed; undefined: none, or not known. */
  get bundle(): InstalledBundle | undefined {
    return this.#bundle;
  }

  /** As it was last seen on the server: with its metadata, the version in which it is served and, of kinds whose status is written, its status. */
  object(ref: ObjectRef): (ServerObject & { readonly status?: unknown }) | undefined {
    return this.#followerOf(ref)?.get(ref.namespace, ref.name);
  }

  /** Path of an object in the version of its kind that the server serves, as far as is known; undefined: it does not serve the kind. */
  pathOf(ref: ObjectRef): string | undefined {
    const kind = Object.values<Kind>(KINDS).find(
      ({ name, group }) => name === ref.kind && group === ref.group,
    );
    const version = this.#followerOf(ref)?.version;
    if (kind === undefined || version === undefined) return undefined;
    const group = kind.group === '' ? `/api/${version}` : `/apis/${kind.group}/${version}`;
    return `${group}${kind.namespaced ? `/namespaces/${ref.namespace}` : ''}/${kind.plural}/${ref.name}`;
  }

  /** How far each kind is known. */
  state(): readonly KindState[] {
    return [
      this.#kinds.state(),
      ...[...this.#followers].map(([kind, follower]) => this.#stateOf(kind, follower)),
    ];
  }

  #stateOf(kind: KindName, follower: KindFollower): KindState {
    const content = CONTENT_KINDS.find((each) => each === kind);
    const error = follower.error ?? (content && this.#contents.error(content));
    return {
      kind,
      is: error === undefined ? follower.progress : 'failing',
      version: follower.version,
      objects: follower.objects.size,
      refused: this.#refused.values().reduce((sum, refused) => sum + Number(refused.kind === kind), 0),
      failures: follower.failures,
      fetches: content === undefined ? 0 : this.#contents.fetches(content),
      error,
    };
  }

  /** Objects that the server has and that are not used as they are there. */
  refused(): readonly RefusedObject[] {
    return [...this.#refused.values()];
  }

  /** Upserts and deletes that were handed on. */
  get objectsChanged(): number {
    return this.#outbox.handedOn;
  }

  #followerOf({ kind, group }: ObjectRef): KindFollower | undefined {
    const known = Object.values<Kind>(KINDS).find((each) => each.name === kind && each.group === group);
    return known && this.#followers.get(known.name);
  }

  #kindSeen(kind: Kind, version: string | undefined): void {
    if (kind.name === 'Pod') this.#podVersion = version;
    this.#follow(kind.name, version);
  }

  #follow(kind: KindName, version: string | undefined): void {
    const follower = this.#followers.get(kind);
    if (this.#isStopped || follower === undefined) return;
    if (kind === 'Pod' && this.#selecting.size === 0) {
      if (follower.progress !== 'unneeded') follower.leave('unneeded');
    } else if (version !== undefined) follower.follow(version);
    else if (follower.version !== undefined || !follower.isKnown) follower.leave('absent');
  }

  #seen(kind: Kind, seen: Seen | undefined, before: Seen | undefined): void {
    const known = seen ?? before;
    if (known === undefined) return;
    const { name, namespace = '' } = known.metadata;
    const ref = { group: kind.group, kind: kind.name, namespace, name };
    this.#judge(ref, kind.name, seen, before);
    const content = CONTENT_KINDS.find((each) => each === kind.name);
    if (content !== undefined) {
      this.#contents.metadataSeen({ kind: content, namespace, name }, seen?.metadata.resourceVersion);
      return;
    }
    if (kind.name === 'XBackend') this.#select(displayRef(ref), seen?.object);
    if (seen?.object !== before?.object) this.#outbox.put(ref, seen?.object);
    if (seen !== undefined && (before === undefined || !isDeepStrictEqual(seen.status, before.status))) {
      this.#options.onStatusSeen?.(ref);
    }
  }

  /** Keeps the book of what is refused, and tells each fault once. */
  #judge(ref: ObjectRef, kind: KindName, seen: Seen | undefined, before: Seen | undefined): void {
    const object = displayRef(ref);
    const faults = seen?.faults ?? [];
    if (seen === undefined || faults.length === 0) {
      if (this.#refused.delete(object) && seen !== undefined)
        this.#logger.info('object can be used again', { object });
      return;
    }
    const { generation } = seen.metadata;
    const refused = { object, kind, generation, faults, keepsEarlier: seen.object !== undefined };
    this.#refused.set(object, refused);
    if (isDeepStrictEqual(faults, before?.faults) && before?.metadata.uid === seen.metadata.uid) return;
    this.#logger.error(
      refused.keepsEarlier
        ? 'object does not fit, its earlier state stays'
        : 'object does not fit and is not used',
      { object, generation, reason: faults.join('; ') },
    );
  }

  #select(key: string, object: KnownObject | undefined): void {
    if (object?.kind === 'XBackend' && object.spec.endpointSelector !== undefined) this.#selecting.add(key);
    else this.#selecting.delete(key);
    this.#follow('Pod', this.#podVersion);
  }

  #isReady(object: KnownObject, needs: readonly ContentRef[]): boolean {
    if (!needs.every((need) => this.#contents.isSettled(need))) return false;
    const selects = object.kind === 'XBackend' && object.spec.endpointSelector !== undefined;
    return !selects || this.#followers.get('Pod')?.isKnown === true;
  }

  #bundleSeen(bundle: InstalledBundle | undefined): void {
    if (isDeepStrictEqual(bundle, this.#bundle)) return;
    this.#bundle = bundle;
    if (bundle === undefined) this.#logger.warn('gateway api is not installed');
    else
      this.#logger.info('gateway api is installed', {
        versions: bundle.versions.join(','),
        channel: bundle.channel,
      });
    this.#options.onBundle?.(bundle);
  }

  #progressed(): void {
    if (this.#isStopped) return;
    this.#check ??= setImmediate(() => {
      this.#check = undefined;
      this.#look();
    });
  }

  #look(): void {
    this.#transitions.look(this.state());
    if (this.#isComplete) {
      this.#outbox.schedule();
      return;
    }
    if (this.#unknown().length > 0 || !this.#outbox.isReady()) return;
    this.#isComplete = true;
    this.#outbox.open();
    this.#complete.resolve(undefined);
  }

  #unknown(): readonly string[] {
    const kinds = [...this.#followers].filter(([, { isKnown }]) => !isKnown).map(([kind]) => kind);
    return this.#kinds.isKnown ? kinds : ['CustomResourceDefinition', ...kinds];
  }

  #tellWaiting(): void {
    const [reason] = this.state().flatMap(({ error }) => (error === undefined ? [] : [error.message]));
    this.#logger.warn('waiting for the first complete store', { kinds: this.#unknown().join(','), reason });
  }
}
