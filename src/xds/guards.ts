// What waits, or is tried, is served as an earlier version has it; a request that has to pass something from now on must not get by it there.
import { buildSection } from './build.js';
import type { Part, Section } from './resource.js';

/**
 * What is served of a section that guards what an earlier version of it did not, until it can be served itself; undefined: nothing that it guards gets
 * by in that one. Its parts stand in their order, so that none of the earlier version takes requests that a guarded one is to have: those that
 * may be served at once as they are; of the others those that the earlier version has with the same match and guard as that one has them; and for the
 * rest what stands in for rejected ones.
 * @param isRevoked does a part rely on a permission that is gone?
 * @param mayServe may the part be served at once?
 */
export function guardedMeanwhile(
  section: Section,
  former: Section | undefined,
  isRevoked: (part: Part) => boolean,
  mayServe: (part: Part) => boolean,
): Section | undefined {
  const { key, frame, parts, fallback, wider } = section;
  if (parts.every(({ guard }) => guard === undefined)) return undefined;
  const placeOf = placing(section, former);
  const known = new Map(former?.parts.map((part) => [placeOf(part), part]));
  /** The same part of the earlier version, if requests have to pass the same there. */
  const before = (part: Part): Part | undefined => {
    const old = known.get(placeOf(part));
    return old?.guard === part.guard ? old : undefined;
  };
  const isGuardedBefore = parts.every((part) => part.guard === undefined || before(part) !== undefined);
  if (isGuardedBefore && !getsBy(section, former, placeOf)) return undefined;
  const meanwhile: Part[] = [];
  for (const part of parts) {
    const old = before(part);
    const kept = old !== undefined && !isRevoked(old) ? old : part.replacement;
    const served = part.hash === old?.hash || mayServe(part) || isHarmless(part) ? part : kept;
    if (served === undefined) return fallback && buildSection({ key, frame, parts: fallback, wider });
    meanwhile.push(served);
  }
  return buildSection({ key, frame, parts: meanwhile, fallback, wider });
}

/**
 * Do requests that a guarded part of the section is to have go to another one in the earlier version, which stands ahead of it there and is no more, or comes
 * after it by now? Their matches are not known: any might.
 */
function getsBy({ parts }: Section, former: Section | undefined, placeOf: (part: Part) => string): boolean {
  const places = new Map(parts.map((part, place) => [placeOf(part), { part, place }]));
  /** Of those that were looked at, from the last on, the guarded one that stands first now. */
  let firstGuarded = Number.POSITIVE_INFINITY;
  for (const old of former?.parts.toReversed() ?? []) {
    const now = places.get(placeOf(old));
    if (letsThrough(old) && firstGuarded < (now?.place ?? Number.POSITIVE_INFINITY)) return true;
    if (now?.part.guard !== undefined) firstGuarded = Math.min(firstGuarded, now.place);
  }
  return false;
}

/**
 * Do requests get by what a section guards as long as one is served that is no more, and whose requests it takes then?
 * @param taker the section that takes them
 */
export function getsByWhileKept(gone: Section, taker: Section | undefined): boolean {
  const guards = new Set(taker?.parts.flatMap(({ guard }) => guard ?? []));
  if (guards.size === 0) return false;
  const passes = ({ guard }: Part): boolean => guard !== undefined && guards.has(guard);
  const [head] = gone.parts;
  if (guards.size === 1 && head !== undefined && passes(head)) return false;
  return gone.parts.some((part) => letsThrough(part) && !passes(part));
}

/** What stands in for others does not, nor what is the same as what would stand in for it. */
function letsThrough({ replacement, hash }: Part): boolean {
  return replacement !== undefined && replacement.hash !== hash;
}

/**
 * Tells parts of these sections apart by the requests that they take: at the same place are those that take the same. Where several of one section do,
 * of which but the first gets any, each is a place of its own.
 */
function placing(...sections: readonly (Section | undefined)[]): (part: Part) => string {
  const repeated = new Set<string>();
  for (const section of sections) {
    const seen = new Set<string>();
    for (const { takes } of section?.parts ?? []) {
      if (takes === undefined) continue;
      if (seen.has(takes())) repeated.add(takes());
      seen.add(takes());
    }
  }
  return (part) => {
    const taken = part.takes?.();
    return taken === undefined || repeated.has(taken) ? exactPlaceOf(part) : taken;
  };
}

/** What stands in for a part has its match. */
function exactPlaceOf({ key, replacement }: Part): string {
  return replacement === undefined ? key : `${key} ${replacement.hash}`;
}

/** It names nothing that could be missing, and lets nothing through. */
function isHarmless({ replacement, references, guard }: Part): boolean {
  return replacement === undefined && references.length === 0 && guard === undefined;
}
