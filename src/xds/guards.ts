// What waits, or is tried, is served as an earlier version has it; a request that has to pass something from now on must not get by it there.
import { buildSection } from './build.js';
import type { Part, Section, TakenRequests } from './resource.js';

/** What may be served now. */
export interface Servable {
  /** What is left of a part of the earlier version; undefined: nothing. */
  readonly permitted: (part: Part) => Part | undefined;
  /** Of the new version: is there all that the part needs? */
  readonly mayServe: (part: Part) => boolean;
}

/** A part that takes requests; others belong to the section as a whole. */
interface Rule {
  readonly part: Part;
  readonly takes: TakenRequests;
  /** Its place among the rules that get any requests at all. */
  readonly place: number;
}

/** Who may have, in the earlier version, the requests that a rule is to have. */
interface Takers {
  /** Those that may get some of them before {@link Takers.same} does, and do not stand ahead of the rule now. */
  readonly others: readonly Rule[];
  /** The one that takes exactly the same requests. */
  readonly same: Rule | undefined;
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
  { permitted, mayServe }: Servable,
): Section | undefined {
  const { key, frame, parts, fallback, wider } = section;
  const isRefused = former !== undefined && isRefusal(former, section);
  if (!isRefused && parts.every(({ guard }) => guard === undefined)) return undefined;
  // There is nothing to go on with.
  const isNew = former === undefined || isRefused;
  const rules = rulesOf(section);
  const formerRules = isNew ? [] : rulesOf(former);
  const takersOf = takersAmong(formerRules, rules);
  const gotBy = rules.filter((rule) => {
    const { guard } = rule.part;
    return guard !== undefined && (isNew || isGotBy(guard, takersOf(rule)));
  });
  const before = new Map(former?.parts.map((part) => [part.key, part]));
  const isTightened = (part: Part): boolean =>
    part.guard !== undefined && before.get(part.key)?.guard !== part.guard;
  const isWhole = ({ takes }: Part): boolean => takes === undefined;
  const isTight = gotBy.length > 0 || parts.some((part) => isWhole(part) && isTightened(part));
  if (!isNew && !isTight) return undefined;

  const isReady = (part: Part): boolean => mayServe(part) || isHarmless(part);
  const wholeNow = (part: Part): Part | undefined => {
    const old = isTightened(part) ? undefined : before.get(part.key);
    return (old && permitted(old)) ?? (isReady(part) ? part : undefined);
  };
  const ruleNow = (rule: Rule): Part | undefined => {
    const { others, same } = takersOf(rule);
    if (isReady(rule.part) || same?.part.hash === rule.part.hash) return rule.part;
    const isKept = others.length === 0 && same?.part.guard === rule.part.guard;
    return (isKept && same ? permitted(same.part) : undefined) ?? rule.part.replacement;
  };
  const ahead = isNew ? rules : throughLast(rules, gotBy);
  // Without rules, it is known of all requests what becomes of them.
  const behind = (rules.length === 0 ? [] : except(formerRules, ahead)).map(
    (part) => permitted(part) ?? part.replacement,
  );
  const firstRule = parts.findIndex((part) => !isWhole(part));
  const heads = firstRule < 0 ? parts : parts.slice(0, firstRule);
  const tails = parts.slice(heads.length).filter(isWhole);
  const meanwhile = [...heads.map(wholeNow), ...ahead.map(ruleNow), ...behind, ...tails.map(wholeNow)];
  const served = meanwhile.filter((part) => part !== undefined);
  if (served.length < meanwhile.length)
    return fallback && buildSection({ key, frame, parts: fallback, wider });
  return buildSection({ key, frame, parts: served, fallback, wider });
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
  const [head] = section.parts;
  if (taker === undefined || head === undefined) return guardedMeanwhile(section, undefined, servable);
  const isHeadAlike = head.guard === undefined || head.guard === taker.parts[0]?.guard;
  const parts = [...(isHeadAlike ? [head] : []), ...taker.parts.filter(({ takes }) => takes !== undefined)];
  return guardedMeanwhile(section, { ...section, parts }, servable);
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
  const [head, ...others] = gone.parts;
  if (taker === undefined || head === undefined) return undefined;
  const guard = taker.parts[0]?.guard;
  if (guard !== undefined && guard !== head.guard) {
    const { key, frame, fallback, wider } = gone;
    return fallback && buildSection({ key, frame, parts: fallback, wider });
  }
  const rules = taker.parts.filter(({ takes }) => takes !== undefined);
  const parts = [head, ...rules, ...others.filter(({ takes }) => takes === undefined)];
  return guardedMeanwhile({ ...gone, parts }, gone, servable);
}

/** Is the earlier version nothing but a refusal of all requests? */
function isRefusal({ parts }: Section, { fallback }: Section): boolean {
  return parts.length === fallback?.length && parts.every(({ hash }, i) => hash === fallback[i]?.hash);
}

/** Of several parts that take the same requests, only the first gets any. */
function rulesOf({ parts }: Section): readonly Rule[] {
  const rules = new Map<string, Rule>();
  for (const part of parts) {
    const { takes } = part;
    if (takes !== undefined && !rules.has(takes.key))
      rules.set(takes.key, { part, takes, place: rules.size });
  }
  return [...rules.values()];
}

function takersAmong(formerRules: readonly Rule[], rules: readonly Rule[]): (rule: Rule) => Takers {
  const now = new Map(rules.map((rule) => [rule.takes.key, rule.place]));
  const before = new Map(formerRules.map((rule) => [rule.takes.key, rule]));
  // As far as both begin alike, nobody has a rule's requests but itself.
  const differs = rules.findIndex(({ takes }, i) => formerRules[i]?.takes.key !== takes.key);
  const alike = differs < 0 ? rules.length : differs;
  return ({ takes, place }) => {
    const same = before.get(takes.key);
    const others = formerRules
      .slice(alike, same?.place)
      .filter((other) => (now.get(other.takes.key) ?? Number.POSITIVE_INFINITY) > place)
      .filter((other) => !takes.excludes(other.takes));
    return { others, same };
  };
}

/** Do requests that have to pass this reach, in the earlier version, a rule that lets them through without? */
function isGotBy(guard: string, { others, same }: Takers): boolean {
  return [...others, ...(same ? [same] : [])].some(({ part }) => part.guard !== guard && letsThrough(part));
}

/** The rules of which requests would get by, and in their order all those that take requests ahead of one of them. */
function throughLast(rules: readonly Rule[], gotBy: readonly Rule[]): readonly Rule[] {
  return rules.filter((rule) =>
    gotBy.some((other) => other === rule || (rule.place < other.place && !rule.takes.excludes(other.takes))),
  );
}

/** The parts of the rules, without those whose requests others take ahead of them, and with keys that those have not. */
function except(rules: readonly Rule[], ahead: readonly Rule[]): readonly Part[] {
  const taken = new Set(ahead.map(({ takes }) => takes.key));
  const keys = new Set(ahead.map(({ part }) => part.key));
  return rules
    .filter(({ takes }) => !taken.has(takes.key))
    .map(({ part, takes }) => (keys.has(part.key) ? { ...part, key: `${part.key} ${takes.key}` } : part));
}

/** What stands in for others does not, nor what is the same as what would stand in for it. */
function letsThrough({ replacement, hash }: Part): boolean {
  return replacement !== undefined && replacement.hash !== hash;
}

/** It names nothing that could be missing, and lets nothing through. */
function isHarmless({ replacement, references, guard }: Part): boolean {
  return replacement === undefined && references.length === 0 && guard === undefined;
}
