import type {
  AnyService,
  BackendTlsPolicy,
  BackendTrafficPolicy,
  EndpointSlice,
  KindName,
  KnownObject,
  ListenerSet,
  Pod,
  Route,
  TelemetryPolicy,
} from '../resources/index.js';
import { displayRef, isRoute, KINDS, refOf } from '../resources/index.js';

/** Objects by what they refer to: the name of each index and what it holds. Its buckets are `namespace/name` of what is referred to. */
export interface IndexTypes {
  /** EndpointSlices labelled for a Service, by name. */
  readonly slicesOfService: EndpointSlice;
  /** EndpointSlices labelled for a ServiceImport, by name. */
  readonly slicesOfImport: EndpointSlice;
  /** Pods that carry a label, by name; the bucket is `namespace/key=value`. */
  readonly podsOfLabel: Pod;
  /** BackendTLSPolicies that target a Service, by name. */
  readonly policiesOfService: BackendTlsPolicy;
  /** BackendTLSPolicies that target a ServiceImport, by name. */
  readonly policiesOfImport: BackendTlsPolicy;
  /** XBackendTrafficPolicies and BackendLBPolicies that target a Service, by `Kind namespace/name`. */
  readonly trafficPoliciesOfService: BackendTrafficPolicy;
  /** The same of a ServiceImport. */
  readonly trafficPoliciesOfImport: BackendTrafficPolicy;
  /** BackendTLSPolicies that target an XBackend, by name: none may. */
  readonly policiesOfXBackend: BackendTlsPolicy;
  /** XTelemetryPolicies that target a Gateway, by name. */
  readonly telemetryOfGateway: TelemetryPolicy;
  /** Routes of every kind that name a Gateway in a parentRef, by `Kind namespace/name`. */
  readonly routesOfGateway: Route;
  /** Routes of every kind that name a ListenerSet in a parentRef, by `Kind namespace/name`. */
  readonly routesOfListenerSet: Route;
  /** Routes of every kind that use default Gateways, by `Kind namespace/name`; the bucket is `/` and the scope. */
  readonly routesOfScope: Route;
  /** ListenerSets that name a Gateway as their parent, by `namespace/name`. */
  readonly setsOfGateway: ListenerSet;
}

export type IndexName = keyof IndexTypes;

interface Index<T extends KnownObject> {
  readonly holds: (object: KnownObject) => object is T;
  /** Of an object within its bucket. */
  readonly keyOf: (object: T) => string;
  readonly bucketsOf: (object: T) => readonly string[];
}

const INDEXES: { readonly [I in IndexName]: Index<IndexTypes[I]> } = {
  slicesOfService: slicesLabelled('kubernetes.io/service-name'),
  slicesOfImport: slicesLabelled('multicluster.kubernetes.io/service-name'),
  podsOfLabel: {
    holds: (object) => object.kind === 'Pod',
    keyOf: ({ metadata }) => metadata.name,
    bucketsOf: ({ metadata }) =>
      Object.entries(metadata.labels ?? {}).map(
        ([key, value]) => `${metadata.namespace ?? ''}/${key}=${value}`,
      ),
  },
  policiesOfService: tlsPoliciesOf('Service'),
  policiesOfImport: tlsPoliciesOf('ServiceImport'),
  policiesOfXBackend: tlsPoliciesOf('XBackend'),
  trafficPoliciesOfService: trafficPoliciesOf('Service'),
  trafficPoliciesOfImport: trafficPoliciesOf('ServiceImport'),
  telemetryOfGateway: {
    holds: (object) => object.kind === 'XTelemetryPolicy',
    keyOf: ({ metadata }) => metadata.name,
    bucketsOf: ({ metadata, spec }) =>
      spec.targetRefs
        .filter(({ group, kind }) => group === 'gateway.networking.k8s.io' && kind === 'Gateway')
        .map(({ name }) => `${metadata.namespace ?? ''}/${name}`),
  },
  routesOfGateway: routesOfParent('Gateway'),
  routesOfListenerSet: routesOfParent('ListenerSet'),
  routesOfScope: {
    holds: isRoute,
    keyOf: (route) => displayRef(refOf(route)),
    bucketsOf: ({ spec: { useDefaultGateways: scope = 'None' } }) => (scope === 'None' ? [] : [`/${scope}`]),
  },
  setsOfGateway: {
    holds: (object) => object.kind === 'ListenerSet',
    keyOf: ({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name}`,
    bucketsOf: ({ metadata, spec: { parentRef } }) => {
      const { kind = 'Gateway', namespace = metadata.namespace ?? '', name } = parentRef;
      return kind === 'Gateway' ? [`${namespace}/${name}`] : [];
    },
  },
};

function routesOfParent(parent: 'Gateway' | 'ListenerSet'): Index<Route> {
  return {
    holds: isRoute,
    keyOf: (route) => displayRef(refOf(route)),
    bucketsOf: ({ metadata, spec }) =>
      (spec.parentRefs ?? [])
        .filter(({ kind = 'Gateway' }) => kind === parent)
        .map(({ namespace = metadata.namespace ?? '', name }) => `${namespace}/${name}`),
  };
}

/** @param label names a Service of the slice's namespace */
function slicesLabelled(label: string): Index<EndpointSlice> {
  return {
    holds: (object) => object.kind === 'EndpointSlice',
    keyOf: ({ metadata }) => metadata.name,
    bucketsOf: ({ metadata }) => {
      const service = metadata.labels?.[label];
      return service === undefined ? [] : [`${metadata.namespace ?? ''}/${service}`];
    },
  };
}

function tlsPoliciesOf(kind: AnyService['kind'] | 'XBackend'): Index<BackendTlsPolicy> {
  return {
    holds: (object) => object.kind === 'BackendTLSPolicy',
    keyOf: ({ metadata }) => metadata.name,
    bucketsOf: (policy) => targetsOf(policy, kind),
  };
}

function trafficPoliciesOf(kind: AnyService['kind']): Index<BackendTrafficPolicy> {
  return {
    holds: (object) => object.kind === 'XBackendTrafficPolicy' || object.kind === 'BackendLBPolicy',
    keyOf: (policy) => displayRef(refOf(policy)),
    bucketsOf: (policy) => targetsOf(policy, kind),
  };
}

function targetsOf(
  { metadata, spec }: BackendTlsPolicy | BackendTrafficPolicy,
  wanted: KindName,
): readonly string[] {
  return spec.targetRefs
    .filter(({ group, kind }) => group === KINDS[wanted].group && kind === wanted)
    .map(({ name }) => `${metadata.namespace ?? ''}/${name}`);
}

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
