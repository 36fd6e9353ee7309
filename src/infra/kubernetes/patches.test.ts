import { describe, expect, it } from '@jest/globals';
import type { ObjectPatch } from '../../resources/index.js';
import type { InfraObject } from './objects/infra-object.js';
import { patched, strategicMerge } from './patches.js';

const DEPLOYMENT: InfraObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {
    name: 'edge-windlass',
    namespace: 'shop',
    labels: { ours: 'yes' },
    annotations: { 'windlass.io/gateway': 'shop/edge', user: 'a' },
    ownerReferences: [{ uid: '1' }],
  },
  spec: {
    replicas: 2,
    selector: { matchLabels: { ours: 'yes' } },
    template: {
      metadata: { labels: { ours: 'yes' } },
      spec: { containers: [{ name: 'envoy', image: 'a', env: [{ name: 'A', value: '1' }] }] },
    },
  },
};

const patch = (...patches: readonly object[]): InfraObject =>
  patched(
    DEPLOYMENT,
    patches.map((each): ObjectPatch => ({ kind: 'Deployment', patch: each as ObjectPatch['patch'] })),
  );

describe('a patch', () => {
  it('is for its kind alone', () => {
    expect(patched(DEPLOYMENT, [{ kind: 'Service', patch: { spec: { replicas: 1 } } }])).toBe(DEPLOYMENT);
  });

  it('changes what it names, entry by entry of lists that have keys', () => {
    const containers = [
      { name: 'envoy', image: 'b', env: [{ name: 'B', value: '2' }] },
      { name: 'sidecar', image: 'c' },
    ];
    expect(patch({ spec: { template: { spec: { containers } } } }).spec).toMatchObject({
      replicas: 2,
      template: {
        spec: {
          containers: [
            {
              name: 'envoy',
              image: 'b',
              env: [
                { name: 'A', value: '1' },
                { name: 'B', value: '2' },
              ],
            },
            { name: 'sidecar', image: 'c' },
          ],
        },
      },
    });
  });

  it('comes after those before it', () => {
    expect(patch({ spec: { replicas: 3 } }, { spec: { replicas: 4 } }).spec?.['replicas']).toBe(4);
  });

  it('leaves names, owners, selectors and their labels alone', () => {
    const hostile = {
      metadata: {
        name: 'x',
        namespace: 'y',
        ownerReferences: [],
        labels: { ours: 'no', own: 'a' },
        annotations: { 'windlass.io/gateway': 'z', user: 'b' },
      },
      spec: {
        selector: { matchLabels: { other: 'yes' } },
        template: { metadata: { labels: { ours: 'no', more: 'b' } } },
      },
    };
    const object = patch(hostile);
    expect(object.metadata).toEqual({
      ...DEPLOYMENT.metadata,
      labels: { ours: 'yes', own: 'a' },
      annotations: { 'windlass.io/gateway': 'shop/edge', user: 'b' },
    });
    expect(object.spec?.['selector']).toEqual({ matchLabels: { ours: 'yes' } });
    expect(object.spec).toMatchObject({ template: { metadata: { labels: { ours: 'yes', more: 'b' } } } });
  });
});

describe('strategic merge', () => {
  it.each([
    ['null removes a field', { a: 1, b: 2 }, { a: null }, { b: 2 }],
    [
      '$patch: replace takes what is there instead',
      { m: { a: 1 } },
      { m: { $patch: 'replace', b: 2 } },
      { m: { b: 2 } },
    ],
    ['$patch: delete removes a field', { m: { a: 1 }, n: 1 }, { m: { $patch: 'delete' } }, { n: 1 }],
    [
      '$patch: delete removes an entry',
      { env: [{ name: 'a' }, { name: 'b' }] },
      { env: [{ name: 'a', $patch: 'delete' }] },
      { env: [{ name: 'b' }] },
    ],
    ['a list without keys is replaced', { args: [1, 2] }, { args: [3] }, { args: [3] }],
    [
      'tolerations are replaced',
      { tolerations: [{ key: 'a' }] },
      { tolerations: [{ key: 'b' }] },
      { tolerations: [{ key: 'b' }] },
    ],
    [
      'ports of a Service are told apart by protocol too',
      {
        ports: [
          { port: 53, protocol: 'TCP' },
          { port: 53, protocol: 'UDP' },
        ],
      },
      { ports: [{ port: 53, protocol: 'UDP', nodePort: 30053 }] },
      {
        ports: [
          { port: 53, protocol: 'TCP' },
          { port: 53, protocol: 'UDP', nodePort: 30053 },
        ],
      },
    ],
    [
      'an entry that is not there is added',
      { volumes: [{ name: 'a' }] },
      { volumes: [{ name: 'b' }] },
      { volumes: [{ name: 'a' }, { name: 'b' }] },
    ],
    [
      'mounts are told apart by their path',
      { volumeMounts: [{ name: 'a', mountPath: '/a' }] },
      { volumeMounts: [{ name: 'a', mountPath: '/b' }] },
      {
        volumeMounts: [
          { name: 'a', mountPath: '/a' },
          { name: 'a', mountPath: '/b' },
        ],
      },
    ],
  ])('%s', (_, target, change, merged) => {
    expect(strategicMerge(target, change)).toEqual(merged);
  });

  it('changes nothing that it was given', () => {
    const target = Object.freeze({ m: Object.freeze({ a: 1 }) });
    expect(strategicMerge(target, { m: { b: 2 } })).toEqual({ m: { a: 1, b: 2 } });
  });
});
