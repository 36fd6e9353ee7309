import { missOf, type ArrivedRequest } from '../../routing/evaluate/request-match.js';
import { coveringDomains, type MatchModel } from '../../routing/index.js';
import type { Part, Resource, Section } from '../../xds/index.js';

/** What becomes of a request, as far as guards are concerned. */
export interface Answer {
  /** 500 and 404: it is let through nowhere. */
  readonly does: 'forwards' | '500' | '404';
  /** The clusters that its route names: where it goes, and who is asked. */
  readonly names: string;
  /** What its route guards. */
  readonly guard: string | undefined;
  /** What its virtual host guards. */
  readonly hostGuard: string | undefined;
}

/** Which of a list of requests are taken. */
export interface Taken {
  readonly all: readonly boolean[];
  /** By the text of a match. */
  readonly byMatch: ReadonlyMap<string, readonly boolean[]>;
}

/** Looked into once for all tables. */
export function takenBy(matches: readonly MatchModel[], requests: readonly ArrivedRequest[]): Taken {
  const byMatch = matches.map((match): [string, readonly boolean[]] => [
    JSON.stringify(match),
    requests.map((request) => missOf(match, request) === undefined),
  ]);
  return { all: requests.map(() => true), byMatch: new Map(byMatch) };
}

/** The virtual host that answers for a domain. */
export function hostOf(table: Resource, domain: string): Section | undefined {
  const [found] = coveringDomains(domain).flatMap(
    (each) => table.sections.find(({ key, frame }) => frame !== undefined && key === each) ?? [],
  );
  return found;
}

/** What a virtual host answers to each of the requests. */
export function answersOf(host: Section | undefined, taken: Taken): readonly Answer[] {
  const hostGuard = host?.parts[0]?.guard;
  const refused = { names: '', guard: undefined, hostGuard };
  const rules = (host?.parts ?? []).slice(1).map((part): readonly [readonly boolean[], Answer] => {
    if (part.takes === undefined)
      return [taken.all, { ...refused, does: part.key === 'unmatched' ? '404' : '500' }];
    const names = part.references.map(({ name }) => name).join();
    const takes = taken.byMatch.get(part.takes.key);
    if (takes === undefined) throw new Error(`no one has looked into ${part.takes.key}`);
    return [
      takes,
      letsThrough(part)
        ? { does: 'forwards', names, guard: part.guard, hostGuard }
        : { ...refused, does: '500' },
    ];
  });
  const nothing: Answer = { ...refused, does: '404' };
  return taken.all.map((_, i) => rules.find(([takes]) => takes[i])?.[1] ?? nothing);
}

/** A rule does; what stands in for it answers 500, as does what stands in for a host. */
function letsThrough({ replacement, hash }: Part): boolean {
  return replacement !== undefined && replacement.hash !== hash;
}
