// What is served in place of parts that Envoy has rejected alone. A function of the snapshot and of the hashes known to be rejected, shared by all
// streams of a fleet: newcomers get the current version with the replacements. Nothing of an earlier snapshot is ever served again.
import { buildResource, buildSection, buildSnapshot } from './build.js';
import { referencesOf } from './references.js';
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

/** The convictions that still hold: a part that changed, or is gone, or has another secret, is free. */
export function lasting(convictions: readonly Conviction[], snapshot: Snapshot): readonly Conviction[] {
  return convictions.filter(({ type, resource, hash, secrets }) => {
    const current = snapshot.resources[type].get(resource);
    return current?.sections.some(({ parts, fallback }) =>
      [...parts, ...(fallback ?? [])].some((part) =>
        [part, part.replacement].some((each) => each?.hash === hash && secretsOf(each, snapshot) === secrets),
      ),
    );
  });
}

/** The snapshot that is served: itself, unless something in it is convicted. */
export function contained(snapshot: Snapshot, convictions: readonly Conviction[]): Snapshot {
  if (convictions.length === 0) return snapshot;
  const hashes = new Map<string, Set<string>>();
  for (const { type, resource, hash } of convictions) {
    const key = `${type} ${resource}`;
    hashes.set(key, (hashes.get(key) ?? new Set()).add(hash));
  }
  const withheld = new Set(
    convictions.filter(({ type }) => isWhole(type)).map(({ type, resource }) => `${type} ${resource}`),
  );
  const resources = Object.values(snapshot.resources).flatMap((named) => [...named.values()]);
  return buildSnapshot(
    snapshot.fleet,
    resources.flatMap((resource) => {
      const own = hashes.get(`${resource.type} ${resource.name}`) ?? NONE;
      const cut = WITHHELD_FROM[resource.type]?.some((type) =>
        referencesOf(resource, type).some((name) => withheld.has(`${type} ${name}`)),
      );
      return own.size > 0 || cut === true ? served(resource, own, withheld) : [resource];
    }),
    snapshot.permitted,
  );
}

const NONE: ReadonlySet<string> = new Set();

/**
 * What fails closed without a resource that it names: a rule answers 500 for the share of its cluster. A filter chain without its secret is left out: Envoy would keep
 * the rejected content for it, and reject each new chain with it.
 */
const WITHHELD_FROM: Partial<Record<ResourceType, readonly ResourceType[]>> = {
  routes: ['cluster'],
  listener: ['secret'],
};

function served(
  resource: Resource,
  convicted: ReadonlySet<string>,
  withheld: ReadonlySet<string>,
): readonly Resource[] {
  const { type, name } = resource;
  if (isWhole(type)) return [];
  const isBad = (part: Part): boolean => convicted.has(part.hash) || missingOf(part).length > 0;
  const missingOf = ({ references }: Part): readonly Reference[] =>
    references.filter(
      (each) => WITHHELD_FROM[type]?.includes(each.type) && withheld.has(`${each.type} ${each.name}`),
    );
  /** The bad part in the best form that is not bad itself. */
  const insteadOf = (part: Part): Part | undefined =>
    [part.without?.(new Set(missingOf(part).map((each) => each.name))), part.replacement].find(
      (each) => each !== undefined && !isBad(each),
    );
  const sections = resource.sections.map((section) => servedSection(section, isBad, insteadOf));
  const before = partsOf(resource).filter(({ replacement }) => replacement !== undefined);
  const left = sections.flatMap(({ parts }) => parts).filter(({ bytes }) => bytes.length > 0);
  const replaceable = new Set(before.map(({ key }) => key));
  // A listener without a filter chain is none.
  if (type === 'listener' && before.length > 0 && !left.some(({ key }) => replaceable.has(key))) return [];
  return [buildResource({ type, name, sections })];
}

/** The section with what stands in place of its bad parts, by default their replacements; itself when it has none. */
export function servedSection(
  section: Section,
  isBad: (part: Part) => boolean,
  insteadOf: (part: Part) => Part | undefined = ({ replacement }) =>
    replacement !== undefined && !isBad(replacement) ? replacement : undefined,
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

/** Types whose resources are one part each and have no replacement: a bad one is withheld, and what names it fails closed. */
function isWhole(type: ResourceType): boolean {
  return type === 'cluster' || type === 'secret';
}
