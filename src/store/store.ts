import { isDeepStrictEqual } from 'node:util';
import { sortedMap, type Edit as MapEdit, type SortedMap } from '../collections/index.js';
import {
  isKindName,
  refOf,
  type KindName,
  type KindTypes,
  type KnownObject,
  type ObjectRef,
} from '../resources/index.js';
import { INDEX_NAMES, placesIn, type IndexName, type IndexTypes } from './indexes.js';
import type { FleetObservation } from './observation.js';
import type { Reads } from './questions.js';
import { editTable, type Edit, type Table } from './table.js';

/** A batch of changes that becomes visible at once. Objects equal in identity to what is held change nothing. */
export interface StoreChange {
  readonly upserts?: readonly KnownObject[];
  readonly deletes?: readonly ObjectRef[];
  readonly observations?: readonly FleetObservation[];
  /** Fleets that nothing is observed of any more; an observation of the same change counts over it. */
  readonly unobserved?: readonly string[];
}

/**
 * The resources of one moment. Every answer keeps its identity until something in it changes; that is what
 * memoised functions compare (DESIGN D2).
 */
export interface Store extends Reads {
  /** All objects of a kind, grouped by namespace. */
  all<K extends KindName>(kind: K): Table<KindTypes[K]>;
  /** A whole index. */
  index<I extends IndexName>(name: I): Table<IndexTypes[I]>;
  observations(): SortedMap<FleetObservation>;
  /** The next moment; this very store when nothing changes. */
  apply(change: StoreChange): Store;
}

interface State {
  /** Kinds of which there is nothing may be absent. */
  readonly kinds: { readonly [K in KindName]?: Table<KindTypes[K]> };
  readonly indexes: { readonly [I in IndexName]?: Table<IndexTypes[I]> };
  readonly observations: SortedMap<FleetObservation>;
}

const NOTHING = sortedMap<never>();

export function emptyStore(): Store {
  return storeOf({ kinds: {}, indexes: {}, observations: NOTHING });
}

function storeOf(state: State): Store {
  const store: Store = {
    get: (kind, namespace, name) => state.kinds[kind]?.get(namespace)?.get(name),
    inNamespace: (kind, namespace) => state.kinds[kind]?.get(namespace) ?? NOTHING,
    referring: (index, namespace, name) => state.indexes[index]?.get(`${namespace}/${name}`) ?? NOTHING,
    all: (kind) => state.kinds[kind] ?? NOTHING,
    index: (name) => state.indexes[name] ?? NOTHING,
    observation: (fleet) => state.observations.get(fleet),
    observations: () => state.observations,
    apply: (change) => {
      const next = applyChange(state, change);
      return next === state ? store : storeOf(next);
    },
  };
  return store;
}

function applyChange(state: State, change: StoreChange): State {
  const ofKinds: TableEdits<KindName> = new Map();
  const ofIndexes: TableEdits<IndexName> = new Map();
  for (const { ref, next } of lastOfEach(change)) {
    const { kind, namespace, name } = ref;
    const previous = state.kinds[kind]?.get(namespace)?.get(name);
    if (previous === next) continue;
    note(ofKinds, kind, [{ bucket: namespace, key: name, value: next }]);
    for (const index of INDEX_NAMES) note(ofIndexes, index, indexEdits(index, previous, next));
  }
  const observations = applyObservations(state.observations, change);
  if (ofKinds.size === 0 && observations === state.observations) return state;
  return {
    kinds: editAll(state.kinds, ofKinds) as State['kinds'],
    indexes: editAll(state.indexes, ofIndexes) as State['indexes'],
    observations,
  };
}

type TableEdits<N extends string> = Map<N, Edit<KnownObject>[]>;

function note<N extends string>(edits: TableEdits<N>, name: N, more: readonly Edit<KnownObject>[]): void {
  if (more.length > 0) edits.set(name, [...(edits.get(name) ?? []), ...more]);
}

function editAll<N extends string>(
  tables: Partial<Readonly<Record<N, Table<KnownObject>>>>,
  edits: TableEdits<N>,
): Partial<Readonly<Record<N, Table<KnownObject>>>> {
  if (edits.size === 0) return tables;
  const next: Partial<Record<N, Table<KnownObject>>> = { ...tables };
  for (const [name, own] of edits) next[name] = editTable<KnownObject>(tables[name] ?? NOTHING, own);
  return next;
}

interface Replacement {
  readonly ref: ObjectRef & { readonly kind: KindName };
  readonly next: KnownObject | undefined;
}

/** What becomes of each object that the change names: upserts count over deletes, later ones over earlier ones. */
function lastOfEach(change: StoreChange): readonly Replacement[] {
  const replacements = new Map<string, Replacement>();
  const replace = (ref: ObjectRef, next: KnownObject | undefined): void => {
    if (isKnown(ref)) replacements.set(`${ref.kind}/${ref.namespace}/${ref.name}`, { ref, next });
  };
  for (const ref of change.deletes ?? []) replace(ref, undefined);
  for (const object of change.upserts ?? []) replace(refOf(object), object);
  return [...replacements.values()];
}

function applyObservations(
  current: SortedMap<FleetObservation>,
  { observations = [], unobserved = [] }: StoreChange,
): SortedMap<FleetObservation> {
  const news = observations.filter((o) => !isDeepStrictEqual(current.get(o.fleet), o));
  const observed = new Set(observations.map(({ fleet }) => fleet));
  return current.edit([
    ...unobserved
      .filter((fleet) => !observed.has(fleet))
      .map((fleet): MapEdit<FleetObservation> => [fleet, undefined]),
    ...news.map((observation): MapEdit<FleetObservation> => [observation.fleet, observation]),
  ]);
}

function isKnown(ref: ObjectRef): ref is ObjectRef & { readonly kind: KindName } {
  return isKindName(ref.kind);
}

/** One edit a bucket: an object that stays in a bucket keeps its place there. */
function indexEdits(
  index: IndexName,
  previous: KnownObject | undefined,
  next: KnownObject | undefined,
): readonly Edit<KnownObject>[] {
  const edits = new Map<string, Edit<KnownObject>>();
  for (const object of [previous, next])
    for (const place of object === undefined ? [] : placesIn(index, object))
      edits.set(`${place.bucket} ${place.key}`, { ...place, value: object === next ? next : undefined });
  return [...edits.values()];
}
