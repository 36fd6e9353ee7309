import { buildPart, buildResource, buildSection } from '../build.js';
import type { Part, Resource, Section } from '../resource.js';

const owner = { object: 'Gateway shop/public', at: '' };

/** A rule that sends to clusters, by a permission or without one; its replacement is known by its bytes. */
export function rule(
  key: string,
  clusters: readonly string[],
  over: { readonly permit?: string | undefined; readonly edition?: number | string } = {},
): Part {
  const { permit, edition = 1 } = over;
  return buildPart({
    key,
    bytes: Buffer.from(`${key} ${edition} ${clusters.join()}\n`),
    references: clusters.map((name) => ({ type: 'cluster', name })),
    owner,
    permits: permit === undefined ? undefined : [permit],
    replacement: buildPart({ key, bytes: Buffer.from(`${key} 500\n`), references: [], owner }),
  });
}

/** A virtual host: what takes its requests when it is not there are `wider`, the nearest first. */
export function host(domain: string, rules: readonly Part[], wider: readonly string[] = []): Section {
  const head = buildPart({ key: 'virtualHost', bytes: Buffer.from(`${domain}: `), references: [], owner });
  const unusable = buildPart({ key: 'unusable', bytes: Buffer.from('unusable\n'), references: [], owner });
  return buildSection({ key: domain, frame: 2, parts: [head, ...rules], fallback: [head, unusable], wider });
}

/** A route table: a head of its own, and virtual hosts. */
export function table(name: string, hosts: readonly Section[]): Resource {
  const head = buildPart({ key: 'table', bytes: Buffer.from(`${name}\n`), references: [], owner });
  const sections = [buildSection({ key: 'table', parts: [head] }), ...hosts];
  return buildResource({ type: 'routes', name, sections });
}
