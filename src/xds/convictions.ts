// What is served in place of parts that Envoy has rejected alone. A function of the snapshot and of the hashes known to be rejected, shared by all
// streams of a fleet: newcomers get the current version with the replacements. Nothing of an earlier snapshot is ever served again.
import type { Edit, SortedMap } from '../collections/index.js';
import { buildResource, buildSection } from './build.js';
import type { Owner, Part, Reference, Resource, ResourceType, Section, Snapshot } from './resource.js';
import { partsOf } from './trial.js';

/** A part that an Envoy of the fleet has rejected, while everything else around it was accepted. It lasts until the part changes. */
export interface Conviction {
  readonly type: ResourceType;
  readonly resource: string;
  /** Key of the part. */
  readonly part: string;
  /** Hash of the rejected bytes: of the part, of its replacement or of its section's fallback. */
  readonly hash: string;
  /** Versions of the secrets that the part names: Envoy looks at them together, so that either may be at fault. */
  readonly secrets: string;
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
  snapshot: Snapshot,
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
  return [...convicted.values()].map((part) => ({
    type,
    resource: name,
    part: part.key,
    hash: part.hash,
    secrets: secretsOf(part, snapshot),
    owner: part.owner,
    message,
    at,
    replaced: part.replacement !== undefined || isWhole(type) || fallbackFor(resource, part.hash),
  }));
}

function secretsOf({ references }: Part, { resources }: Snapshot): string {
  return references
    .filter(({ type }) => type === 'secret')
    .map(({ name }) => resources.secret.get(name)?.version ?? '')
    .join(' ');
}

function fallbackFor({ sections }: Resource, hash: string): boolean {
  return sections.some(
    ({ fallback, parts }) => fallback !== undefined && parts.some((part) => part.hash === hash),
  );
}

/**
 * The convictions that still hold: a part that changed, or is gone, or has another secret, is free. The same list when all do.
 * @param before a snapshot for which they held: what it shares with this one is not looked into
 */
export function lasting(
  convictions: readonly Conviction[],
  snapshot: Snapshot,
  before: Snapshot | undefined,
): readonly Conviction[] {
  const left = convictions.filter((conviction) => {
    const { type, resource, secrets } = conviction;
    const current = snapshot.resources[type].get(resource);
    if (current === undefined) return false;
    const hasSameSecrets = secrets === '' || snapshot.resources.secret === before?.resources.secret;
    const isShared = current === before?.resources[type].get(resource);
    return (isShared && hasSameSecrets) || holds(current, conviction, snapshot, hasSameSecrets);
  });
  return left.length === convictions.length ? convictions : left;
}

/** The section in which a conviction was last found: where that still is, the others need no look. */
const foundIn = new WeakMap<Conviction, Section>();

function holds(
  { sections }: Resource,
  conviction: Conviction,
  snapshot: Snapshot,
  hasSameSecrets: boolean,
): boolean {
  const { hash, secrets } = conviction;
  const last = foundIn.get(conviction);
  if (last !== undefined && hasSameSecrets && sections.includes(last)) return true;
  const isIt = (part: Part | undefined): boolean =>
    part?.hash === hash && secretsOf(part, snapshot) === secrets;
  const isOneOf = (part: Part): boolean => isIt(part) || replacementsOf(part).some(isIt);
  const found = sections.find(({ parts, fallback = [] }) => parts.some(isOneOf) || fallback.some(isOneOf));
  if (found !== undefined) foundIn.set(conviction, found);
  return found !== undefined;
}

/** What was served under a list of convictions: a resource that did not change is not looked into again. */
const servedUnder = new WeakMap<readonly Conviction[], WeakMap<Resource, Resource>>();

/**
 * The snapshot that is served: itself, but for what is convicted. Convictions are few: resources without any are not looked at, but for those that
 * may name one that is withheld.
 */
export function contained(snapshot: Snapshot, convictions: readonly Conviction[]): Snapshot {
  if (convictions.length === 0) return snapshot;
  const known = servedUnder.get(convictions) ?? new WeakMap<Resource, Resource>();
  servedUnder.set(convictions, known);
  const byType = Map.groupBy(convictions, ({ type }) => type);
  const withheld = new Set(
    convictions.filter(({ type }) => isWhole(type)).map(({ type, resource }) => `${type} ${resource}`),
  );
  const edited = (type: ResourceType): SortedMap<Resource> => {
    const named = snapshot.resources[type];
    const own = Map.groupBy(byType.get(type) ?? [], ({ resource }) => resource);
    const edit = (name: string): Edit<Resource> => {
      const resource = named.get(name);
      if (resource === undefined || isWhole(type)) return [name, undefined];
      const hashes = new Set(own.get(name)?.map(({ hash }) => hash));
      const made = known.get(resource) ?? served(resource, hashes, withheld);
      if (made !== undefined) known.set(resource, made);
      return [name, made];
    };
    const mayLack = WITHHELD_FROM[type]?.some((of) => byType.has(of)) === true;
    return named.edit([...(mayLack ? named : own).keys()].map(edit));
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

/**
 * What fails closed without a resource that it names: a rule answers 500 for the share of its cluster. A filter chain without its secret is left out: Envoy would keep
 * the rejected content for it, and reject each new chain with it.
 */
const WITHHELD_FROM: Partial<Record<ResourceType, readonly ResourceType[]>> = {
  routes: ['cluster'],
  listener: ['secret'],
};

/** The resource with what stands in place of its bad parts, itself when it has none; undefined: it is withheld. */
function served(
  resource: Resource,
  convicted: ReadonlySet<string>,
  withheld: ReadonlySet<string>,
): Resource | undefined {
  const { type, name } = resource;
  const isMissing = (each: Reference): boolean =>
    WITHHELD_FROM[type]?.includes(each.type) === true && withheld.has(`${each.type} ${each.name}`);
  // Of all parts this is asked with every change, for as long as a conviction lasts.
  const isBad = ({ hash, references }: Part): boolean =>
    convicted.has(hash) || (withheld.size > 0 && references.some(isMissing));
  /** The bad part in the best form that is not bad itself. */
  const insteadOf = (part: Part): Part | undefined =>
    [
      part.without?.(new Set(part.references.filter(isMissing).map((each) => each.name))),
      ...replacementsOf(part),
    ].find((each) => each !== undefined && !isBad(each));
  const sections = resource.sections.map((section) => servedSection(section, isBad, insteadOf));
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

/** The section with what stands in place of its bad parts, by default their replacements; itself when it has none. */
export function servedSection(
  section: Section,
  isBad: (part: Part) => boolean,
  insteadOf: (part: Part) => Part | undefined = (part) => replacementsOf(part).find((each) => !isBad(each)),
): Section {
  if (!section.parts.some(isBad)) return section;
  const { key, frame, fallback, wider } = section;
  const chosen = section.parts.map((part) => (isBad(part) ? insteadOf(part) : part));
  const replaced = chosen.filter((part) => part !== undefined);
  if (replaced.length === chosen.length)
    return buildSection({ key, frame, parts: replaced, fallback, wider });
  // Nothing can stand in for one of them: the section as a whole is replaced, or stays as it is.
  if (fallback !== undefined) return buildSection({ key, frame, parts: fallback, wider });
  const parts = section.parts.map((part, i) => chosen[i] ?? part);
  return buildSection({ key, frame, parts, wider });
}

/** What stands in for the part, what stands in for that, and so on. */
function replacementsOf({ replacement }: Part): readonly Part[] {
  return replacement === undefined ? [] : [replacement, ...replacementsOf(replacement)];
}

/** Types whose resources are one part each and have no replacement: a bad one is withheld, and what names it fails closed. */
function isWhole(type: ResourceType): boolean {
  return type === 'cluster' || type === 'secret';
}
