import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { sortedMap } from '../collections/index.js';
import type { Service } from '../resources/index.js';
import { derive } from './derived.js';
import { memoByReads } from './memo.js';
import { emptyStore, type Store } from './store.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

async function collected(reference: WeakRef<object>): Promise<boolean> {
  for (let tries = 0; tries < 50 && reference.deref() !== undefined; tries += 1) {
    // `deref` itself keeps its target until the current job ends.
    await new Promise((resolve) => setImmediate(resolve));
    collect();
  }
  return reference.deref() === undefined;
}

const service: Service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'a', namespace: 'ns' } };

describe('what is remembered of a moment', () => {
  it('by a memo is never its store', async () => {
    const memo = memoByReads((_: object, reads) => reads.get('Service', 'ns', 'a')?.metadata.name);
    const input = {};
    const use = (): WeakRef<Store> => {
      const store = emptyStore().apply({ upserts: [service] });
      expect(memo(input, store)).toBe('a');
      return new WeakRef(store);
    };
    expect(await collected(use())).toBe(true);
    expect(memo(input, emptyStore().apply({ upserts: [service] }))).toBe('a');
  });

  it('by a derived collection is gone with the next one: the store, and the inputs and values that went', async () => {
    const derived = derive((_: undefined, input: { readonly name: string }, reads) => ({
      input,
      found: reads.get('Service', 'ns', input.name),
    }));
    const store = emptyStore().apply({ upserts: [service] });
    const kept = sortedMap([['kept', { name: 'a' }]]);
    const use = (): readonly WeakRef<object>[] => {
      const earlier = store.apply({ upserts: [{ ...service, metadata: { name: 'b', namespace: 'ns' } }] });
      const gone = { name: 'b' };
      const outputs = derived(undefined, kept.edit([['gone', gone]]), earlier);
      const value = outputs.get('gone');
      return [earlier, gone, ...(value === undefined ? [] : [value])].map((object) => new WeakRef(object));
    };
    const references = use();
    expect(references).toHaveLength(3);
    expect([...derived(undefined, kept, store).keys()]).toEqual(['kept']);
    for (const reference of references) expect(await collected(reference)).toBe(true);
  });

  it('by a derived collection of another context is nothing of the keys that went with it', async () => {
    const derived = derive((_: object, input: { readonly name: string }, reads) => ({
      found: reads.get('Service', 'ns', input.name),
    }));
    const store = emptyStore().apply({ upserts: [service] });
    const use = (): WeakRef<object> => {
      const gone = { name: 'a' };
      derived({}, sortedMap([['gone', gone]]), store);
      return new WeakRef(gone);
    };
    const reference = use();
    const kept = sortedMap([['kept', { name: 'a' }]]);
    // Twice: the library below keeps the last pair that anything iterated over.
    for (const context of [{}, {}]) expect([...derived(context, kept, store).keys()]).toEqual(['kept']);
    expect(await collected(reference)).toBe(true);
  });
});
