// What is served in place of parts that Envoy has rejected alone. A function of the snapshot and of the hashes known to be rejected, shared by all
// streams of a fleet: newcomers get the current version with the replacements. Nothing of an earlier snapshot is ever served again.
import type { Edit, SortedMap } from '../collections/index.js';
import { buildResource, buildSection } from './build.js';
import type { Owner, Part, Resource, ResourceType, Section, Snapshot } from './resource.js';
import { partsOf } from './trial.js';

/** A part that an Envoy of the fleet has rejected, while everything else around it was accepted. It lasts until the part changes. */
export interface Conviction {
  readonly type: ResourceType;
  readonly resource: string;
  /** Key of the part. */
  readonly part: string;
  /** Hash of the rejected bytes: of the part, of its replacement or of its section's fallback. */
  readonly hash: string;
  readonly owner: Owner;
  /** Envoy's words. */
  readonly message: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** False: nothing can stand in the part's place; an Envoy that had the resource keeps it as it last accepted it. */
  readonly replaced: boolean;
}

/** These parts of a resource of the snapshot as convictions; those that it does not hold are left out. */
export function convictionsOf(
  resource: Resource,
  hashes: ReadonlySet<string>,
  message: string,
  at: number,
): readonly Conviction[] {
  const { type, name } = resource;
  const convicted = new Map(
    partsOf(resource)
      .filter(({ hash }) => hashes.has(hash))
      .map((part) => [part.hash, part]),
  );
  return [...convicted.values()].map(({ key, hash, owner, replacement }) => ({
    type,
    resource: name,
    part: key,
    hash,
    owner,
    message,
    at,
    replaced: replacement !== undefined || isWhole(type) || fallbackFor(resource, hash),
  }));
}

function fallbackFor({ sections }: Resource, hash: string): boolean {
  return sections.some(
    ({ fallback, parts }) => fallback !== undefined && parts.some((part) => part.hash === hash),
  );
}

/**
 * The convictions that still hold: an object that changed, or is gone, is free. The same list when all do.
 * @param before a snapshot for which they held: what it shares with this one is not looked into
 */
export function lasting(
  convictions: readonly Conviction[],
  snapshot: Snapshot,
  before: Snapshot | undefined,
): readonly Conviction[] {
  const left = convictions.filter(({ type, resource, hash }) => {
    const current = snapshot.resources[type].get(resource);
    if (current === undefined) return false;
    return current === before?.resources[type].get(resource) || holds(current, hash);
  });
  return left.length === convictions.length ? convictions : left;
}

function holds({ sections }: Resource, hash: string): boolean {
  const isIt = (part: Part): boolean => part.hash === hash || part.replacement?.hash === hash;
  return sections.some(({ parts, fallback = [] }) => parts.some(isIt) || fallback.some(isIt));
}

/** What was served under a list of convictions: a resource that did not change is not looked into again. */
const servedUnder = new WeakMap<readonly Conviction[], WeakMap<Resource, Resource>>();

/**
 * The snapshot that is served: itself, but for what is convicted. Convictions are few: resources without any are not looked at, but for the
 * tables when a cluster is withheld.
 */
export function contained(snapshot: Snapshot, convictions: readonly Conviction[]): Snapshot {
  if (convictions.length === 0) return snapshot;
  const known = servedUnder.get(convictions) ?? new WeakMap<Resource, Resource>();
  servedUnder.set(convictions, known);
  const isCutOff = namesOneOf(
    convictions.filter(({ type }) => type === 'cluster').map(({ resource }) => resource),
  );
  const edited = (type: ResourceType): SortedMap<Resource> => {
    const named = snapshot.resources[type];
    const own = Map.groupBy(
      convictions.filter((conviction) => conviction.type === type),
      ({ resource }) => resource,
    );
    const cut = type === 'routes' ? isCutOff : undefined;
    const edit = (name: string): Edit<Resource> => {
      const resource = named.get(name);
      if (resource === undefined || isWhole(type)) return [name, undefined];
      const convicted = new Set(own.get(name)?.map(({ hash }) => hash));
      const made =
        known.get(resource) ?? served(resource, (part) => convicted.has(part.hash) || cut?.(part) === true);
      if (made !== undefined) known.set(resource, made);
      return [name, made];
    };
    return named.edit([...(cut === undefined ? own : named).keys()].map(edit));
  };
  return {
    ...snapshot,
    resources: {
      cluster: edited('cluster'),
      endpoints: edited('endpoints'),
      listener: edited('listener'),
      routes: edited('routes'),
      secret: edited('secret'),
    },
  };
}

/** Tells the parts that name one of these clusters; undefined: there are none. */
function namesOneOf(clusters: readonly string[]): ((part: Part) => boolean) | undefined {
  if (clusters.length === 0) return undefined;
  return ({ references }) =>
    references.some(({ type, name }) => type === 'cluster' && clusters.includes(name));
}

/** The resource with what stands in place of its bad parts, itself when it has none; undefined: it is withheld. */
function served(resource: Resource, isBad: (part: Part) => boolean): Resource | undefined {
  const { type, name } = resource;
  const sections = resource.sections.map((section) => servedSection(section, isBad));
  if (sections.every((section, i) => section === resource.sections[i])) return resource;
  // A listener without a filter chain is none.
  if (type === 'listener' && !hasChain(resource, sections)) return undefined;
  return buildResource({ type, name, sections });
}

/** Is one of the parts that can be left out still there? Those that never were there do not count. */
function hasChain(listener: Resource, sections: readonly Section[]): boolean {
  const chains = new Set(
    partsOf(listener).flatMap(({ key, replacement }) => (replacement === undefined ? [] : [key])),
  );
  const left = sections.flatMap(({ parts }) => parts).filter(({ bytes }) => bytes.length > 0);
  return chains.size === 0 || left.some(({ key }) => chains.has(key));
}

function servedSection(section: Section, isBad: (part: Part) => boolean): Section {
  if (!section.parts.some(isBad)) return section;
  const { key, frame, fallback } = section;
  const chosen = section.parts.map((part) => {
    if (!isBad(part)) return part;
    return part.replacement !== undefined && !isBad(part.replacement) ? part.replacement : undefined;
  });
  const replaced = chosen.filter((part) => part !== undefined);
  if (replaced.length === chosen.length) return buildSection({ key, frame, parts: replaced, fallback });
  // Nothing can stand in for one of them: the section as a whole is replaced, or stays as it is.
  if (fallback !== undefined) return buildSection({ key, frame, parts: fallback });
  const parts = section.parts.map((part, i) => chosen[i] ?? part);
  return buildSection({ key, frame, parts });
}

/** Types whose resources are one part each: a bad one is withheld, and what names it fails closed. */
function isWhole(type: ResourceType): boolean {
  return type === 'cluster' || type === 'endpoints' || type === 'secret';
}
