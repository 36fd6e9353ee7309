import { isDeepStrictEqual } from 'node:util';
import { sortedMap, type Edit as MapEdit, type SortedMap } from '../collections/index.js';
import {
  displayRef,
  isKindName,
  isRoute,
  refOf,
  type BackendTlsPolicy,
  type EndpointSlice,
  type KindName,
  type KindTypes,
  type KnownObject,
  type ObjectRef,
  type Route,
} from '../resources/index.js';
import type { FleetObservation } from './observation.js';
import type { Reads } from './questions.js';
import { editTable, type Bucket, type Edit, type Table } from './table.js';

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
  /** All objects of a kind in one namespace ('' for cluster-scoped kinds), by name. */
  inNamespace<K extends KindName>(kind: K, namespace: string): Bucket<KindTypes[K]>;
  /** All objects of a kind, grouped by namespace. */
  all<K extends KindName>(kind: K): Table<KindTypes[K]>;
  /** Routes of every kind that name the Gateway in a parentRef, by `Kind namespace/name`. */
  routesOfGateway(namespace: string, name: string): Bucket<Route>;
  /** EndpointSlices by name, grouped by the `namespace/name` of the Service they are labelled for. */
  slicesByService(): Table<EndpointSlice>;
  /** BackendTLSPolicies by name, grouped by the `namespace/name` of each Service they target. */
  policiesByService(): Table<BackendTlsPolicy>;
  observations(): SortedMap<FleetObservation>;
  /** The next moment; this very store when nothing changes. */
  apply(change: StoreChange): Store;
}

interface State {
  /** Kinds of which there is nothing may be absent. */
  readonly kinds: { readonly [K in KindName]?: Table<KindTypes[K]> };
  readonly routesOfGateway: Table<Route>;
  readonly slicesOfService: Table<EndpointSlice>;
  readonly policiesOfService: Table<BackendTlsPolicy>;
  readonly observations: SortedMap<FleetObservation>;
}

const NOTHING = sortedMap<never>();

export function emptyStore(): Store {
  return storeOf({
    kinds: {},
    routesOfGateway: NOTHING,
    slicesOfService: NOTHING,
    policiesOfService: NOTHING,
    observations: NOTHING,
  });
}

function storeOf(state: State): Store {
  const store: Store = {
    get: (kind, namespace, name) => state.kinds[kind]?.get(namespace)?.get(name),
    inNamespace: (kind, namespace) => state.kinds[kind]?.get(namespace) ?? NOTHING,
    all: (kind) => state.kinds[kind] ?? NOTHING,
    routesOfGateway: (namespace, name) => state.routesOfGateway.get(`${namespace}/${name}`) ?? NOTHING,
    slicesOfService: (namespace, name) => state.slicesOfService.get(`${namespace}/${name}`) ?? NOTHING,
    policiesOfService: (namespace, name) => state.policiesOfService.get(`${namespace}/${name}`) ?? NOTHING,
    grantsIn: (namespace) => state.kinds.ReferenceGrant?.get(namespace) ?? NOTHING,
    observation: (fleet) => state.observations.get(fleet),
    observations: () => state.observations,
    slicesByService: () => state.slicesOfService,
    policiesByService: () => state.policiesOfService,
    apply: (change) => {
      const next = applyChange(state, change);
      return next === state ? store : storeOf(next);
    },
  };
  return store;
}

function applyChange(state: State, change: StoreChange): State {
  const edits: Partial<Record<KindName, Edit<KnownObject>[]>> = {};
  const routes: Edit<Route>[] = [];
  const slices: Edit<EndpointSlice>[] = [];
  const policies: Edit<BackendTlsPolicy>[] = [];
  for (const { ref, next } of lastOfEach(change)) {
    const { kind, namespace, name } = ref;
    const previous = state.kinds[kind]?.get(namespace)?.get(name);
    if (previous === next) continue;
    (edits[kind] ??= []).push({ bucket: namespace, key: name, value: next });
    indexEdits(routes, displayRef(ref), previous, next, isRoute, gatewaysOf);
    indexEdits(slices, name, previous, next, isEndpointSlice, servicesOf);
    indexEdits(policies, name, previous, next, isPolicy, targetsOf);
  }
  const kinds = { ...state.kinds } as Partial<Record<KindName, Table<KnownObject>>>;
  const changed = Object.keys(edits) as KindName[];
  for (const kind of changed) kinds[kind] = editTable<KnownObject>(kinds[kind] ?? NOTHING, edits[kind] ?? []);
  const observations = applyObservations(state.observations, change);
  if (changed.length === 0 && observations === state.observations) return state;
  return {
    kinds: kinds as State['kinds'],
    routesOfGateway: editTable(state.routesOfGateway, routes),
    slicesOfService: editTable(state.slicesOfService, slices),
    policiesOfService: editTable(state.policiesOfService, policies),
    observations,
  };
}

interface Replacement {
  readonly ref: ObjectRef & { readonly kind: KindName };
  readonly next: KnownObject | undefined;
}

/** What becomes of each object that the change names: upserts count over deletes, later ones over earlier ones. */
function lastOfEach(change: StoreChange): readonly Replacement[] {
  const replacements = new Map<string, Replacement>();
  const note = (ref: ObjectRef, next: KnownObject | undefined): void => {
    if (isKnown(ref)) replacements.set(`${ref.kind}/${ref.namespace}/${ref.name}`, { ref, next });
  };
  for (const ref of change.deletes ?? []) note(ref, undefined);
  for (const object of change.upserts ?? []) note(refOf(object), object);
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

function indexEdits<T extends KnownObject>(
  edits: Edit<T>[],
  key: string,
  previous: KnownObject | undefined,
  next: KnownObject | undefined,
  is: (object: KnownObject) => object is T,
  bucketsOf: (object: T) => readonly string[],
): void {
  // One edit a bucket: an object that stays in a bucket keeps its place there.
  const byBucket = new Map<string, T | undefined>();
  if (previous !== undefined && is(previous))
    for (const bucket of bucketsOf(previous)) byBucket.set(bucket, undefined);
  if (next !== undefined && is(next)) for (const bucket of bucketsOf(next)) byBucket.set(bucket, next);
  for (const [bucket, value] of byBucket) edits.push({ bucket, key, value });
}

const isEndpointSlice = (object: KnownObject): object is EndpointSlice => object.kind === 'EndpointSlice';
const isPolicy = (object: KnownObject): object is BackendTlsPolicy => object.kind === 'BackendTLSPolicy';

function gatewaysOf(route: Route): readonly string[] {
  const own = route.metadata.namespace ?? '';
  return (route.spec.parentRefs ?? [])
    .filter((ref) => (ref.kind ?? 'Gateway') === 'Gateway')
    .map((ref) => `${ref.namespace ?? own}/${ref.name}`);
}

function servicesOf(slice: EndpointSlice): readonly string[] {
  const service = slice.metadata.labels?.['kubernetes.io/service-name'];
  return service === undefined ? [] : [`${slice.metadata.namespace ?? ''}/${service}`];
}

function targetsOf({ metadata, spec }: BackendTlsPolicy): readonly string[] {
  return spec.targetRefs
    .filter(({ group, kind }) => group === '' && kind === 'Service')
    .map(({ name }) => `${metadata.namespace ?? ''}/${name}`);
}
