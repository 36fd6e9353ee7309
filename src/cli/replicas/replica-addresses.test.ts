import { describe, expect, it } from '@jest/globals';
import { replicaAddresses, type ReplicaSlice } from './replica-addresses.js';

const slice = (...endpoints: NonNullable<ReplicaSlice['endpoints']>): ReplicaSlice => ({
  metadata: { name: 's' },
  endpoints,
});

describe('the addresses of the other replicas', () => {
  it('are those of all slices but our own, in order', () => {
    const slices = [
      slice({ addresses: ['10.0.0.3'] }, { addresses: ['10.0.0.1'] }),
      slice({ addresses: ['10.0.0.2'] }, { addresses: ['10.0.0.3'] }),
    ];
    expect(replicaAddresses(slices, '10.0.0.1')).toEqual(['10.0.0.2', '10.0.0.3']);
  });

  it('are of those that serve: one that ends does until it has, one that starts does not', () => {
    const slices = [
      slice(
        { addresses: ['10.0.0.1'], conditions: { ready: false, serving: true } },
        { addresses: ['10.0.0.2'], conditions: { ready: false, serving: false } },
        { addresses: ['10.0.0.3'], conditions: { ready: false } },
        { addresses: ['10.0.0.4'], conditions: {} },
      ),
    ];
    expect(replicaAddresses(slices, '')).toEqual(['10.0.0.1', '10.0.0.4']);
  });

  it('are none without endpoints', () => {
    expect(
      replicaAddresses([{ metadata: { name: 's' }, endpoints: null }, { metadata: { name: 't' } }], ''),
    ).toEqual([]);
  });
});
