import type { BackendTlsPolicy, EndpointSlice, KnownObject, Route, TelemetryPolicy } from '../resources/index.js';
import { displayRef, isRoute, refOf } from '../resources/index.js';

/** Objects by what they refer to: the name of each index and what it holds. Its buckets are `namespace/name` of what is referred to. */
export interface IndexTypes {
  /** EndpointSlices labelled for a Service, by name. */
  readonly slicesOfService: EndpointSlice;
  /** BackendTLSPolicies that target a Service, by name. */
  readonly policiesOfService: BackendTlsPolicy;
  /** XTelemetryPolicies that target a Gateway, by name. */
  readonly telemetryOfGateway: TelemetryPolicy;
  /** Routes of every kind that name a Gateway in a parentRef, by `Kind namespace/name`. */
  readonly routesOfGateway: Route;
}

export type IndexName = keyof IndexTypes;

interface Index<T extends KnownObject> {
  readonly holds: (object: KnownObject) => object is T;
  /** Of an object within its bucket. */
  readonly keyOf: (object: T) => string;
  readonly bucketsOf: (object: T) => readonly string[];
}

const INDEXES: { readonly [I in IndexName]: Index<IndexTypes[I]> } = {
  slicesOfService: {
    holds: (object) => object.kind === 'EndpointSlice',
    keyOf: ({ metadata }) => metadata.name,
    bucketsOf: ({ metadata }) => {
      const service = metadata.labels?.['kubernetes.io/service-name'];
      return service === undefined ? [] : [`${metadata.namespace ?? ''}/${service}`];
    },
  },
  policiesOfService: {
    holds: (object) => object.kind === 'BackendTLSPolicy',
    keyOf: ({ metadata }) => metadata.name,
    bucketsOf: ({ metadata, spec }) =>
      spec.targetRefs
        .filter(({ group, kind }) => group === '' && kind === 'Service')
        .map(({ name }) => `${metadata.namespace ?? ''}/${name}`),
  },
  telemetryOfGateway: {
    holds: (object) => object.kind === 'XTelemetryPolicy',
    keyOf: ({ metadata }) => metadata.name,
    bucketsOf: ({ metadata, spec }) =>
      spec.targetRefs
        .filter(({ group, kind }) => group === 'gateway.networking.k8s.io' && kind === 'Gateway')
        .map(({ name }) => `${metadata.namespace ?? ''}/${name}`),
  },
  routesOfGateway: {
    holds: isRoute,
    keyOf: (route) => displayRef(refOf(route)),
    bucketsOf: ({ metadata, spec }) =>
      (spec.parentRefs ?? [])
        .filter(({ kind = 'Gateway' }) => kind === 'Gateway')
        .map(({ namespace = metadata.namespace ?? '', name }) => `${namespace}/${name}`),
  },
};

export const INDEX_NAMES = Object.keys(INDEXES) as readonly IndexName[];

/** Where the index holds an object, as bucket and key. */
export function placesIn(
  name: IndexName,
  object: KnownObject,
): readonly { readonly bucket: string; readonly key: string }[] {
  return places(INDEXES[name] as Index<KnownObject>, object);
}

function places<T extends KnownObject>(
  { holds, keyOf, bucketsOf }: Index<T>,
  object: KnownObject,
): readonly { readonly bucket: string; readonly key: string }[] {
  if (!holds(object)) return [];
  const key = keyOf(object);
  return bucketsOf(object).map((bucket) => ({ bucket, key }));
}
