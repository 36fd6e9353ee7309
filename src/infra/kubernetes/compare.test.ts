import { describe, expect, it } from '@jest/globals';
import { digestOf, isCovered, part } from './compare.js';

const APPLIED = {
  metadata: { ownerReferences: [{ uid: '1', name: 'edge' }] },
  spec: {
    containers: [{ name: 'envoy', image: 'a' }],
    args: ['x', 'y'],
    resources: { requests: { cpu: '1000m' } },
    gone: undefined,
  },
};

describe('what was applied', () => {
  it('is covered where the server has added fields and entries', () => {
    const actual = {
      metadata: { uid: '2', ownerReferences: [{ uid: '1', name: 'edge', controller: true }] },
      spec: {
        containers: [{ name: 'sidecar' }, { name: 'envoy', image: 'a', imagePullPolicy: 'Always' }],
        args: ['x', 'y'],
        resources: { requests: { cpu: '1000m', memory: '1' } },
      },
    };
    expect(isCovered(APPLIED, actual)).toBe(true);
  });

  it.each([
    ['a field is gone', { ...APPLIED, spec: { ...APPLIED.spec, args: undefined } }],
    [
      'a field is another',
      { ...APPLIED, spec: { ...APPLIED.spec, containers: [{ name: 'envoy', image: 'b' }] } },
    ],
    ['an entry is gone', { ...APPLIED, spec: { ...APPLIED.spec, containers: [] } }],
    ['a list without keys is longer', { ...APPLIED, spec: { ...APPLIED.spec, args: ['x', 'y', 'z'] } }],
    ['the owner is another', { ...APPLIED, metadata: { ownerReferences: [{ uid: '9', name: 'edge' }] } }],
  ])('is not where %s', (_, actual) => {
    expect(isCovered(APPLIED, actual)).toBe(false);
  });

  it('can be told from what the server wrote its own way', () => {
    const actual = { ...APPLIED, spec: { ...APPLIED.spec, resources: { requests: { cpu: '1' } } } };
    expect(isCovered(APPLIED, actual)).toBe(false);
    expect(part({ ...actual, status: {} }, APPLIED)).toEqual(part(actual, APPLIED));
  });
});

describe('a digest', () => {
  it('is that of the fields, whatever their order', () => {
    expect(digestOf({ a: 1, b: [{ c: 2, d: 3 }] })).toBe(digestOf({ b: [{ d: 3, c: 2 }], a: 1 }));
    expect(digestOf({ a: 1 })).not.toBe(digestOf({ a: 2 }));
    expect(digestOf({ a: [1, 2] })).not.toBe(digestOf({ a: [2, 1] }));
  });
});
