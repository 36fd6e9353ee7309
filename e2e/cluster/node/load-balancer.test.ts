import { describe, expect, it } from '@jest/globals';
import { POOL, UNUSABLE_ADDRESS } from './layout.js';
import { addressFor } from './load-balancer.js';

const service = (spec: object, ...has: readonly string[]): Parameters<typeof addressFor>[0] => ({
  metadata: { name: 'edge', namespace: 'shop', uid: '1' },
  spec: { type: 'LoadBalancer', ...spec },
  status: { loadBalancer: { ingress: has.map((ip) => ({ ip })) } },
});

const taken = new Set([`${POOL}.1`, `${POOL}.7`]);

describe('the address of a load balancer', () => {
  it.each([
    ['the first that is free', service({}), `${POOL}.2`],
    ['the one it has', service({}, `${POOL}.9`), `${POOL}.9`],
    ['the one it asks for', service({ loadBalancerIP: `${POOL}.5` }, `${POOL}.9`), `${POOL}.5`],
    ['none where it asks for another’s', service({ loadBalancerIP: `${POOL}.7` }), undefined],
    [
      'none where it asks for one outside',
      service({ loadBalancerIP: UNUSABLE_ADDRESS }, `${POOL}.9`),
      undefined,
    ],
    ['none for another class', service({ loadBalancerClass: 'example.com/internal' }), undefined],
    ['none for another type', service({ type: 'ClusterIP' }, `${POOL}.9`), undefined],
  ])('is %s', (_, of, address) => {
    expect(addressFor(of, taken)).toBe(address);
  });

  it('is none when all are taken', () => {
    const all = new Set(Array.from({ length: 254 }, (_, index) => `${POOL}.${index + 1}`));
    expect(addressFor(service({}), all)).toBeUndefined();
  });
});
