import { buildPart, buildResource, buildSection, buildSnapshot, buildWhole } from '../build.js';
import type { Part, Reference, Resource, ResourceType, Snapshot } from '../resource.js';

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

/** What a rule or a filter chain says, and what stands in its place. */
export interface Piece {
  readonly edition: string;
  readonly names: readonly Reference[];
  /** What stands in its place is refused as well. */
  readonly isReplacementPoisoned?: boolean;
}

/** One virtual host; a rule is replaced by one that answers 500, or, when that is refused, the host by a head and 500. */
export function table(name: string, rules: readonly Piece[]): Resource {
  const head = part('head', `${name} head`, []);
  const parts = rules.map(({ edition, names, isReplacementPoisoned = false }, i) => {
    const replacement = part(`r${i}`, `r${i} 500 ${isReplacementPoisoned ? POISON : ''}`, []);
    return part(`r${i}`, `r${i} ${edition} ${names.map((each) => each.name).join()}`, names, replacement);
  });
  const fallback = [head, part('unusable', 'unusable', [])];
  const host = buildSection({ key: 'host', frame: 2, parts: [head, ...parts], fallback });
  return buildResource({
    type: 'routes',
    name,
    sections: [buildSection({ key: 'table', parts: [part('table', name, [])] }), host],
  });
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

export function clusterNamed(name: string): Reference {
  return { type: 'cluster', name };
}
