// What is kept of an earlier snapshot, for as long as something waits or is tried, must not grant what the newest snapshot no longer grants.
import { buildResource } from './build.js';
import { servedSection } from './convictions.js';
import { idOf, takerAmong } from './difference.js';
import { guardedMeanwhile, guardedWhileKept, guardedWhileNew, servableWhileAbsent } from './guards.js';
import type { Part, Permit, Resource, Section, Snapshot } from './resource.js';

/**
 * A section of an earlier snapshot as it may still be served: of parts whose permission is gone without what relied on it, or what stands in for rejected ones.
 * Without such parts it is the section itself. Undefined: nothing can stand in, so that it is left out.
 */
export function stillPermitted(section: Section, snapshot: Snapshot): Section | undefined {
  const isRevoked = revokedBy(snapshot);
  const served = servedSection(section, isRevoked, permittedInstead(snapshot));
  return served.parts.some(isRevoked) ? undefined : served;
}

/** What is left of a part of an earlier snapshot; undefined: nothing. */
export function permittedPart(snapshot: Snapshot): (part: Part) => Part | undefined {
  const isRevoked = revokedBy(snapshot);
  const instead = permittedInstead(snapshot);
  return (part) => (isRevoked(part) ? instead(part) : part);
}

/** Does the part rely on a permission that is gone? */
function revokedBy(snapshot: Snapshot): (part: Part) => boolean {
  return (part) => revokedOf(part, snapshot).length > 0;
}

function revokedOf({ permits = [] }: Part, { permitted }: Snapshot): readonly Permit[] {
  return permits.filter((permit) => permitted?.(permit) !== true);
}

/** What stands in for a part that relies on a permission that is gone, so that as little as possible fails. */
function permittedInstead(snapshot: Snapshot): (part: Part) => Part | undefined {
  const isRevoked = revokedBy(snapshot);
  return (part) =>
    [part.withoutPermits?.(new Set(revokedOf(part, snapshot))), part.replacement].find(
      (each) => each !== undefined && !isRevoked(each),
    );
}

/**
 * {@link stillPermitted} for all sections, and nothing gets by what the snapshot guards: not on a section that the resource lacks either, whose requests another would take. The resource
 * itself when nothing was revoked.
 */
export function permittedResource(resource: Resource, snapshot: Snapshot): Resource {
  const { type, name } = resource;
  const newest = snapshot.resources[type].get(name)?.sections ?? [];
  const guarded = new Map(newest.filter(isGuarded).map((section) => [idOf(section), section]));
  const there = new Set(resource.sections.map(idOf));
  const taker = takerAmong(resource.sections);
  const added = guarded.size === 0 ? [] : newest.filter((section) => !there.has(idOf(section)));
  const now = { permitted: permittedPart(snapshot), mayServe: () => false };
  const servable = servableWhileAbsent(added, taker, now);
  const missing = [...guarded].flatMap(([id, section]) =>
    there.has(id) ? [] : (guardedWhileNew(section, taker(section), servable) ?? []),
  );
  const current = new Set(newest.map(idOf));
  const takerNow = takerAmong(newest);
  const kept = resource.sections.flatMap((section) => {
    const id = idOf(section);
    const wanted = guarded.get(id);
    const meanwhile = current.has(id)
      ? wanted && guardedMeanwhile(wanted, section, servable)
      : guardedWhileKept(section, takerNow(section), servable);
    return meanwhile ?? stillPermitted(section, snapshot) ?? [];
  });
  const sections = kept.concat(missing);
  return isSame(sections, resource.sections) ? resource : buildResource({ type, name, sections });
}

const guarding = new WeakMap<Section, boolean>();

/** Looked into once for each section. */
function isGuarded(section: Section): boolean {
  const known = guarding.get(section) ?? section.parts.some(({ guard }) => guard !== undefined);
  guarding.set(section, known);
  return known;
}

/** The same sections; where they stand in the resource says nothing. */
export function isSame(a: readonly Section[], b: readonly Section[]): boolean {
  if (a.length !== b.length) return false;
  if (a.every((section, i) => section === b[i])) return true;
  const hashes = new Set(b.map(({ hash }) => hash));
  return a.every(({ hash }) => hashes.has(hash));
}
