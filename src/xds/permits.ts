// What is kept of an earlier snapshot, for as long as something waits or is tried, must not grant what the newest snapshot no longer grants.
import { buildResource } from './build.js';
import { servedSection } from './convictions.js';
import type { Part, Resource, Section, Snapshot } from './resource.js';

/**
 * A section of an earlier snapshot as it may still be served: in place of parts whose permission is gone stands what refuses, or stands in for rejected ones.
 * Without such parts it is the section itself. Undefined: nothing can stand in, so that it is left out.
 */
export function stillPermitted(section: Section, { permitted }: Snapshot): Section | undefined {
  const isRevoked = ({ permits }: Part): boolean =>
    permits?.some((permit) => permitted?.(permit) !== true) === true;
  const served = servedSection(section, isRevoked, ({ refusing, replacement }) =>
    [refusing, replacement].find((part) => part !== undefined && !isRevoked(part)),
  );
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
