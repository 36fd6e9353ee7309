import { sortedMap } from '../collections/index.js';
import { frame } from '../proto/index.js';
import { hash, hashOfHashes } from './digest.js';
import { bytesOfList, hashOfList } from './runs.js';
import {
  TYPE_URLS,
  type Owner,
  type Part,
  type Permit,
  type Reference,
  type Resource,
  type ResourceType,
  type Section,
  type Snapshot,
} from './resource.js';

/** Hash over all that a snapshot holds: equal on every replica and after every restart. */
export function snapshotVersion({ resources }: Snapshot): string {
  const all = Object.values(resources).flatMap((of) =>
    [...of.values()].map(({ type, name, version }) => `${type} ${name} ${version}`),
  );
  return hashOfHashes(all.sort());
}

/** A part with the hash of its bytes. The bytes are not copied: the caller never changes them again. */
export function buildPart(part: {
  readonly key: string;
  readonly bytes: Uint8Array;
  readonly references: readonly Reference[];
  readonly owner: Owner;
  readonly permits?: readonly Permit[] | undefined;
  readonly takes?: Part['takes'];
  readonly guard?: string | undefined;
  readonly replacement?: Part | undefined;
  readonly without?: Part['without'];
  readonly withoutPermits?: Part['withoutPermits'];
  readonly restated?: Part['restated'];
}): Part {
  return { ...part, hash: hash(part.bytes) };
}

/**
 * A section of parts in their order; `frame` is the field number of the sub-message they make, absent when they are fields of the resource
 * itself. The bytes are put together when they are first read, and once.
 */
export function buildSection(section: {
  readonly key: string;
  readonly frame?: number | undefined;
  readonly parts: readonly Part[];
  readonly fallback?: readonly Part[] | undefined;
  readonly wider?: readonly string[] | undefined;
}): Section {
  const { key, parts, fallback, wider } = section;
  let assembled: Uint8Array | undefined;
  return {
    key,
    frame: section.frame,
    parts,
    ...(fallback && { fallback }),
    ...(wider && { wider }),
    hash: hashOfList(String(section.frame ?? ''), parts),
    get bytes() {
      assembled ??= joined(section.frame, bytesOfList(parts));
      return assembled;
    },
  };
}

function joined(field: number | undefined, pieces: readonly Uint8Array[]): Uint8Array {
  return field === undefined ? Buffer.concat(pieces) : frame(field, pieces);
}

/** A resource of sections in their order. Sections that did not change are passed again as they are: nothing of them is computed twice. */
export function buildResource(resource: {
  readonly type: ResourceType;
  readonly name: string;
  readonly sections: readonly Section[];
}): Resource {
  const { type, name, sections } = resource;
  return { type, name, sections, version: hashOfList(type, sections) };
}

/**
 * A resource that is one part: a cluster, an endpoint set, a secret. `bytes` is the whole encoded message, `replacement` and `restated` are others of
 * the same name.
 */
export function buildWhole(whole: {
  readonly type: ResourceType;
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly references: readonly Reference[];
  readonly owner: Owner;
  readonly replacement?: Uint8Array;
  readonly restated?: () => Uint8Array;
}): Resource {
  const { type, name, references, owner, replacement, restated } = whole;
  const other = (bytes: Uint8Array): Part => buildPart({ key: name, bytes, references, owner });
  const part = buildPart({
    key: name,
    bytes: whole.bytes,
    references,
    owner,
    ...(replacement && { replacement: other(replacement) }),
    ...(restated && { restated: () => other(restated()) }),
  });
  return buildResource({ type, name, sections: [buildSection({ key: name, parts: [part] })] });
}

/** The resources of a fleet by type and name. Throws a RangeError when a name comes twice within a type. */
export function buildSnapshot(
  fleet: string,
  resources: Iterable<Resource>,
  permitted?: Snapshot['permitted'],
): Snapshot {
  const byType: Readonly<Record<ResourceType, Map<string, Resource>>> = {
    cluster: new Map(),
    endpoints: new Map(),
    listener: new Map(),
    routes: new Map(),
    secret: new Map(),
  };
  for (const resource of resources) {
    const named = byType[resource.type];
    if (named.has(resource.name)) {
      throw new RangeError(
        `fleet ${fleet} has two resources ${TYPE_URLS[resource.type]} named ${resource.name}`,
      );
    }
    named.set(resource.name, resource);
  }
  const { cluster, endpoints, listener, routes, secret } = byType;
  return {
    fleet,
    resources: {
      cluster: sortedMap(cluster),
      endpoints: sortedMap(endpoints),
      listener: sortedMap(listener),
      routes: sortedMap(routes),
      secret: sortedMap(secret),
    },
    ...(permitted && { permitted }),
  };
}

/** The encoded message of a resource: its sections, one after the other (a fresh copy; the server uses {@link framed}). */
export function resourceBytes(resource: Resource): Uint8Array {
  return Buffer.concat(bytesOfList(resource.sections));
}
