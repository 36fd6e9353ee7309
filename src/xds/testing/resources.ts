import { buildSnapshot, buildWhole } from '../build.js';
import type { Resource, ResourceType, Snapshot } from '../resource.js';

const owner = { object: 'Gateway shop/public', at: '' };

/** A resource whose bytes say nothing but its edition; a table names the clusters given. */
export function resource(
  type: ResourceType,
  name: string,
  edition: number | string = 1,
  clusters: readonly string[] = [],
): Resource {
  const bytes = Buffer.from(`${name} ${edition} ${clusters.join()}`);
  const references = clusters.map((each) => ({ type: 'cluster' as const, name: each }));
  return buildWhole({ type, name, bytes, references, owner });
}

export function snapshot(...resources: readonly Resource[]): Snapshot {
  return buildSnapshot('fleet', resources);
}
