import { isDeepStrictEqual } from 'node:util';
import { sortedMap, type Edit as MapEdit, type SortedMap } from '../collections/index.js';
import type {
  BackendTlsPolicy,
  EndpointSlice,
  HttpRoute,
  KindName,
  KindTypes,
  KnownObject,
  ObjectRef,
} from '../resources/index.js';
import { refOf } from '../resources/index.js';
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
  /** HTTPRoutes that name the Gateway in a parentRef, by `namespace/name`. */
  routesOfGateway(namespace: string, name: string): Bucket<HttpRoute>;
  /** EndpointSlices by name, grouped by the `namespace/name` of the Service they are labelled for. */
  slicesByService(): Table<EndpointSlice>;
  /** BackendTLSPolicies by name, grouped by the `namespace/name` of each Service they target. */
  policiesByService(): Table<BackendTlsPolicy>;
  observations(): SortedMap<FleetObservation>;
  /** The next moment; this very store when nothing changes. */
  apply(change: StoreChange): Store;
}

interface State {
  readonly kinds: { readonly [K in KindName]: Table<KindTypes[K]> };
  readonly routesOfGateway: Table<HttpRoute>;
  readonly slicesOfService: Table<EndpointSlice>;
  readonly policiesOfService: Table<BackendTlsPolicy>;
  readonly observations: SortedMap<FleetObservation>;
}

const NOTHING: Bucket<never> = sortedMap<never>();

export function emptyStore(): Store {
  const empty = sortedMap<never>();
  return storeOf({
    kinds: {
      GatewayClass: empty,
      Gateway: empty,
      HTTPRoute: empty,
      ReferenceGrant: empty,
      BackendTLSPolicy: empty,
      Service: empty,
      EndpointSlice: empty,
      Secret: empty,
      ConfigMap: empty,
      Namespace: empty,
    },
    routesOfGateway: empty,
    slicesOfService: empty,
    policiesOfService: empty,
    observations: empty,
  });
}

function storeOf(state: State): Store {
  const store: Store = {
    get: (kind, namespace, name) => state.kinds[kind].get(namespace)?.get(name),
    inNamespace: (kind, namespace) => state.kinds[kind].get(namespace) ?? NOTHING,
    all: (kind) => state.kinds[kind],
    routesOfGateway: (namespace, name) => state.routesOfGateway.get(`${namespace}/${name}`) ?? NOTHING,
    slicesOfService: (namespace, name) => state.slicesOfService.get(`${namespace}/${name}`) ?? NOTHING,
    policiesOfService: (namespace, name) => state.policiesOfService.get(`${namespace}/${name}`) ?? NOTHING,
    grantsIn: (namespace) => state.kinds.ReferenceGrant.get(namespace) ?? NOTHING,
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
  const routes: Edit<HttpRoute>[] = [];
  const slices: Edit<EndpointSlice>[] = [];
  const policies: Edit<BackendTlsPolicy>[] = [];
  for (const { ref, next } of lastOfEach(change)) {
    const { kind, namespace, name } = ref;
    const previous = state.kinds[kind].get(namespace)?.get(name);
    if (previous === next) continue;
    (edits[kind] ??= []).push({ bucket: namespace, key: name, value: next });
    if (kind === 'HTTPRoute')
      indexEdits(routes, `${namespace}/${name}`, previous, next, isHttpRoute, gatewaysOf);
    if (kind === 'EndpointSlice') indexEdits(slices, name, previous, next, isEndpointSlice, servicesOf);
    if (kind === 'BackendTLSPolicy') indexEdits(policies, name, previous, next, isPolicy, targetsOf);
  }
  const kinds = { ...state.kinds } as Record<KindName, Table<KnownObject>>;
  const changed = Object.keys(edits) as KindName[];
  for (const kind of changed) kinds[kind] = editTable<KnownObject>(kinds[kind], edits[kind] ?? []);
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
  return KIND_NAMES.has(ref.kind);
}

const KIND_NAMES: ReadonlySet<string> = new Set<KindName>([
  'GatewayClass',
  'Gateway',
  'HTTPRoute',
  'ReferenceGrant',
  'BackendTLSPolicy',
  'Service',
  'EndpointSlice',
  'Secret',
  'ConfigMap',
  'Namespace',
]);

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

const isHttpRoute = (object: KnownObject): object is HttpRoute => object.kind === 'HTTPRoute';
const isEndpointSlice = (object: KnownObject): object is EndpointSlice => object.kind === 'EndpointSlice';
const isPolicy = (object: KnownObject): object is BackendTlsPolicy => object.kind === 'BackendTLSPolicy';

function gatewaysOf(route: HttpRoute): readonly string[] {
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
