import type {
  BackendTlsPolicy,
  EndpointSlice,
  KindName,
  KindTypes,
  ReferenceGrant,
} from '../resources/index.js';
import type { FleetObservation } from './observation.js';
import type { Bucket } from './table.js';

/** The questions that a pure function may ask of a store: what it was answered, and nothing else, is what its result depends on. */
export interface Reads {
  get<K extends KindName>(kind: K, namespace: string, name: string): KindTypes[K] | undefined;
  /** EndpointSlices labelled for the Service, by name. */
  slicesOfService(namespace: string, name: string): Bucket<EndpointSlice>;
  /** BackendTLSPolicies that target the Service, by name. */
  policiesOfService(namespace: string, name: string): Bucket<BackendTlsPolicy>;
  /** ReferenceGrants of the namespace that is referred to, by name. */
  grantsIn(namespace: string): Bucket<ReferenceGrant>;
  observation(fleet: string): FleetObservation | undefined;
}

/** What is asked for: an object of a kind, or one of the other questions of {@link Reads}. */
export type Subject = KindName | 'slicesOfService' | 'policiesOfService' | 'grantsIn' | 'observation';

/** One question as a value: it keeps no store alive. */
export interface Question {
  readonly subject: Subject;
  /** `namespace/name`; the namespace alone for `grantsIn`. */
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
    slicesOfService: (namespace, name) =>
      told('slicesOfService', `${namespace}/${name}`, reads.slicesOfService(namespace, name)),
    policiesOfService: (namespace, name) =>
      told('policiesOfService', `${namespace}/${name}`, reads.policiesOfService(namespace, name)),
    grantsIn: (namespace) => told('grantsIn', namespace, reads.grantsIn(namespace)),
    observation: (fleet) => told('observation', fleet, reads.observation(fleet)),
  };
}

/** Asks a recorded question again. */
export function ask(reads: Reads, { subject, key }: Question): unknown {
  if (subject === 'grantsIn') return reads.grantsIn(key);
  if (subject === 'observation') return reads.observation(key);
  const slash = key.indexOf('/');
  const [namespace, name] = [key.slice(0, slash), key.slice(slash + 1)];
  if (subject === 'slicesOfService') return reads.slicesOfService(namespace, name);
  if (subject === 'policiesOfService') return reads.policiesOfService(namespace, name);
  return reads.get(subject, namespace, name);
}
