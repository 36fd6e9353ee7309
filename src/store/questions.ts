import { isKindName, type KindName, type KindTypes } from '../resources/index.js';
import type { IndexName, IndexTypes } from './indexes.js';
import type { FleetObservation } from './observation.js';
import type { Bucket } from './table.js';

/** The questions that a pure function may ask of a store: what it was answered, and nothing else, is what its result depends on. */
export interface Reads {
  get<K extends KindName>(kind: K, namespace: string, name: string): KindTypes[K] | undefined;
  /** All objects of a kind in one namespace ('' for cluster-scoped kinds), by name. */
  inNamespace<K extends KindName>(kind: K, namespace: string): Bucket<KindTypes[K]>;
  /** What refers to `namespace/name`, by an index. */
  referring<I extends IndexName>(index: I, namespace: string, name: string): Bucket<IndexTypes[I]>;
  observation(fleet: string): FleetObservation | undefined;
}

/** What is asked for: an object of a kind, all of a kind in a namespace, a bucket of an index, or an observation. */
export type Subject = KindName | `every ${KindName}` | IndexName | 'observation';

/** One question as a value: it keeps no store alive. */
export interface Question {
  readonly subject: Subject;
  /** `namespace/name`; the namespace alone for all of a kind. */
  readonly key: string;
}

/** Reads that pass each question on, and tell what it was and what the answer is. */
export function recording(reads: Reads, record: (question: Question, answer: unknown) => void): Reads {
  const told = <A>(subject: Subject, key: string, answer: A): A => {
    record({ subject, key }, answer);
    return answer;
  };
  return {
    get: (kind, namespace, name) => told(kind, `${namespace}/${name}`, reads.get(kind, namespace, name)),
    inNamespace: (kind, namespace) => told(`every ${kind}`, namespace, reads.inNamespace(kind, namespace)),
    referring: (index, namespace, name) =>
      told(index, `${namespace}/${name}`, reads.referring(index, namespace, name)),
    observation: (fleet) => told('observation', fleet, reads.observation(fleet)),
  };
}

/** Asks a recorded question again. */
export function ask(reads: Reads, { subject, key }: Question): unknown {
  if (subject === 'observation') return reads.observation(key);
  if (isEvery(subject)) return reads.inNamespace(kindOf(subject), key);
  const slash = key.indexOf('/');
  const [namespace, name] = [key.slice(0, slash), key.slice(slash + 1)];
  return isKindName(subject)
    ? reads.get(subject, namespace, name)
    : reads.referring(subject, namespace, name);
}

type Every = `every ${KindName}`;

export function isEvery(subject: Subject): subject is Every {
  return subject.startsWith(EVERY);
}

/** The kind of which all objects of a namespace are asked for. */
export function kindOf(every: Every): KindName {
  return every.slice(EVERY.length) as KindName;
}

const EVERY = 'every ';
