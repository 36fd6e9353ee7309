import type { Owner, Reference, Resource, ResourceType, Snapshot } from './resource.js';

/** The one cluster name that no snapshot holds: a route that names it answers 500 (`cluster_not_found_response_code`). */
export const RESERVED_CLUSTER = 'windlass-unresolved';

/** A part that names a resource its snapshot does not have. */
export interface ClosureFault {
  readonly type: ResourceType;
  readonly resource: string;
  readonly part: string;
  readonly missing: Reference;
  readonly owner: Owner;
}

/** Every reference of every part that leads out of the snapshot; none in a closed one. The reserved cluster is no fault. */
export function closureFaults(snapshot: Snapshot): readonly ClosureFault[] {
  return Object.values(snapshot.resources).flatMap((named) =>
    [...named.values()].flatMap((resource) => faultsOf(snapshot, resource)),
  );
}

function faultsOf(snapshot: Snapshot, resource: Resource): readonly ClosureFault[] {
  return resource.sections.flatMap((section) =>
    section.parts.flatMap((part) =>
      part.references
        .filter((reference) => !holds(snapshot, reference))
        .map((missing) => ({
          type: resource.type,
          resource: resource.name,
          part: part.key,
          missing,
          owner: part.owner,
        })),
    ),
  );
}

function holds(snapshot: Snapshot, { type, name }: Reference): boolean {
  return snapshot.resources[type].has(name) || (type === 'cluster' && name === RESERVED_CLUSTER);
}
