import { isKindName } from '../resources/index.js';
import { isEvery, kindOf, type Question, type Subject } from './questions.js';
import type { Store } from './store.js';
import { tableChanges } from './table.js';

/** Who has asked what: the index from questions to the keys whose values depend on their answers. */
export interface Readers {
  /** What the key has asked, in the place of what it had asked before; nothing: the key is forgotten. */
  record(key: string, questions: readonly Question[]): void;
  /** The keys that have asked something that the two stores answer differently. */
  ofChanged(before: Store, after: Store): Iterable<string>;
}

export function createReaders(): Readers {
  const asked = new Map<string, readonly Question[]>();
  const readers = new Map<Subject, Map<string, Set<string>>>();

  const forget = (reader: string): void => {
    for (const { subject, key } of asked.get(reader) ?? []) {
      const ofSubject = readers.get(subject);
      const ofKey = ofSubject?.get(key);
      ofKey?.delete(reader);
      if (ofKey?.size === 0) ofSubject?.delete(key);
      if (ofSubject?.size === 0) readers.delete(subject);
    }
    asked.delete(reader);
  };

  return {
    record: (reader, questions) => {
      forget(reader);
      if (questions.length > 0) asked.set(reader, questions);
      for (const { subject, key } of questions) {
        const ofSubject = readers.get(subject) ?? new Map<string, Set<string>>();
        const ofKey = ofSubject.get(key) ?? new Set<string>();
        readers.set(subject, ofSubject.set(key, ofKey.add(reader)));
      }
    },
    ofChanged: function* (before, after) {
      for (const [subject, ofSubject] of readers)
        for (const key of changedAnswers(subject, before, after)) yield* ofSubject.get(key) ?? [];
    },
  };
}

interface Changed {
  /** Weakly: a store must not keep its predecessors. */
  readonly since: WeakRef<Store>;
  readonly keys: Map<Subject, readonly string[]>;
}

/** What was last found for a store, so that many collections that go from the same moment to the same moment share it. */
const found = new WeakMap<Store, Changed>();

const nothingYet = (before: Store): Changed => ({ since: new WeakRef(before), keys: new Map() });

/** The keys of the questions on a subject that the two stores answer differently; found without looking at what they share. */
function changedAnswers(subject: Subject, before: Store, after: Store): readonly string[] {
  const known = found.get(after);
  const changed = known?.since.deref() === before ? known : nothingYet(before);
  if (changed !== known) found.set(after, changed);
  const keys = changed.keys.get(subject) ?? changes(subject, before, after).map(({ key }) => key);
  changed.keys.set(subject, keys);
  return keys;
}

function changes(subject: Subject, before: Store, after: Store): readonly { readonly key: string }[] {
  if (subject === 'observation') return after.observations().changesSince(before.observations());
  if (isEvery(subject)) return after.all(kindOf(subject)).changesSince(before.all(kindOf(subject)));
  if (isKindName(subject)) return tableChanges(before.all(subject), after.all(subject));
  return after.index(subject).changesSince(before.index(subject));
}
