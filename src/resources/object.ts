/** Metadata of any object, as far as it is read. Source: Kubernetes `meta/v1.ObjectMeta`. */
export interface ObjectMeta {
  readonly name: string;
  /** Empty for cluster-scoped kinds; never absent after ingest on namespaced ones (`default` when a file names none). */
  readonly namespace?: string;
  readonly uid?: string;
  /** Counts changes outside metadata and status. */
  readonly generation?: number;
  readonly resourceVersion?: string;
  /** RFC 3339. Objects from files carry it only if it is written there. */
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Any object of the API, before its kind is known. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
}

/** Names one object. `namespace` is '' for cluster-scoped kinds; `group` is '' for the core group. */
export interface ObjectRef {
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** The API group of an `apiVersion`: '' for `v1`. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}

export function refOf(object: KubeObject): ObjectRef {
  return {
    group: groupOf(object.apiVersion),
    kind: object.kind,
    namespace: object.metadata.namespace ?? '',
    name: object.metadata.name,
  };
}

/** `Kind namespace/name`, the way objects are named in messages and logs. */
export function displayRef(ref: ObjectRef): string {
  return ref.namespace === '' ? `${ref.kind} ${ref.name}` : `${ref.kind} ${ref.namespace}/${ref.name}`;
}
