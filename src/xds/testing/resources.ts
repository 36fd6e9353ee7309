import { buildSnapshot, buildWhole } from '../build.js';
import type { Reference, Resource, ResourceType, Snapshot } from '../resource.js';

const owner = { object: 'Gateway shop/public', at: '' };

/** A resource whose bytes say nothing but its edition; a table names the clusters given. */
export function resource(
  type: ResourceType,
  name: string,
  edition: number | string = 1,
  clusters: readonly string[] = [],
  others: readonly Reference[] = [],
): Resource {
  const bytes = Buffer.from(`${name} ${edition} ${[...clusters, ...others.map((each) => each.name)].join()}`);
  const references = [...clusters.map((each) => ({ type: 'cluster' as const, name: each })), ...others];
  return buildWhole({ type, name, bytes, references, owner });
}

export function snapshot(...resources: readonly Resource[]): Snapshot {
  return buildSnapshot('fleet', resources);
}
