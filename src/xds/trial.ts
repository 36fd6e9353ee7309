// A trial finds out which parts of a rejected resource a client refuses: variants of the resource, in which only some of the suspects are new, are
// sent one after the other, each alone in its response. The first variant is the resource itself, unless it was alone already; then halves.
import { buildResource, buildSection } from './build.js';
import type { Part, Resource, Section } from './resource.js';

/** Variants after which a group that holds a culprit is convicted as a whole; what is halved already is still tried, half by half. */
const MOST_VARIANTS = 48;

interface Group {
  /** Hashes of parts, in their order in the resource. */
  readonly hashes: readonly string[];
  /** It holds a culprit for sure: no need to try it as a whole. */
  readonly guilty: boolean;
  /** The next group is its other half: should this one be accepted, the culprit is in that one. */
  readonly halved: boolean;
}

/** A plain value; every step makes another one. */
export interface Trial {
  /** What the client rejected. */
  readonly resource: Resource;
  /** Version of the wanted resource: that of `resource`, or of which this was a part. */
  readonly of: string;
  /** What it had accepted before, as far as this stream knows. */
  readonly base: Resource | undefined;
  /** The first is tried next. Empty: the trial is over. */
  readonly groups: readonly Group[];
  /**
   * New parts that are in every variant. When all others were rejected one by one, a last variant without any of them shows whether these are to blame:
   * a port that cannot be bound.
   */
  readonly required: readonly string[];
  readonly isLast: boolean;
  readonly cleared: ReadonlySet<string>;
  readonly convicted: ReadonlySet<string>;
  readonly variants: number;
  /** The client's last words. */
  readonly message: string;
}

/**
 * The trial of a resource that was rejected alone, or in company. Undefined when it was alone and no part of it is new to the client; in company it is
 * tried all the same, because it may be innocent: what it no longer has can be all that changed.
 */
export function beginTrial(
  resource: Resource,
  base: Resource | undefined,
  alone: boolean,
  message: string,
  of = resource.version,
): Trial | undefined {
  const accepted = new Set(base === undefined ? [] : partsOf(base).map(({ hash }) => hash));
  // What is left out already says nothing that could be refused.
  const isNew = ({ hash, bytes }: Part): boolean => bytes.length > 0 && !accepted.has(hash);
  const suspects = hashesOf(resource, isNew, () => true);
  if (alone && suspects.length === 0) return undefined;
  const replaceable = hashesOf(resource, isNew, isReplaceable);
  const required = suspects.filter((hash) => !replaceable.includes(hash));
  const tried = replaceable.length > 0 ? replaceable : suspects;
  return narrowed({
    resource,
    of,
    base,
    groups: [{ hashes: tried, guilty: alone, halved: false }],
    required: replaceable.length > 0 ? required : [],
    isLast: false,
    cleared: new Set(),
    convicted: new Set(),
    variants: 0,
    message,
  });
}

/** Each hash once, in the order of the parts. */
function hashesOf(
  { sections }: Resource,
  isNew: (part: Part) => boolean,
  isWanted: (section: Section, part: Part) => boolean,
): readonly string[] {
  const hashes = sections.flatMap((section) =>
    section.parts.filter((part) => isNew(part) && isWanted(section, part)).map(({ hash }) => hash),
  );
  return [...new Set(hashes)];
}

/** Something can stand in the part's place. What cannot be replaced (the address of a listener) is in every variant. */
function isReplaceable({ fallback }: Section, { replacement }: Part): boolean {
  return replacement !== undefined || fallback !== undefined;
}

export function isOver({ groups }: Trial): boolean {
  return groups.length === 0;
}

/** The client accepted the variant, or rejected it with a message. */
export function judged(trial: Trial, rejection: string | undefined): Trial {
  const [tried, next, ...rest] = trial.groups;
  if (tried === undefined) return trial;
  const variants = trial.variants + 1;
  const others = next === undefined ? [] : [next, ...rest];
  if (rejection !== undefined) {
    const groups = [{ ...tried, guilty: true }, ...others];
    return narrowed({ ...trial, groups, variants, message: rejection });
  }
  const cleared = new Set([...trial.cleared, ...tried.hashes]);
  const groups = next !== undefined && tried.halved ? [{ ...next, guilty: true }, ...rest] : others;
  return narrowed({ ...trial, groups, cleared, variants });
}

/** Convicts or halves until the first group is one to be tried. */
function narrowed(trial: Trial): Trial {
  const [first, ...rest] = trial.groups;
  if (first === undefined && trial.cleared.size === 0 && trial.required.length > 0) {
    const last = { hashes: trial.required, guilty: false, halved: false };
    return { ...trial, groups: [last], required: [], isLast: true };
  }
  if (first?.guilty !== true) return trial;
  if (trial.isLast) return { ...trial, groups: [], convicted: new Set(first.hashes) };
  if (first.hashes.length <= 1 || trial.variants >= MOST_VARIANTS) {
    return narrowed({ ...trial, groups: rest, convicted: new Set([...trial.convicted, ...first.hashes]) });
  }
  const middle = Math.ceil(first.hashes.length / 2);
  const halves = [
    { hashes: first.hashes.slice(0, middle), guilty: false, halved: true },
    { hashes: first.hashes.slice(middle), guilty: false, halved: false },
  ];
  return narrowed({ ...trial, groups: [...halves, ...rest] });
}

/**
 * What is sent next: the resource in which the suspects that are neither cleared nor tried now stand as the client last accepted them; where it had
 * accepted none, not at all.
 */
export function variantOf({ resource, base, groups, isLast, cleared, convicted }: Trial): Resource {
  const waiting = new Set([...groups.slice(1).flatMap(({ hashes }) => hashes), ...convicted]);
  for (const hash of cleared) waiting.delete(hash);
  if (waiting.size === 0) return restated(resource);
  const former = new Map(base?.sections.map((section) => [section.key, section]));
  const sections = resource.sections.flatMap((section) =>
    sectionOf(section, former.get(section.key), waiting, isLast),
  );
  return buildResource({ type: resource.type, name: resource.name, sections });
}

/** The resource in other bytes where equal ones would not be looked at again. */
function restated(resource: Resource): Resource {
  if (!partsOf(resource).some((part) => part.restated !== undefined)) return resource;
  const sections = resource.sections.map(({ key, frame, parts, fallback }) =>
    buildSection({ key, frame, parts: parts.map((part) => part.restated?.() ?? part), fallback }),
  );
  return buildResource({ type: resource.type, name: resource.name, sections });
}

/**
 * A sub-message without its own fields (a virtual host without its domain) means nothing: it is left out altogether. In one that the client does not have
 * yet, the fallback stands before the first that waits, so that no request falls to a wider rule. Replacements are no help: they may be as bad.
 */
function sectionOf(
  section: Section,
  former: Section | undefined,
  waiting: ReadonlySet<string>,
  isLast: boolean,
): readonly Section[] {
  const { key, frame, parts, fallback, wider } = section;
  if (!parts.some(({ hash }) => waiting.has(hash))) return [section];
  const formerParts = new Map(former?.parts.map((part) => [part.key, part]));
  const [head] = parts;
  const headMissing = head !== undefined && waiting.has(head.hash) && !formerParts.has(head.key);
  if (frame !== undefined && headMissing) return [];
  const guard = former === undefined ? (fallback ?? []).filter((part) => part.key !== head?.key) : [];
  const firstWaiting = parts.findIndex(({ hash }) => waiting.has(hash));
  const chosen = parts.flatMap((part, i) => {
    const before = i === firstWaiting ? guard : [];
    const stands = waiting.has(part.hash)
      ? (formerParts.get(part.key) ?? (isLast ? lesserOf(part) : undefined))
      : part;
    return stands === undefined ? before : [...before, stands];
  });
  return [buildSection({ key, frame, parts: chosen, fallback, wider })];
}

/**
 * The part without something that it can do without: a replacement that can be replaced itself. In the last variant nothing else might be left, and a
 * listener without any filter chain is refused for that alone.
 */
function lesserOf({ replacement }: Part): Part | undefined {
  return replacement?.replacement === undefined ? undefined : replacement;
}

export function partsOf(resource: Resource): readonly Part[] {
  return resource.sections.flatMap(({ parts }) => parts);
}
