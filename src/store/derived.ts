import { sortedMap, type Edit, type SortedMap } from '../collections/index.js';
import { createReaders } from './readers.js';
import { recording, type Question, type Reads } from './questions.js';
import type { Store } from './store.js';

/**
 * A collection that follows from another one and the store. It is brought up to date from moment to moment: computed anew is what
 * belongs to an input that changed, or has read an answer that changed, and nothing else is looked at.
 * @param context what every value depends on, compared by identity: with another one all are computed anew
 */
export type Derived<C, I, O> = (context: C, inputs: SortedMap<I>, store: Store) => SortedMap<O>;

interface Moment<C, I, O> {
  readonly context: C;
  readonly inputs: SortedMap<I>;
  readonly store: Store;
  readonly outputs: SortedMap<O>;
}

/**
 * @param compute pure: a value of context, input, key and what it reads alone; undefined: the key has none. `previous` is the value the key had,
 *   for what may keep its identity.
 */
export function derive<C, I, O>(
  compute: (context: C, input: I, reads: Reads, previous: O | undefined, key: string) => O | undefined,
): Derived<C, I, O> {
  const readers = createReaders();
  let last: Moment<C, I, O> | undefined;

  return (context, inputs, store) => {
    const keys =
      last !== undefined && last.context === context
        ? changedKeys(last, inputs, store)
        : allKeys(last?.inputs, inputs);
    const before = last?.outputs ?? sortedMap<O>();
    const edits: Edit<O>[] = [];
    const asked: (readonly [key: string, questions: readonly Question[]])[] = [];
    for (const key of keys) {
      const input = inputs.get(key);
      const questions: Question[] = [];
      const reads = recording(store, (question) => void questions.push(question));
      const value = input === undefined ? undefined : compute(context, input, reads, before.get(key), key);
      asked.push([key, questions]);
      edits.push([key, value]);
    }
    // Only now: had a computation failed, what is kept would still follow from what was asked before.
    for (const [key, questions] of asked) readers.record(key, questions);
    const outputs = edits.length === 0 ? before : before.edit(edits);
    last = { context, inputs, store, outputs };
    return outputs;
  };

  function changedKeys(from: Moment<C, I, O>, inputs: SortedMap<I>, store: Store): ReadonlySet<string> {
    const changes = inputs.changesSince(from.inputs);
    return new Set([...changes.map(({ key }) => key), ...readers.ofChanged(from.store, store)]);
  }
}

function allKeys<I>(before: SortedMap<I> | undefined, inputs: SortedMap<I>): ReadonlySet<string> {
  return new Set([...(before?.keys() ?? []), ...inputs.keys()]);
}
