import type { ObjectMeta } from '../resources/index.js';

/** An object as the API server gives it; of kinds of which the metadata is enough, no more than that. */
export interface ServerObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: ObjectMeta;
}

/** The longest annotation that is only there for `kubectl apply`: a copy of the whole object. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** Without what nobody reads and what takes half the memory: who wrote which field, and the copy that `kubectl apply` keeps. */
export function slim<T extends ServerObject>(object: T): T {
  const { managedFields: _managed, ...metadata } = object.metadata as ObjectMeta & {
    readonly managedFields?: unknown;
  };
  if (metadata.annotations?.[LAST_APPLIED] === undefined) return { ...object, metadata };
  const { [LAST_APPLIED]: _copy, ...annotations } = metadata.annotations;
  return { ...object, metadata: { ...metadata, annotations } };
}
