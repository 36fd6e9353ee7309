// Long lists in runs: a change of one of thousands of parts hashes and joins what stands near it, not the whole list.
import { hashOfHashes } from './digest.js';

/** A part of a section, or a section of a resource. */
interface Item {
  readonly hash: string;
  readonly bytes: Uint8Array;
}

/** Consecutive items of a list: the same object in every list that has these very items between borders. */
export interface Run {
  readonly items: readonly Item[];
  /** Hash over the hashes of the items. */
  readonly hash: string;
  /** The bytes of the items. Put together when they are first read, and once. */
  readonly bytes: Uint8Array;
}

/** Shorter lists gain nothing. */
const LONG = 64;
/** A run ends with an item whose hash ends so, as one of 64 does: borders depend on content alone, so that equal lists have equal runs whatever was before. */
const BORDER = 'A';

/** Lists hold their runs; what no list holds any more is forgotten. */
const known = new WeakMap<readonly Item[], readonly Run[]>();
const latest = new WeakMap<Item, WeakRef<Run>>();

/** The runs of a list that is never changed. Of what it has in common with earlier lists only identities are compared. */
export function runsOf(list: readonly Item[]): readonly Run[] {
  const made = known.get(list);
  if (made !== undefined) return made;
  const runs: Run[] = [];
  let rest = 0;
  for (let first = list[0]; first !== undefined; first = list[rest]) {
    const run = runAt(list, rest, first);
    runs.push(run);
    rest += run.items.length;
  }
  known.set(list, runs);
  return runs;
}

/** Hash over the hashes of a list's items, and of `before`. */
export function hashOfList(before: string, list: readonly Item[]): string {
  if (list.length < LONG) return hashOfHashes([before, ...list.map((item) => item.hash)]);
  return hashOfHashes([before, 'runs', ...runsOf(list).map((run) => run.hash)]);
}

/** The bytes of a list's items, in few pieces. */
export function bytesOfList(list: readonly Item[]): readonly Uint8Array[] {
  return (list.length < LONG ? list : runsOf(list)).map(({ bytes }) => bytes);
}

function runAt(list: readonly Item[], start: number, first: Item): Run {
  const before = latest.get(first)?.deref();
  if (before !== undefined && isAt(before, list, start)) return before;
  let end = start + 1;
  while (end < list.length && !isBorder(list[end - 1])) end += 1;
  const items = list.slice(start, end);
  let joined: Uint8Array | undefined;
  const run: Run = {
    items,
    hash: hashOfHashes(items.map((item) => item.hash)),
    get bytes() {
      joined ??= Buffer.concat(items.map((item) => item.bytes));
      return joined;
    },
  };
  latest.set(first, new WeakRef(run));
  return run;
}

function isAt({ items }: Run, list: readonly Item[], start: number): boolean {
  const end = start + items.length;
  for (let i = 0; i < items.length; i += 1) if (items[i] !== list[start + i]) return false;
  return end === list.length || isBorder(items.at(-1));
}

function isBorder(item: Item | undefined): boolean {
  return item?.hash.endsWith(BORDER) === true;
}
