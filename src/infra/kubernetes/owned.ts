import {
  startReflector,
  type ApiClient,
  type ReflectedChange,
  type Reflector,
  type ReflectorLimits,
  type ReflectorState,
  type ServerObject,
} from '../../kubernetes/index.js';
import { LABELS, MANAGED_BY, saidFleet } from './names.js';
import { INFRA_KINDS, pathOf, type InfraKind } from './objects/infra-object.js';

/** An object that was made for a Gateway, as the server has it. */
export interface OwnedObject extends ServerObject {
  readonly kind: InfraKind;
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
}

/** What there is of ours in the cluster, as far as is known. */
export interface Owned {
  get(kind: InfraKind, namespace: string, name: string): OwnedObject | undefined;
  /** Of one Gateway, `namespace/name`. */
  ofFleet(fleet: string): readonly OwnedObject[];
  fleets(): ReadonlySet<string>;
  /**
   * Runs a write. What it was answered with – undefined: the object was deleted – counts until the watch says something about the object, unless the watch
   * has been faster: an answer may be read after what came later.
   */
  write<T extends ServerObject | undefined>(
    kind: InfraKind,
    namespace: string,
    name: string,
    write: () => Promise<T>,
  ): Promise<T>;
  /** Whether the server has the kind, and lets us see it. */
  isServed(kind: InfraKind): boolean;
  /** All that there is has been listed once. */
  isSynced(): boolean;
  stop(): void;
}

export interface OwnedOptions {
  readonly client: ApiClient;
  /** Fleets of which something changed. */
  readonly onChange: (fleets: ReadonlySet<string>) => void;
  readonly onSynced: () => void;
  /** A kind that the server did not have it has now. */
  readonly onServed: () => void;
  readonly onFailing: (kind: InfraKind, error: Error) => void;
  readonly limits?: Partial<ReflectorLimits> | undefined;
}

export const OWNED_SELECTOR = `${LABELS.managedBy}=${MANAGED_BY}`;

/** One watch for each kind, of what carries our label. */
export function watchOwned(options: OwnedOptions): Owned {
  const { client, onChange, onSynced, onServed, onFailing, limits } = options;
  const objects = new Map<string, OwnedObject>();
  const byFleet = new Map<string, Map<string, OwnedObject>>();
  const listed = new Set<InfraKind>();
  const absent = new Set<InfraKind>();
  /** Writes that are under way, by path; the version that the watch has told meanwhile. */
  const writing = new Map<string, { told: string | undefined }>();
  const failing = new Set<InfraKind>();
  const kinds = Object.keys(INFRA_KINDS) as InfraKind[];
  /** Who may not list those of others goes without them. */
  const isSynced = (): boolean => kinds.every((kind) => kind === 'PodMonitor' || listed.has(kind));

  const put = (key: string, object: OwnedObject | undefined): readonly string[] => {
    const before = objects.get(key);
    const fleets: string[] = [];
    if (before !== undefined) {
      objects.delete(key);
      const fleet = saidFleet(before.metadata);
      const own = fleet === undefined ? undefined : byFleet.get(fleet);
      own?.delete(key);
      if (fleet !== undefined) fleets.push(fleet);
      if (fleet !== undefined && own?.size === 0) byFleet.delete(fleet);
    }
    if (object !== undefined) {
      objects.set(key, object);
      const fleet = saidFleet(object.metadata);
      if (fleet !== undefined) {
        fleets.push(fleet);
        byFleet.set(fleet, (byFleet.get(fleet) ?? new Map<string, OwnedObject>()).set(key, object));
      }
    }
    return fleets;
  };

  const changed = (kind: InfraKind, { upserts, deletes }: ReflectedChange): void => {
    const touched = new Set<string>();
    const note = (object: ServerObject, value: OwnedObject | undefined): void => {
      const key = pathOf(kind, object.metadata.namespace ?? '', object.metadata.name);
      const write = writing.get(key);
      if (write !== undefined) write.told = object.metadata.resourceVersion ?? '';
      for (const fleet of put(key, value)) touched.add(fleet);
    };
    for (const { object } of upserts) note(object, owned(kind, object));
    for (const object of deletes) note(object, undefined);
    const wasSynced = isSynced();
    listed.add(kind);
    if (!wasSynced && isSynced()) onSynced();
    if (touched.size > 0) onChange(touched);
  };

  const state = (kind: InfraKind, now: ReflectorState): void => {
    if (now.is === 'absent') absent.add(kind);
    if (now.is === 'synced' && absent.delete(kind)) onServed();
    if (now.is === 'failing' && !failing.has(kind)) onFailing(kind, now.error);
    if (now.is === 'failing') failing.add(kind);
    else failing.delete(kind);
  };

  const reflectors = kinds.map((kind): Reflector => {
    const { path, plural } = INFRA_KINDS[kind];
    return startReflector({
      client,
      path: `${path}/${plural}`,
      labelSelector: OWNED_SELECTOR,
      onChange: (change) => changed(kind, change),
      onState: (now) => state(kind, now),
      ...(limits && { limits }),
    });
  });

  return {
    get: (kind, namespace, name) => objects.get(pathOf(kind, namespace, name)),
    ofFleet: (fleet) => [...(byFleet.get(fleet)?.values() ?? [])],
    fleets: () => new Set(byFleet.keys()),
    write: async (kind, namespace, name, write) => {
      const key = pathOf(kind, namespace, name);
      const state = { told: undefined };
      writing.set(key, state);
      try {
        const object = await write();
        if (isNewer(object?.metadata.resourceVersion, state.told)) put(key, object && owned(kind, object));
        return object;
      } finally {
        writing.delete(key);
      }
    },
    isServed: (kind) => listed.has(kind) && !absent.has(kind),
    isSynced,
    stop: () => {
      for (const reflector of reflectors) reflector.stop();
    },
  };
}

/**
 * Whether a write's answer is later than what the watch told while it was under way. Where that cannot be known, the watch goes on to tell it.
 * Source: Kubernetes API concepts, resource versions: decimal numbers that grow.
 */
function isNewer(answered: string | undefined, told: string | undefined): boolean {
  if (told === undefined) return true;
  const [one, other] = [answered ?? '', told];
  return /^\d+$/.test(one) && /^\d+$/.test(other) && BigInt(one) > BigInt(other);
}

/** Items of a list do not say what they are. */
function owned(kind: InfraKind, object: ServerObject): OwnedObject {
  return { ...object, apiVersion: INFRA_KINDS[kind].apiVersion, kind };
}
