import { frame, framePieces } from '../proto/index.js';
import { bytesOfList } from './runs.js';
import { TYPE_URLS, type Resource, type ResourceType } from './resource.js';

// Field numbers of envoy/service/discovery/v3/discovery.proto and google/protobuf/any.proto.
const ANY = { typeUrl: 1, value: 2 } as const;
const RESOURCE = { version: 1, resource: 2, name: 3 } as const;
const DELTA = { resources: 2, typeUrl: 4, nonce: 5, removedResources: 6 } as const;
const SOTW = { versionInfo: 1, resources: 2, typeUrl: 4, nonce: 5 } as const;

interface Framed {
  /** One element of DeltaDiscoveryResponse.resources. */
  readonly delta: Uint8Array;
  /** One element of DiscoveryResponse.resources: a view of the end of `delta`, since both call the Any field 2. */
  readonly sotw: Uint8Array;
}

const cache = new WeakMap<Resource, Framed>();

/** A resource as an element of a response: encoded once, its memory shared by all streams and both protocols. */
export function framed(resource: Resource): Framed {
  const known = cache.get(resource);
  if (known !== undefined) return known;
  // Heads first, so that a large table is copied once.
  const value = framePieces(ANY.value, bytesOfList(resource.sections));
  const wrapped = framePieces(RESOURCE.resource, [text(ANY.typeUrl, TYPE_URLS[resource.type]), ...value]);
  const delta = frame(DELTA.resources, [
    text(RESOURCE.version, resource.version),
    text(RESOURCE.name, resource.name),
    ...wrapped,
  ]);
  const made = { delta, sotw: delta.subarray(delta.length - lengthOf(wrapped)) };
  cache.set(resource, made);
  return made;
}

/** An encoded DeltaDiscoveryResponse. */
export function deltaResponse(response: {
  readonly type: ResourceType;
  readonly nonce: string;
  readonly resources: readonly Resource[];
  readonly removed: readonly string[];
}): Uint8Array {
  const head = [
    text(DELTA.typeUrl, TYPE_URLS[response.type]),
    text(DELTA.nonce, response.nonce),
    ...response.removed.map((name) => text(DELTA.removedResources, name)),
  ];
  return joined(Buffer.concat(head), response.resources, 'delta');
}

/** An encoded DiscoveryResponse. */
export function sotwResponse(response: {
  readonly type: ResourceType;
  readonly nonce: string;
  readonly version: string;
  readonly resources: readonly Resource[];
}): Uint8Array {
  const head = [
    text(SOTW.versionInfo, response.version),
    text(SOTW.typeUrl, TYPE_URLS[response.type]),
    text(SOTW.nonce, response.nonce),
  ];
  return joined(Buffer.concat(head), response.resources, 'sotw');
}

interface Joined {
  readonly head: Buffer;
  readonly resources: readonly Resource[];
  readonly bytes: Uint8Array;
}

/** The last response by its first resource: a change goes to all streams of a fleet in the same words, nonce included, and is one piece of memory. */
const last: Readonly<Record<keyof Framed, WeakMap<Resource, Joined>>> = {
  delta: new WeakMap(),
  sotw: new WeakMap(),
};

function joined(head: Buffer, resources: readonly Resource[], form: keyof Framed): Uint8Array {
  const [first] = resources;
  if (first === undefined) return head;
  const known = last[form].get(first);
  if (
    known?.resources.length === resources.length &&
    known.head.equals(head) &&
    known.resources.every((each, i) => each === resources[i])
  )
    return known.bytes;
  const bytes = Buffer.concat([head, ...resources.map((resource) => framed(resource)[form])]);
  last[form].set(first, { head, resources, bytes });
  return bytes;
}

function lengthOf(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((sum, { length }) => sum + length, 0);
}

function text(field: number, value: string): Uint8Array {
  return frame(field, [Buffer.from(value, 'utf8')]);
}
