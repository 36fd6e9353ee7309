// What is kept of an earlier snapshot, for as long as something waits or is tried, must not grant what the newest snapshot no longer grants.
import { buildResource } from './build.js';
import { servedSection } from './convictions.js';
import type { Part, Permit, Resource, Section, Snapshot } from './resource.js';

/**
 * A section of an earlier snapshot as it may still be served: of parts whose permission is gone without what relied on it, or what stands in for rejected ones.
 * Without such parts it is the section itself. Undefined: nothing can stand in, so that it is left out.
 */
export function stillPermitted(section: Section, { permitted }: Snapshot): Section | undefined {
  const revokedOf = ({ permits = [] }: Part): readonly Permit[] =>
    permits.filter((permit) => permitted?.(permit) !== true);
  const isRevoked = (part: Part): boolean => revokedOf(part).length > 0;
  /** As little as possible fails. */
  const insteadOf = (part: Part): Part | undefined =>
    [part.withoutPermits?.(new Set(revokedOf(part))), part.replacement].find(
      (each) => each !== undefined && !isRevoked(each),
    );
  const served = servedSection(section, isRevoked, insteadOf);
  return served.parts.some(isRevoked) ? undefined : served;
}

/** {@link stillPermitted} for all sections; the resource itself when nothing was revoked. */
export function permittedResource(resource: Resource, snapshot: Snapshot): Resource {
  const sections = resource.sections.flatMap((section) => stillPermitted(section, snapshot) ?? []);
  const { type, name } = resource;
  return isSame(sections, resource.sections) ? resource : buildResource({ type, name, sections });
}

/** The same sections; where they stand in the resource says nothing. */
export function isSame(a: readonly Section[], b: readonly Section[]): boolean {
  if (a.length !== b.length) return false;
  if (a.every((section, i) => section === b[i])) return true;
  const hashes = new Set(b.map(({ hash }) => hash));
  return a.every(({ hash }) => hashes.has(hash));
}
