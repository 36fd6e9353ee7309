import type { EndpointSlice, KindName, KindTypes, ReferenceGrant } from '../resources/index.js';
import type { FleetObservation } from './observation.js';
import type { IndexName, Store } from './store.js';
import type { Bucket } from './table.js';

/** The questions a memoised function may ask. Each answer is recorded, and the result stays valid while all answers are identical. */
export interface Reads {
  get<K extends KindName>(kind: K, namespace: string, name: string): KindTypes[K] | undefined;
  slicesOfService(namespace: string, name: string): Bucket<EndpointSlice>;
  grantsIn(namespace: string): Bucket<ReferenceGrant>;
  observation(fleet: string): FleetObservation | undefined;
}

/** A function from an input (compared by identity) and the store to a value; `computed` counts real computations. */
export interface Memo<I extends object, O> {
  (input: I, store: Store): O;
  /** How often the function really ran: tests show with it that unchanged input costs nothing. */
  readonly computed: () => number;
}

interface Entry<O> {
  readonly value: O;
  readonly answers: readonly { readonly ask: (store: Store) => unknown; readonly answer: unknown }[];
  /** Identities of the indexes that were read, as last found valid: while they are unchanged nothing is asked again. */
  indexes: readonly { readonly name: IndexName; readonly identity: unknown }[];
}

/**
 * Memoises `compute` by the identity of its input and of everything it read from the store (DESIGN D2). Entries die with their input.
 */
export function memoByReads<I extends object, O>(compute: (input: I, reads: Reads) => O): Memo<I, O> {
  const entries = new WeakMap<I, Entry<O>>();
  let computed = 0;
  const memo = (input: I, store: Store): O => {
    const known = entries.get(input);
    if (known !== undefined && stillValid(known, store)) return known.value;
    computed += 1;
    const { value, answers, names } = recorded(compute, input, store);
    entries.set(input, { value, answers, indexes: identities([...names], store) });
    return value;
  };
  return Object.assign(memo, { computed: () => computed });
}

type Ask = (store: Store) => unknown;

/**
 * Questions are made out here, where no store is in scope: a closure keeps everything alive that its scope can see, and an entry that
 * kept the store it was computed from would keep that whole moment.
 */
const asks = {
  get:
    (kind: KindName, namespace: string, name: string): Ask =>
    (store) =>
      store.get(kind, namespace, name),
  slicesOfService:
    (namespace: string, name: string): Ask =>
    (store) =>
      store.slicesOfService(namespace, name),
  grantsIn:
    (namespace: string): Ask =>
    (store) =>
      store.grantsIn(namespace),
  observation:
    (fleet: string): Ask =>
    (store) =>
      store.observation(fleet),
};

function recorded<I, O>(
  compute: (input: I, reads: Reads) => O,
  input: I,
  store: Store,
): { readonly value: O; readonly answers: Entry<O>['answers']; readonly names: ReadonlySet<IndexName> } {
  const answers: { ask: Ask; answer: unknown }[] = [];
  const names = new Set<IndexName>();
  const record = <A>(index: IndexName, ask: Ask, answer: A): A => {
    answers.push({ ask, answer });
    names.add(index);
    return answer;
  };
  const value = compute(input, {
    get: (kind, namespace, name) =>
      record(kind, asks.get(kind, namespace, name), store.get(kind, namespace, name)),
    slicesOfService: (namespace, name) =>
      record(
        'slicesOfService',
        asks.slicesOfService(namespace, name),
        store.slicesOfService(namespace, name),
      ),
    grantsIn: (namespace) => record('ReferenceGrant', asks.grantsIn(namespace), store.grantsIn(namespace)),
    observation: (fleet) => record('observations', asks.observation(fleet), store.observation(fleet)),
  });
  return { value, answers, names };
}

function stillValid(entry: Entry<unknown>, store: Store): boolean {
  if (entry.indexes.every(({ name, identity }) => store.index(name) === identity)) return true;
  if (!entry.answers.every(({ ask, answer }) => ask(store) === answer)) return false;
  entry.indexes = identities(
    entry.indexes.map(({ name }) => name),
    store,
  );
  return true;
}

function identities(names: readonly IndexName[], store: Store): Entry<unknown>['indexes'] {
  return names.map((name) => ({ name, identity: store.index(name) }));
}
