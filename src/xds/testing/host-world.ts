// One table of virtual hosts, of which some take the requests of others: as routing makes it, and which forms a host may take.
import { servedSection } from '../convictions.js';
import type { Resource, Section } from '../resource.js';
import { host, rule, table } from './resources.js';

export const PERMITS = ['p', 'q'];
/** The client never asks for the endpoints of the dead ones. */
export const CLUSTERS = ['one', 'two', 'dead', 'deader'];
/** Each with what takes its requests when it is not there. */
export const HOSTS = new Map([
  ['a.x', ['*.x', '*']],
  ['b.x', ['*.x', '*']],
  ['*.x', ['*']],
  ['*', []],
]);

export interface Rule {
  readonly cluster: string;
  readonly permit: string | undefined;
}
export interface World {
  readonly edition: number;
  readonly granted: readonly string[];
  readonly hosts: ReadonlyMap<string, readonly Rule[]>;
}

/** As routing makes them: a rule without its permission forwards to nothing. */
export function tableOf({ hosts, granted, edition }: World): Resource {
  const sections = [...hosts].map(([name, rules]) =>
    host(
      name,
      rules.map(({ cluster, permit }, i) =>
        permit === undefined || granted.includes(permit)
          ? rule(`rule${i}`, [cluster], { permit, edition })
          : rule(`rule${i}`, [], { edition: 'refused' }),
      ),
      HOSTS.get(name),
    ),
  );
  return table('t', sections);
}

export function sectionOf(content: Resource | undefined, name: string): Section | undefined {
  return content?.sections.find(({ key, frame }) => frame !== undefined && key === name);
}

/** The host that takes requests to this one, and its content. */
export function answering(content: Resource | undefined, name: string): Section | undefined {
  const [taker] = [name, ...(HOSTS.get(name) ?? [])].flatMap((each) => sectionOf(content, each) ?? []);
  return taker;
}

/** A host as it was, and with any of its permissions gone. */
export function formsOf(section: Section | undefined): readonly string[] {
  if (section === undefined) return ['none'];
  return [[], ['p'], ['q'], ['p', 'q']].map(
    (gone) =>
      servedSection(section, ({ permits = [] }) => permits.some((permit) => gone.includes(permit))).hash,
  );
}

export function textOf(content: Resource | undefined): string {
  return Buffer.concat(content?.sections.map(({ bytes }) => bytes) ?? []).toString();
}
