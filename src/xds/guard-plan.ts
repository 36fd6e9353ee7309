// Which rules of a section stand ahead of an earlier version of it, so that no request gets by what the section guards.
import { commonEnds, memoByPair } from '../collections/index.js';
import type { Part, Section, TakenRequests } from './resource.js';

/** A part that takes requests; others belong to the section as a whole. */
export interface Rule {
  readonly part: Part;
  readonly takes: TakenRequests;
  /** Its place among the rules that get any requests at all. */
  readonly place: number;
}

/** A rule that stands ahead of the earlier version. */
export interface Ahead {
  readonly part: Part;
  /** What takes exactly the same requests in the earlier version. */
  readonly same: Part | undefined;
  /** In the earlier version all its requests went to `same`, behind the same guard. */
  readonly isKept: boolean;
}

export interface Plan {
  /** Whether requests would get by in the earlier version: by rules, or by what the section asks of all. */
  readonly isTight: boolean;
  readonly ahead: readonly Ahead[];
  /** The parts of the earlier version's rules that come behind. */
  readonly behind: readonly Part[];
}

/** The same for all clients that have this version and are to have that section. Undefined: they have nothing to go on with. */
export const planOf = memoByPair((section: Section, former: Section | undefined): Plan => {
  const rules = rulesOf(section);
  if (former === undefined)
    return {
      isTight: section.parts.some(({ guard }) => guard !== undefined),
      ahead: rules.map(({ part }) => ({ part, same: undefined, isKept: false })),
      behind: [],
    };
  const formerRules = rulesOf(former);
  const takersOf = takersAmong(formerRules, rules);
  const gotBy = new Set(rules.filter((rule) => isGotBy(rule, takersOf)));
  const ahead = withThoseAhead(rules, gotBy);
  const isTight = gotBy.size > 0 || section.parts.some((part) => isTightened(part, former));
  // Without rules, it is known of all requests what becomes of them.
  const behind = rules.length === 0 ? [] : except(formerRules, ahead);
  return {
    isTight,
    ahead: ahead.map((rule): Ahead => {
      const { others, same } = takersOf(rule);
      const isKept = others.length === 0 && same?.part.guard === rule.part.guard;
      return { part: rule.part, same: same?.part, isKept };
    }),
    behind,
  };
});

/** Does a section's first part, which says what all its requests have to pass, ask what it did not ask before? */
export function isTightened({ guard, takes }: Part, former: Section | undefined): boolean {
  return takes === undefined && guard !== undefined && former?.parts[0]?.guard !== guard;
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

/** Who may have, in the earlier version, the requests that a rule is to have. */
interface Takers {
  /** Those that may get some of them before {@link Takers.same} does, and do not stand ahead of the rule now. */
  readonly others: readonly Rule[];
  /** The one that takes exactly the same requests. */
  readonly same: Rule | undefined;
}

function takersAmong(formerRules: readonly Rule[], rules: readonly Rule[]): (rule: Rule) => Takers {
  const now = new Map(rules.map((rule) => [rule.takes.key, rule.place]));
  const before = new Map(formerRules.map((rule) => [rule.takes.key, rule]));
  // What both begin with has its own requests, and of those of what both end with only what stands between can have some.
  const { start, end } = commonEnds(
    formerRules.map(({ takes }) => takes.key),
    rules.map(({ takes }) => takes.key),
  );
  return ({ takes, place }) => {
    const same = before.get(takes.key);
    const isAtEnd = place >= rules.length - end;
    const others = formerRules
      .slice(start, isAtEnd ? formerRules.length - end : same?.place)
      .filter((other) => (now.get(other.takes.key) ?? Number.POSITIVE_INFINITY) > place)
      .filter((other) => !takes.excludes(other.takes));
    return { others, same };
  };
}

/** Do requests that the rule guards reach, in the earlier version, one that lets them through without that? */
function isGotBy(rule: Rule, takersOf: (rule: Rule) => Takers): boolean {
  const { guard } = rule.part;
  if (guard === undefined) return false;
  const { others, same } = takersOf(rule);
  return [...others, ...(same ? [same] : [])].some(({ part }) => part.guard !== guard && letsThrough(part));
}

/** The rules of which requests would get by, and all that may take requests ahead of one that is among them. */
function withThoseAhead(rules: readonly Rule[], gotBy: ReadonlySet<Rule>): readonly Rule[] {
  const ahead: Rule[] = [];
  for (const rule of rules.toReversed()) {
    if (gotBy.has(rule) || ahead.some((other) => !rule.takes.excludes(other.takes))) ahead.push(rule);
  }
  return ahead.reverse();
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
