import { isUnconditional } from './matches.js';
import type { RuleEntry } from './model.js';
import { compareRanks, type Rank } from './precedence.js';
import type { RankedEntry } from './resolve-route.js';

/** Rules in order of precedence. */
export interface RankedRules {
  readonly ranks: readonly Rank[];
  /** The rules that have these ranks. */
  readonly rules: readonly RuleEntry[];
  /** Ranks of the rules that no request can miss. */
  readonly unconditional: readonly Rank[];
}

export const NO_RULES: RankedRules = { ranks: [], rules: [], unconditional: [] };

/** Takes rules out and puts others in at their places: what stays is found by no comparison, and copied as a whole. */
export function editRules(
  before: RankedRules,
  removed: readonly RankedEntry[],
  added: readonly RankedEntry[],
): RankedRules {
  const [old, fresh] = [new Set(removed), new Set(added)];
  const edits = [
    ...removed.filter((entry) => !fresh.has(entry)).map(({ rank }): Edit => ({ rank, entry: undefined })),
    ...added.filter((entry) => !old.has(entry)).map(({ rank, entry }): Edit => ({ rank, entry })),
  ];
  if (edits.length === 0) return before;
  const unconditional = edits.map(({ rank, entry }): Edit => ({
    rank,
    entry: entry !== undefined && isUnconditional(entry.match) ? entry : undefined,
  }));
  const splices = splicesOf(before.ranks, edits);
  return {
    ranks: spliced(before.ranks, splices, ({ rank }) => rank),
    rules: spliced(before.rules, splices, ({ entry }) => entry),
    unconditional: spliced(
      before.unconditional,
      splicesOf(before.unconditional, unconditional),
      (e) => e.rank,
    ),
  };
}

/** How many rules go before, and with, the first that no request can miss: nothing behind it is ever met. */
export function reachable({ ranks, unconditional }: RankedRules): number {
  const [first] = unconditional;
  return first === undefined ? ranks.length : indexOf(ranks, first) + 1;
}

/** What is to stand at a rank; undefined: nothing. */
interface Edit {
  readonly rank: Rank;
  readonly entry: RuleEntry | undefined;
}

interface Splice {
  readonly at: number;
  readonly deleted: 0 | 1;
  readonly inserted: RankedEntry | undefined;
}

/** In ascending order. Of several edits of one rank the last counts. */
function splicesOf(ranks: readonly Rank[], edits: readonly Edit[]): readonly Splice[] {
  const sorted = edits.toSorted((a, b) => compareRanks(a.rank, b.rank));
  const last = sorted.filter(({ rank }, i) => {
    const next = sorted[i + 1];
    return next === undefined || compareRanks(rank, next.rank) !== 0;
  });
  return last.map(({ rank, entry }) => {
    const at = indexOf(ranks, rank);
    const there = ranks[at];
    return {
      at,
      deleted: there !== undefined && compareRanks(there, rank) === 0 ? 1 : 0,
      inserted: entry === undefined ? undefined : { rank, entry },
    };
  });
}

/** The place of a rank: of the first that does not go before it. */
function indexOf(ranks: readonly Rank[], rank: Rank): number {
  let [low, high] = [0, ranks.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const there = ranks[middle];
    if (there !== undefined && compareRanks(there, rank) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function spliced<T>(
  list: readonly T[],
  splices: readonly Splice[],
  valueOf: (entry: RankedEntry) => T,
): readonly T[] {
  const pieces: (readonly T[])[] = [];
  let inserted: T[] = [];
  let from = 0;
  const copyUpTo = (at: number | undefined): void => {
    const kept = list.slice(from, at);
    if (kept.length === 0) return;
    pieces.push(inserted, kept);
    inserted = [];
  };
  for (const splice of splices) {
    copyUpTo(splice.at);
    if (splice.inserted !== undefined) inserted.push(valueOf(splice.inserted));
    from = splice.at + splice.deleted;
  }
  copyUpTo(undefined);
  return joined([...pieces, inserted]);
}

/** As one list. `concat` copies memory; `flat` takes more pieces than a call may have arguments. */
export function joined<T>(pieces: readonly (readonly T[])[]): readonly T[] {
  const [only] = pieces;
  if (pieces.length === 1 && only !== undefined) return only;
  const nothing: readonly T[] = [];
  return pieces.length < 1_000 ? nothing.concat(...pieces) : pieces.flat();
}
