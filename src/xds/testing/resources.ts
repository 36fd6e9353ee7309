import { buildPart, buildResource, buildSection, buildSnapshot, buildWhole } from '../build.js';
import type { Part, Reference, Resource, ResourceType, Section, Snapshot } from '../resource.js';

const owner = { object: 'Gateway shop/public', at: '' };

/** A resource whose bytes say nothing but its edition; a table names the clusters given. */
export function resource(
  type: ResourceType,
  name: string,
  edition: number | string = 1,
  clusters: readonly string[] = [],
): Resource {
  const bytes = Buffer.from(`${name} ${edition} ${clusters.join()}`);
  return buildWhole({ type, name, bytes, references: clusters.map(clusterNamed), owner });
}

export function snapshot(...resources: readonly Resource[]): Snapshot {
  return buildSnapshot('fleet', resources);
}

/** A part that says this is refused by every model client. */
export const POISON = 'poison';

export function isPoisoned({ sections }: Resource): boolean {
  return sections.some(({ parts }) => parts.some(({ bytes }) => Buffer.from(bytes).includes(POISON)));
}

function part(key: string, text: string, references: readonly Reference[], replacement?: Part): Part {
  return buildPart({ key, bytes: Buffer.from(text), references, owner, replacement });
}

/** A rule that sends to clusters, by a permission or without one; its replacement is known by its bytes. */
export function rule(
  key: string,
  clusters: readonly string[],
  over: {
    readonly permit?: string | undefined;
    readonly edition?: number | string;
    /** What stands in its place is refused as well. */
    readonly isReplacementPoisoned?: boolean;
  } = {},
): Part {
  const { permit, edition = 1, isReplacementPoisoned = false } = over;
  return buildPart({
    key,
    bytes: Buffer.from(`${key} ${edition} ${clusters.join()}\n`),
    references: clusters.map(clusterNamed),
    owner,
    permits: permit === undefined ? undefined : [permit],
    replacement: part(key, `${key} 500${isReplacementPoisoned ? ` ${POISON}` : ''}\n`, []),
  });
}

/** A virtual host: what takes its requests when it is not there are `wider`, the nearest first. It is replaced by its head and 500. */
export function host(domain: string, rules: readonly Part[], wider: readonly string[] = []): Section {
  const head = part('virtualHost', `${domain}: `, []);
  const fallback = [head, part('unusable', 'unusable\n', [])];
  return buildSection({ key: domain, frame: 2, parts: [head, ...rules], fallback, wider });
}

/** A route table: a head of its own, and virtual hosts. */
export function table(name: string, hosts: readonly Section[]): Resource {
  const head = buildSection({ key: 'table', parts: [part('table', `${name}\n`, [])] });
  return buildResource({ type: 'routes', name, sections: [head, ...hosts] });
}

/** What a filter chain says. */
export interface Piece {
  readonly edition: string;
  readonly names: readonly Reference[];
}

/** An address, for which nothing can stand in, and filter chains, which can be left out. */
export function listener(name: string, address: string, chains: readonly Piece[]): Resource {
  const parts = chains.map(({ edition, names }, i) =>
    part(
      `c${i}`,
      `c${i} ${edition} ${names.map((each) => `${each.type} ${each.name}`).join()}`,
      names,
      part(`c${i}`, '', []),
    ),
  );
  const sections = [
    buildSection({ key: 'address', parts: [part('address', `${name} ${address}`, [])] }),
    ...parts.map((each) => buildSection({ key: each.key, parts: [each] })),
  ];
  return buildResource({ type: 'listener', name, sections });
}

export function cluster(name: string, edition: string, secrets: readonly string[]): Resource {
  const references: readonly Reference[] = [
    { type: 'endpoints', name },
    ...secrets.map((each): Reference => ({ type: 'secret', name: each })),
  ];
  return buildWhole({
    type: 'cluster',
    name,
    bytes: Buffer.from(`${name} ${edition} ${secrets.join()}`),
    references,
    owner,
  });
}

function clusterNamed(name: string): Reference {
  return { type: 'cluster', name };
}
