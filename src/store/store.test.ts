import { describe, expect, it } from '@jest/globals';
import { sortedMap } from '../collections/index.js';
import type { EndpointSlice, HttpRoute, Service } from '../resources/index.js';
import { memoByReads } from './memo.js';
import { emptyStore } from './store.js';
import { editTable, type Bucket } from './table.js';

const service = (name: string, namespace = 'ns'): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace },
});

const route = (name: string, ...gateways: readonly string[]): HttpRoute => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'HTTPRoute',
  metadata: { name, namespace: 'ns' },
  spec: { parentRefs: gateways.map((gateway) => ({ name: gateway })) },
});

const slice = (name: string, ofService: string): EndpointSlice => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name, namespace: 'ns', labels: { 'kubernetes.io/service-name': ofService } },
  addressType: 'IPv4',
  endpoints: [],
});

const ref = (kind: string, name: string) => ({ group: '', kind, namespace: 'ns', name });

describe('the store', () => {
  it('is the same store when a change changes nothing', () => {
    const a = service('a');
    const store = emptyStore().apply({ upserts: [a] });
    expect(store.apply({ upserts: [a], deletes: [ref('Service', 'none')] })).toBe(store);
    expect(store.apply({})).toBe(store);
  });

  it('is never changed by a later one', () => {
    const store = emptyStore().apply({ upserts: [service('a')] });
    store.apply({ deletes: [ref('Service', 'a')] });
    expect(store.get('Service', 'ns', 'a')).toBeDefined();
  });

  it('answers keep their identity until something in them changes', () => {
    const store = emptyStore().apply({ upserts: [route('r', 'g', 'h'), route('q', 'g'), service('a')] });
    const next = store.apply({ upserts: [route('q', 'g')] });
    expect(next.referring('routesOfGateway', 'ns', 'h')).toBe(store.referring('routesOfGateway', 'ns', 'h'));
    expect(next.referring('routesOfGateway', 'ns', 'g')).not.toBe(
      store.referring('routesOfGateway', 'ns', 'g'),
    );
    expect(next.all('Service')).toBe(store.all('Service'));
    expect(next.all('HTTPRoute')).not.toBe(store.all('HTTPRoute'));
  });

  it('an object put again beside a changed one leaves the answers it is in alone', () => {
    const r = route('r', 'g');
    const store = emptyStore().apply({ upserts: [r] });
    const next = store.apply({ upserts: [r, service('a')] });
    expect(next.referring('routesOfGateway', 'ns', 'g')).toBe(store.referring('routesOfGateway', 'ns', 'g'));
  });

  it('routes follow their parentRefs, slices the label of their Service', () => {
    const store = emptyStore()
      .apply({ upserts: [route('r', 'g'), slice('s', 'a')] })
      .apply({ upserts: [route('r', 'h'), slice('s', 'b')] });
    expect([...store.referring('routesOfGateway', 'ns', 'g').keys()]).toEqual([]);
    expect([...store.referring('routesOfGateway', 'ns', 'h').keys()]).toEqual(['HTTPRoute ns/r']);
    expect([...store.referring('slicesOfService', 'ns', 'a').keys()]).toEqual([]);
    expect([...store.referring('slicesOfService', 'ns', 'b').keys()]).toEqual(['s']);
  });

  it('routes of one name and different kinds are different routes of their Gateway', () => {
    const calls = { ...route('r', 'g'), kind: 'GRPCRoute' } as const;
    const store = emptyStore().apply({
      upserts: [route('r', 'g'), { ...calls, spec: { parentRefs: calls.spec.parentRefs ?? [] } }],
    });
    expect([...store.referring('routesOfGateway', 'ns', 'g').keys()]).toEqual([
      'GRPCRoute ns/r',
      'HTTPRoute ns/r',
    ]);
    const next = store.apply({ deletes: [ref('HTTPRoute', 'r')] });
    expect([...next.referring('routesOfGateway', 'ns', 'g').keys()]).toEqual(['GRPCRoute ns/r']);
  });

  it('of an object that one change names several times the last upsert counts, in every index', () => {
    const last = slice('s', 'b');
    const store = emptyStore().apply({
      deletes: [ref('EndpointSlice', 's')],
      upserts: [slice('s', 'a'), last],
    });
    expect(store.referring('slicesOfService', 'ns', 'a').size).toBe(0);
    expect(store.referring('slicesOfService', 'ns', 'b').get('s')).toBe(last);
  });

  it('an observation equal to the one that is held changes nothing', () => {
    const observation = { fleet: 'ns/g', addresses: ['127.0.0.1'], ports: {}, portOffset: 0 };
    const store = emptyStore().apply({ observations: [observation] });
    expect(store.apply({ observations: [{ ...observation }] })).toBe(store);
    expect(store.observation('ns/g')).toBe(observation);
  });

  it('nothing is observed of a fleet that is gone, unless the same change observes it anew', () => {
    const observation = { fleet: 'ns/g', addresses: ['127.0.0.1'], ports: {}, portOffset: 0 };
    const store = emptyStore().apply({ observations: [observation] });
    expect(store.apply({ unobserved: ['ns/other'] })).toBe(store);
    expect(store.apply({ unobserved: ['ns/g'] }).observations().size).toBe(0);
    const anew = { ...observation, addresses: ['127.0.0.2'] };
    expect(store.apply({ unobserved: ['ns/g'], observations: [anew] }).observation('ns/g')).toBe(anew);
  });
});

describe('tables', () => {
  it('lose a bucket with its last entry, and keep untouched buckets', () => {
    const table = editTable(sortedMap<Bucket<number>>(), [
      { bucket: 'a', key: 'x', value: 1 },
      { bucket: 'b', key: 'y', value: 2 },
    ]);
    const next = editTable(table, [{ bucket: 'a', key: 'x', value: undefined }]);
    expect([...next.keys()]).toEqual(['b']);
    expect(next.get('b')).toBe(table.get('b'));
    expect(editTable(next, [{ bucket: 'a', key: 'x', value: undefined }])).toBe(next);
  });
});

describe('memoByReads', () => {
  it('runs again only when an answer it read has changed', () => {
    let computed = 0;
    const memo = memoByReads((input: { readonly name: string }, reads) => {
      computed += 1;
      return reads.get('Service', 'ns', input.name);
    });
    const input = { name: 'a' };
    const store = emptyStore().apply({ upserts: [service('a')] });
    const first = memo(input, store);
    const beside = store.apply({ upserts: [service('b')] });
    expect(memo(input, beside)).toBe(first);
    expect(computed).toBe(1);
    const touched = beside.apply({ upserts: [service('a')] });
    expect(memo(input, touched)).toBe(touched.get('Service', 'ns', 'a'));
    expect(computed).toBe(2);
  });

  it('runs again when something appears that it looked for in vain', () => {
    const memo = memoByReads((_: object, reads) => reads.referring('slicesOfService', 'ns', 'a').size);
    const input = {};
    expect(memo(input, emptyStore())).toBe(0);
    expect(memo(input, emptyStore().apply({ upserts: [slice('s', 'a')] }))).toBe(1);
  });

  it('what it reads only in some cases counts only in those', () => {
    let computed = 0;
    const memo = memoByReads((_: object, reads) => {
      computed += 1;
      return reads.get('Service', 'ns', 'a') === undefined
        ? 'none'
        : String(reads.get('Service', 'ns', 'b') !== undefined);
    });
    const input = {};
    const store = emptyStore().apply({ upserts: [service('b')] });
    expect(memo(input, store)).toBe('none');
    expect(memo(input, store.apply({ deletes: [ref('Service', 'b')] }))).toBe('none');
    expect(computed).toBe(1);
    expect(memo(input, store.apply({ upserts: [service('a')] }))).toBe('true');
  });
});
