import BTreeModule from 'sorted-btree';
import diffModule from 'sorted-btree/extended/diffAgainst.js';

// CommonJS: the default export is a member of what `import` gives.
const BTree = BTreeModule.default;
const diffAgainst = diffModule.default;
type Tree<V> = BTreeModule.default<string, V>;

/** What becomes of one key; undefined removes it. */
export type Edit<V> = readonly [key: string, value: V | undefined];

/** What became of one key; undefined stands for not there. */
export interface Change<V> {
  readonly key: string;
  readonly before: V | undefined;
  readonly after: V | undefined;
}

/**
 * An immutable map in the order of its keys (by UTF-16 code unit). Maps made from each other share what they have in common: `edit` costs O(log n) for
 * each edit, and `changesSince` finds what differs without looking at what is shared. Values are compared by identity and are never undefined.
 */
export class SortedMap<V> implements ReadonlyMap<string, V> {
  /** Never changed once it is in here. Not a `#` field, so that deep comparison looks into it. */
  private readonly tree: Tree<V>;

  /** @internal Use {@link sortedMap}. */
  constructor(tree: Tree<V>) {
    this.tree = tree;
  }

  get size(): number {
    return this.tree.size;
  }

  get(key: string): V | undefined {
    return this.tree.get(key);
  }

  has(key: string): boolean {
    return this.tree.has(key);
  }

  keys(): MapIterator<string> {
    return Iterator.from(this.tree.keys());
  }

  values(): MapIterator<V> {
    return Iterator.from(this.tree.values());
  }

  entries(): MapIterator<[string, V]> {
    return Iterator.from(this.tree.entries());
  }

  [Symbol.iterator](): MapIterator<[string, V]> {
    return this.entries();
  }

  forEach(visit: (value: V, key: string, map: ReadonlyMap<string, V>) => void): void {
    for (const [key, value] of this.entries()) visit(value, key, this);
  }

  /** Entries whose keys begin with `prefix`, in order. */
  *startingWith(prefix: string): Generator<[string, V]> {
    for (const entry of this.tree.entries(prefix)) {
      if (!entry[0].startsWith(prefix)) return;
      yield entry;
    }
  }

  /** The map after the edits, of which the last of a key counts; this very map when they change nothing. */
  edit(edits: Iterable<Edit<V>>): SortedMap<V> {
    let next: Tree<V> | undefined;
    for (const [key, value] of new Map(edits)) {
      if (this.tree.get(key) === value) continue;
      next ??= this.tree.clone();
      if (value === undefined) next.delete(key);
      else next.set(key, value);
    }
    return next === undefined ? this : new SortedMap(next);
  }

  /** The keys whose values are not identical to those in `previous`, in order. No `previous`: an empty one. */
  changesSince(previous: SortedMap<V> | undefined): readonly Change<V>[] {
    if (previous === this) return [];
    const changes: Change<V>[] = [];
    diffAgainst<string, V, never>(
      previous?.tree ?? emptyTree<V>(),
      this.tree,
      (key, before) => void changes.push({ key, before, after: undefined }),
      (key, after) => void changes.push({ key, before: undefined, after }),
      (key, before, after) => void changes.push({ key, before, after }),
    );
    return changes.sort((a, b) => compare(a.key, b.key));
  }
}

/** A map of the entries; the last of a key counts, and undefined is not there. */
export function sortedMap<V>(entries: Iterable<Edit<V>> = []): SortedMap<V> {
  return new SortedMap(emptyTree<V>()).edit(entries);
}

function emptyTree<V>(): Tree<V> {
  return new BTree<string, V>([], compare);
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
