import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sortedMap, type SortedMap } from '../collections/index.js';
import type { EndpointSlice, KnownObject, ReferenceGrant, Service } from '../resources/index.js';
import { derive } from './derived.js';
import { memoByReads } from './memo.js';
import { ask, type Question, type Reads } from './questions.js';
import { emptyStore, type Store, type StoreChange } from './store.js';

const service = (name: string, namespace = 'ns'): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace },
});

const slice = (name: string, ofService: string): EndpointSlice => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name, namespace: 'ns', labels: { 'kubernetes.io/service-name': ofService } },
  addressType: 'IPv4',
  endpoints: [],
});

const grant = (namespace: string): ReferenceGrant => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'ReferenceGrant',
  metadata: { name: 'g', namespace },
  spec: { from: [], to: [] },
});

// An input is the list of questions that its value is made of.
type Input = readonly Question[];

const question = fc.constantFrom<Question>(
  { subject: 'Service', key: 'ns/a' },
  { subject: 'Service', key: 'ns/b' },
  { subject: 'Service', key: 'other/a' },
  { subject: 'Namespace', key: '/ns' },
  { subject: 'slicesOfService', key: 'ns/a' },
  { subject: 'slicesOfService', key: 'ns/b' },
  { subject: 'every ReferenceGrant', key: 'ns' },
  { subject: 'every ReferenceGrant', key: 'other' },
  { subject: 'observation', key: 'ns/g' },
);

const upsert = fc
  .constantFrom<() => KnownObject>(
    () => service('a'),
    () => service('b'),
    () => service('a', 'other'),
    () => slice('s', 'a'),
    () => slice('s', 'b'),
    () => slice('t', 'b'),
    () => grant('ns'),
    () => grant('other'),
    () => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ns' } }),
  )
  .map((make) => make());

const storeChange: fc.Arbitrary<StoreChange> = fc.record({
  upserts: fc.array(upsert, { maxLength: 2 }),
  deletes: fc.array(
    fc.constantFrom(
      { group: '', kind: 'Service', namespace: 'ns', name: 'a' },
      { group: '', kind: 'EndpointSlice', namespace: 'ns', name: 's' },
      { group: '', kind: 'ReferenceGrant', namespace: 'ns', name: 'g' },
      { group: '', kind: 'Namespace', namespace: '', name: 'ns' },
    ),
    { maxLength: 1 },
  ),
  observations: fc.array(
    fc.nat(3).map((portOffset) => ({ fleet: 'ns/g', addresses: [], ports: {}, portOffset })),
    { maxLength: 1 },
  ),
});

const step = fc.record({
  store: storeChange,
  inputs: fc.array(
    fc.tuple(
      fc.constantFrom('x', 'y', 'z'),
      fc.option(fc.array(question, { maxLength: 3 }), { nil: undefined }),
    ),
    { maxLength: 2 },
  ),
  context: fc.constantFrom('one', 'one', 'one', 'two'),
});

/** Reads one after the other, and the rest only if the first finds something. */
function answersTo(context: string, input: Input, reads: Reads): readonly unknown[] | undefined {
  const [first, ...rest] = input;
  if (first === undefined) return undefined;
  const answer = ask(reads, first);
  return answer === undefined ? [context] : [context, answer, ...rest.map((one) => ask(reads, one))];
}

function isSame(a: readonly unknown[] | undefined, b: readonly unknown[] | undefined): boolean {
  return a === b || (a?.length === b?.length && a?.every((answer, i) => answer === b?.[i]) === true);
}

describe('a derived collection', () => {
  it('is what is computed of every input anew, and computes only what can differ', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 10 }), (steps) => {
        let computed: string[] = [];
        const derived = derive<string, { readonly key: string; readonly input: Input }, readonly unknown[]>(
          (context, { key, input }, reads) => {
            computed.push(key);
            return answersTo(context, input, reads);
          },
        );
        let store: Store = emptyStore();
        let inputs: SortedMap<{ readonly key: string; readonly input: Input }> = sortedMap();
        let last: {
          inputs: typeof inputs;
          context: string;
          wanted: ReadonlyMap<string, readonly unknown[]>;
        } = {
          inputs,
          context: 'none',
          wanted: new Map(),
        };
        for (const { store: change, inputs: edits, context } of steps) {
          store = store.apply(change);
          inputs = inputs.edit(
            edits.map(([key, input]) => [key, input === undefined ? undefined : { key, input }]),
          );
          computed = [];
          const outputs = derived(context, inputs, store);
          const wanted = new Map(
            [...inputs].flatMap(([key, { input }]) => {
              const value = answersTo(context, input, store);
              return value === undefined ? [] : [[key, value] as const];
            }),
          );
          expect([...outputs.keys()]).toEqual([...wanted.keys()]);
          for (const [key, value] of outputs) expect(isSame(value, wanted.get(key))).toBe(true);
          const differing = [...inputs.keys()].filter(
            (key) =>
              context !== last.context ||
              inputs.get(key) !== last.inputs.get(key) ||
              !isSame(wanted.get(key), last.wanted.get(key)),
          );
          expect(computed.toSorted()).toEqual(differing);
          last = { inputs, context, wanted };
        }
      }),
      { numRuns: 500 },
    );
  });

  it('is the very same one when nothing that was read has changed, or the values are what they were', () => {
    const derived = derive<undefined, string, string>((_, name, reads) =>
      reads.get('Service', 'ns', name) === undefined ? 'absent' : 'there',
    );
    const inputs = sortedMap([['x', 'a']]);
    const store = emptyStore().apply({ upserts: [service('a')] });
    const first = derived(undefined, inputs, store);
    expect(derived(undefined, inputs, store.apply({ upserts: [service('b')] }))).toBe(first);
    expect(derived(undefined, inputs, store.apply({ upserts: [service('a')] }))).toBe(first);
    expect(derived(undefined, inputs.edit([['x', undefined]]), store).size).toBe(0);
  });

  it('hands the value of before to the computation, and nothing to a key that had gone', () => {
    const seen: (number | undefined)[] = [];
    const derived = derive<undefined, number, number>((_, input, _reads, previous) => {
      seen.push(previous);
      return input;
    });
    const store = emptyStore();
    const one = sortedMap([['x', 1]]);
    derived(undefined, one, store);
    derived(undefined, one.edit([['x', 2]]), store);
    derived(undefined, one.edit([['x', undefined]]), store);
    derived(undefined, one.edit([['x', 3]]), store);
    expect(seen).toEqual([undefined, 1, undefined]);
  });

  it('misses nothing after a computation that failed for another key', () => {
    // Where `a` is there, one does not ask for `b`, and the other fails.
    const derived = derive<undefined, 'asks' | 'fails', boolean>((_, how, reads) => {
      const isThere = reads.get('Service', 'ns', 'a') !== undefined;
      if (isThere && how === 'fails') throw new Error('failed');
      return isThere || reads.get('Service', 'ns', 'b') !== undefined;
    });
    const inputs = sortedMap<'asks' | 'fails'>([['x', 'asks'], ['y', 'fails']]); // prettier-ignore
    expect([...derived(undefined, inputs, emptyStore()).values()]).toEqual([false, false]);
    const failing = emptyStore().apply({ upserts: [service('a')] });
    expect(() => derived(undefined, inputs, failing)).toThrow('failed');
    const later = emptyStore().apply({ upserts: [service('b')] });
    expect([...derived(undefined, inputs, later).values()]).toEqual([true, true]);
  });

  it('may be computed by a memo that others share: what the memo has read counts as read', () => {
    let computed = 0;
    const slices = memoByReads((input: { readonly service: string }, reads) => {
      computed += 1;
      return reads.referring('slicesOfService', 'ns', input.service).size;
    });
    const count = () => derive<undefined, { readonly service: string }, number>((_, input, reads) => slices(input, reads)); // prettier-ignore
    const [one, other] = [count(), count()];
    const inputs = sortedMap([['x', { service: 'a' }], ['y', { service: 'b' }]]); // prettier-ignore
    const store = emptyStore();
    for (const derived of [one, other])
      expect([...derived(undefined, inputs, store).values()]).toEqual([0, 0]);
    const after = store.apply({ upserts: [slice('s', 'b')] });
    for (const derived of [one, other])
      expect([...derived(undefined, inputs, after).values()]).toEqual([0, 1]);
    expect(computed).toBe(3);
  });
});
