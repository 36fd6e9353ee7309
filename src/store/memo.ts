import { ask, recording, type Question, type Reads } from './questions.js';

/**
 * A function from an input (compared by identity) and what it reads to a value.
 * @param reads a store, or what another function reads by: that one then depends on all that this value depends on
 * @param previous the value of the input's predecessor, for what may keep its identity
 */
export type Memo<I extends object, O> = (input: I, reads: Reads, previous?: O) => O;

interface Entry<O> {
  readonly value: O;
  readonly answers: readonly { readonly question: Question; readonly answer: unknown }[];
}

/**
 * Memoises `compute` by the identity of its input and of every answer it was given (DESIGN D2). An entry dies with its input, and keeps
 * answers, never a store.
 */
export function memoByReads<I extends object, O>(
  compute: (input: I, reads: Reads, previous: O | undefined) => O,
): Memo<I, O> {
  const entries = new WeakMap<I, Entry<O>>();
  return (input, reads, previous) => {
    const known = entries.get(input);
    if (known?.answers.every(({ question, answer }) => ask(reads, question) === answer) === true)
      return known.value;
    const answers: { question: Question; answer: unknown }[] = [];
    const recorder = recording(reads, (question, answer) => void answers.push({ question, answer }));
    const value = compute(input, recorder, previous ?? known?.value);
    entries.set(input, { value, answers });
    return value;
  };
}
