import { isDeepStrictEqual } from 'node:util';
import { WindlassError } from '../../errors/index.js';
import type { ServerObject } from '../../kubernetes/index.js';
import { admitServed, displayPath, sameForUs, type Kind, type KnownObject } from '../../resources/index.js';
import { withoutOwnHost } from './own-host.js';

/** What is kept of an object of the server: who it is, its status, and what is made of the rest. */
export interface Seen extends ServerObject {
  readonly apiVersion: string;
  readonly kind: string;
  /** As it was last seen there, of kinds whose status is written or read. */
  readonly status?: unknown;
  /** What is handed on: the same identity until something that is read changes. Undefined: it never fitted. */
  readonly object: KnownObject | undefined;
  /** What does not fit; empty: `object` is this very state. */
  readonly faults: readonly string[];
}

/** Where only metadata is asked for and no more is needed. */
const METADATA_IS_ALL = new Set(['Namespace', 'Secret', 'ConfigMap']);

/**
 * Makes what is kept of an object of the server, given what was kept before. A state that does not fit leaves the earlier one in use, as a file with a fault does; a
 * new uid is a new object. A write that changed the status alone is not looked at further.
 */
export function seenOf(raw: ServerObject, kind: Kind, version: string, before: Seen | undefined): Seen {
  const apiVersion = kind.group === '' ? version : `${kind.group}/${version}`;
  const { metadata } = raw;
  const own = { apiVersion, kind: kind.name, metadata, ...statusOf(raw, kind) };
  const earlier = before?.metadata.uid === metadata.uid ? before : undefined;
  if (earlier !== undefined && isSameSpec(earlier, raw, kind, apiVersion)) {
    return { ...own, object: earlier.object, faults: earlier.faults };
  }
  const { object, faults } = admitted(raw, kind, version);
  if (object === undefined) return { ...own, object: earlier?.object, faults };
  const isSame = earlier?.object !== undefined && sameForUs(earlier.object, object);
  return { ...own, object: isSame ? earlier.object : object, faults };
}

/** Of a kind whose `generation` counts changes of everything but metadata and status. */
function isSameSpec(before: Seen, { metadata }: ServerObject, kind: Kind, apiVersion: string): boolean {
  const { generation, labels, annotations, deletionTimestamp } = metadata;
  return (
    kind.schema === 'crd' &&
    generation !== undefined &&
    before.apiVersion === apiVersion &&
    before.metadata.generation === generation &&
    before.metadata.deletionTimestamp === deletionTimestamp &&
    isDeepStrictEqual(before.metadata.labels, labels) &&
    isDeepStrictEqual(before.metadata.annotations, annotations)
  );
}

/** Of Kubernetes' own kinds only a Service's is anybody's business, who looks for its address. */
function statusOf(raw: ServerObject, kind: Kind): { readonly status?: unknown } {
  const keeps = kind.schema === 'crd' || kind.name === 'Service';
  return keeps && 'status' in raw ? { status: raw.status } : {};
}

function admitted(raw: ServerObject, kind: Kind, version: string): Pick<Seen, 'object' | 'faults'> {
  // The metadata of what has contents is not yet an object.
  if (METADATA_IS_ALL.has(kind.name) && kind.name !== 'Namespace') return { object: undefined, faults: [] };
  try {
    const { object, faults } = admitServed({ ...raw }, kind, version);
    if (object !== undefined) return { object: withoutOwnHost(object), faults: [] };
    const errors = faults.filter(({ severity }) => severity === 'error');
    return {
      object: undefined,
      faults: errors.map(({ path, message }) => `${displayPath(path)}: ${message}`),
    };
  } catch (thrown) {
    return { object: undefined, faults: [`cannot be read: ${WindlassError.from(thrown).message}`] };
  }
}

/** Contents of a Secret or ConfigMap, whose state the metadata told before. */
export function contentOf(
  raw: ServerObject,
  kind: Kind,
  before: KnownObject | undefined,
): Pick<Seen, 'object' | 'faults'> {
  const { object, faults } = admitServed({ ...raw }, kind, kind.version);
  const errors = faults.filter(({ severity }) => severity === 'error');
  const isSame = object !== undefined && before !== undefined && sameForUs(before, object);
  return {
    object: isSame ? before : object,
    // A message may repeat a value, which is nobody's business here.
    faults: errors.map(({ path }) => `${displayPath(path)} does not fit`),
  };
}
