import { commonEnds, memoByPair } from '../collections/index.js';
import type { Resource, Section } from './resource.js';

/** What is different between two contents of a resource. */
export interface Difference {
  /** Sections that are new or another, each with what it was before. */
  readonly changed: readonly { readonly section: Section; readonly former: Section | undefined }[];
  /** Sections that are no more. */
  readonly gone: readonly Section[];
}

/** A section's own name in its resource: a virtual host may be called like what has no frame. */
export function idOf({ key, frame }: Pick<Section, 'key' | 'frame'>): string {
  return `${frame ?? ''} ${key}`;
}

/** Names of the sections that would take its requests if it were not there: the narrowest first. */
export function widerOf({ frame, wider }: Section): readonly string[] {
  return wider?.map((key) => idOf({ key, frame })) ?? [];
}

/** Which of these sections takes the requests of one that is not among them? Undefined: none does. */
export function takerAmong(sections: readonly Section[]): (of: Section) => Section | undefined {
  let byId: ReadonlyMap<string, Section> | undefined;
  return (of) => {
    byId ??= new Map(sections.map((section) => [idOf(section), section]));
    const found = widerOf(of).find((id) => byId?.has(id));
    return found === undefined ? undefined : byId.get(found);
  };
}

/** Found once for all streams that have the one and are to have the other. */
export const differenceBetween = memoByPair(compare);

/** Compares by identity from both ends, and by key and hash only what lies between: a change of few of many sections costs a pass over pointers. */
function compare(former: Resource, wanted: Resource): Difference {
  const before = former.sections;
  const after = wanted.sections;
  const { start, end } = commonEnds(before, after);
  const old = new Map(before.slice(start, before.length - end).map((section) => [idOf(section), section]));
  const current = after.slice(start, after.length - end);
  const changed = current
    .map((section) => ({ section, former: old.get(idOf(section)) }))
    .filter((each) => each.former?.hash !== each.section.hash);
  for (const section of current) old.delete(idOf(section));
  return { changed, gone: [...old.values()] };
}
