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

/**
 * @param compute pure: a value of context, input and what it reads alone; undefined: the key has none. `previous` is the value the key had,
 *   for what may keep its identity.
 */
export function derive<C, I, O>(
  compute: (context: C, input: I, reads: Reads, previous: O | undefined) => O | undefined,
): Derived<C, I, O> {
  const readers = createReaders();
  let last:
    | {
        readonly context: C;
        readonly inputs: SortedMap<I>;
        readonly store: Store;
        readonly outputs: SortedMap<O>;
      }
    | undefined;

  return (context, inputs, store) => {
    const outputs = last?.outputs ?? sortedMap<O>();
    const edits: Edit<O>[] = [];
    const update = (key: string, input: I | undefined): void => {
      const questions: Question[] = [];
      const reads = recording(store, (question) => void questions.push(question));
      const value = input === undefined ? undefined : compute(context, input, reads, outputs.get(key));
      readers.record(key, questions);
      edits.push([key, value]);
    };
    if (last === undefined || last.context !== context) {
      for (const key of last?.inputs.keys() ?? []) if (!inputs.has(key)) update(key, undefined);
      for (const [key, input] of inputs) update(key, input);
    } else {
      const changed = new Set(inputs.changesSince(last.inputs).map(({ key }) => key));
      for (const key of readers.ofChanged(last.store, store)) changed.add(key);
      for (const key of changed) update(key, inputs.get(key));
    }
    last = { context, inputs, store, outputs: outputs.edit(edits) };
    return last.outputs;
  };
}
