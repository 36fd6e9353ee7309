// What waits, or is tried, is served as an earlier version has it; a request that has to pass something from now on must not get by it there.
import { memoByPair } from '../collections/index.js';
import { buildSection } from './build.js';
import { idOf, widerOf } from './difference.js';
import { isTightened, planOf, type Ahead } from './guard-plan.js';
import type { Part, Section } from './resource.js';

/** What may be served now. */
export interface ServableNow {
  /** What is left of a part of the earlier version; undefined: nothing. */
  readonly permitted: (part: Part) => Part | undefined;
  /** Of the new version: is there all that the part needs? */
  readonly mayServe: (part: Part) => boolean;
}

export interface Servable extends ServableNow {
  /** Does the section take the requests of another that is not there yet? They are not its own, and are answered as they were, or refused. */
  readonly standsIn: (section: Section) => boolean;
}

/**
 * @param added the sections that the earlier version had not, and that wait
 * @param takerOf the one that took the requests of such a section
 */
export function servableWhileAbsent(
  added: readonly Section[],
  takerOf: (section: Section) => Section | undefined,
  now: ServableNow,
): Servable {
  const alone: Servable = { ...now, standsIn: () => false };
  const absent = added.filter((section) => guardedWhileNew(section, takerOf(section), alone) === undefined);
  const takers = new Set(absent.flatMap(widerOf));
  return { ...now, standsIn: (section) => takers.has(idOf(section)) };
}

/**
 * What is served of a section that guards what an earlier version of it did not, until it can be served itself; undefined: nothing that it guards gets
 * by in that one. The earlier version stands, but behind the rules that requests would get by, and those that take requests ahead of them. Of these, what
 * can be served is; else what the earlier version has for exactly their requests; else what stands in for rejected ones. So a request meets one
 * of the versions, or is refused.
 */
export function guardedMeanwhile(
  section: Section,
  former: Section | undefined,
  { permitted, mayServe, standsIn }: Servable,
): Section | undefined {
  const isOwn = !standsIn(section);
  // A refusal of all is nothing to go on with, whether anything is guarded or not.
  const isRefused = former !== undefined && isRefusal(former, section);
  const base = isRefused ? undefined : former;
  const { isTight, ahead, behind } = planOf(section, base);
  const mayServeNew = (part: Part): boolean => isOwn && mayServe(part);
  if (isRefused ? !ahead.some(({ part }) => mayServeNew(part)) : !isTight) return undefined;

  const isReady = (part: Part): boolean => mayServeNew(part) || isHarmless(part);
  const ready = (part: Part): Part | undefined => (isReady(part) ? part : undefined);
  const firstNow = (part: Part): Part | undefined => {
    const old = isTightened(part, base) ? undefined : base?.parts[0];
    if (old?.hash === part.hash) return permitted(part);
    return (old && permitted(old)) ?? ready(part);
  };
  const ruleNow = ({ part, same, isKept }: Ahead): Part | undefined =>
    isReady(part) || (isOwn && same?.hash === part.hash)
      ? part
      : ((isKept && same ? permitted(same) : undefined) ?? part.replacement);
  const { first, leading, trailing } = wholesOf(section);
  const served = [
    ...first.map(firstNow),
    ...(base === undefined ? [] : leftOf(wholesOf(base).leading, leading)).map(permitted),
    ...leading.map(ready),
    ...ahead.map(ruleNow),
    ...behind.map((part) => permitted(part) ?? part.replacement),
    ...trailing.map(ready),
  ];
  const parts = served.filter((part) => part !== undefined);
  if (parts.length < served.length) return refusing(section);
  return withParts(section, parts);
}

/**
 * {@link guardedMeanwhile} for a section that the earlier version had not.
 * @param taker the one that takes its requests there; undefined: none does
 */
export function guardedWhileNew(
  section: Section,
  taker: Section | undefined,
  servable: Servable,
): Section | undefined {
  const served = guardedMeanwhile(section, taker && asServedBy(section, taker), servable);
  // Those of others may have to go on passing what it does not ask of its own.
  const isLess = taker !== undefined && taker.parts[0]?.guard !== section.parts[0]?.guard;
  return served && isLess && servable.standsIn(section) ? refusing(section) : served;
}

/**
 * {@link guardedMeanwhile} for a section that is no more, and is served until another can take its requests.
 * @param taker the one that takes them; undefined: none does
 */
export function guardedWhileKept(
  gone: Section,
  taker: Section | undefined,
  servable: Servable,
): Section | undefined {
  if (taker === undefined) return undefined;
  const guard = taker.parts[0]?.guard;
  if (guard !== undefined && guard !== gone.parts[0]?.guard) return refusing(gone);
  return guardedMeanwhile(asTakenBy(gone, taker), gone, servable);
}

/** A section as its requests were served before it was there. What the other begins with is its own, and served nowhere else. */
const asServedBy = memoByPair((section: Section, taker: Section): Section => {
  const before = wholesOf(taker);
  const asked = before.first[0]?.guard;
  const { first } = wholesOf(section);
  const isHeadAlike = first.every(({ guard }) => guard === undefined || guard === asked);
  return withParts(section, [...(isHeadAlike ? first : before.first), ...before.leading, ...rulesIn(taker)]);
});

/** A section that is no more, with the rules of the one that takes its requests. */
const asTakenBy = memoByPair((gone: Section, taker: Section): Section => {
  const { first, leading, trailing } = wholesOf(gone);
  return withParts(gone, [...first, ...leading, ...rulesIn(taker), ...trailing]);
});

function rulesIn({ parts }: Section): readonly Part[] {
  return parts.filter(({ takes }) => takes !== undefined);
}

/** What belongs to a section as a whole: what it begins with, and what stands ahead of its rules and behind them. */
function wholesOf({ parts }: Section): Readonly<Record<'first' | 'leading' | 'trailing', readonly Part[]>> {
  const rule = parts.findIndex(({ takes }) => takes !== undefined);
  const ahead = rule < 0 ? parts.length : rule;
  return {
    first: parts.slice(0, 1),
    leading: parts.slice(1, ahead),
    trailing: parts.slice(ahead).filter(({ takes }) => takes === undefined),
  };
}

/** Those that are no more, or are others now. */
function leftOf(before: readonly Part[], now: readonly Part[]): readonly Part[] {
  return before.filter(({ hash }) => !now.some((part) => part.hash === hash));
}

function withParts({ key, frame, fallback, wider }: Section, parts: readonly Part[]): Section {
  return buildSection({ key, frame, parts, fallback, wider });
}

/** It answers all its requests with an error; undefined: it has no such answer. */
function refusing({ key, frame, fallback, wider }: Section): Section | undefined {
  return fallback && buildSection({ key, frame, parts: fallback, wider });
}

function isRefusal({ parts }: Section, { fallback }: Section): boolean {
  return parts.length === fallback?.length && parts.every(({ hash }, i) => hash === fallback[i]?.hash);
}

/** It names nothing that could be missing, and lets nothing through. */
function isHarmless({ replacement, references, guard, takes }: Part): boolean {
  return replacement === undefined && references.length === 0 && (guard === undefined || takes !== undefined);
}
