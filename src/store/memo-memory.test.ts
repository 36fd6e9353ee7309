import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from '@jest/globals';
import type { Service } from '../resources/index.js';
import { memoByReads } from './memo.js';
import { emptyStore, type Store } from './store.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

it('a memo does not keep the store it was computed from', async () => {
  const memo = memoByReads((_: object, reads) => reads.get('Service', 'ns', 'a')?.metadata.name);
  const input = {};
  const service: Service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'a', namespace: 'ns' } };
  const use = (): WeakRef<Store> => {
    const store = emptyStore().apply({ upserts: [service] });
    expect(memo(input, store)).toBe('a');
    return new WeakRef(store);
  };
  const store = use();
  for (let tries = 0; tries < 50 && store.deref() !== undefined; tries += 1) {
    // `deref` itself keeps its target until the current job ends.
    await new Promise((resolve) => setImmediate(resolve));
    collect();
  }
  expect(store.deref()).toBeUndefined();
  expect(memo(input, emptyStore().apply({ upserts: [service] }))).toBe('a');
});
