import { describe, expect, it } from '@jest/globals';
import type { GatewaySpecAddress } from '../../resources/index.js';
import type { FleetObservation } from '../../store/index.js';
import { observationOf, type Seen } from './observe.js';
import type { OwnedObject } from './owned.js';
import { servicePlans } from './service-plans.js';

const service = (name: string, clusterIP: string, ...ingress: readonly object[]): OwnedObject => ({
  kind: 'Service',
  metadata: { name },
  spec: { clusterIPs: [clusterIP] },
  status: { loadBalancer: { ingress } },
});

const SEEN: Seen = {
  services: [],
  run: { hostNetwork: false, service: { type: 'LoadBalancer' } },
  nodes: [],
  binds: ['0.0.0.0'],
  failures: [],
  hasParameters: false,
};

const observed = (addresses: readonly GatewaySpecAddress[], seen: Partial<Seen>): FleetObservation =>
  observationOf(
    { fleet: 'shop/edge', name: 'edge', gatewayClass: 'windlass', addresses },
    { ...SEEN, ...seen },
  );

describe('the addresses of a Gateway that asks for none', () => {
  it('are all that its load balancer has', () => {
    const services = [service('edge-windlass', '10.0.0.1', { ip: '192.0.2.1' }, { hostname: 'lb.example' })];
    expect(observed([], { services })).toEqual({
      fleet: 'shop/edge',
      addresses: ['192.0.2.1', 'lb.example'],
      binds: ['0.0.0.0'],
      ports: {},
      portOffset: 0,
    });
  });

  it('are not there yet, and nothing is wrong with that', () => {
    expect(observed([], { services: [service('edge-windlass', '10.0.0.1')] })).toMatchObject({
      addresses: [],
    });
    expect(observed([], {})).not.toHaveProperty('addressRefusal');
  });

  it.each([
    ['ClusterIP', false, ['10.0.0.1']],
    ['NodePort', false, ['10.9.9.9']],
    ['LoadBalancer', true, ['10.9.9.9']],
  ] as const)(
    'come from elsewhere with a Service of type %s, on the network of nodes: %s',
    (type, hostNetwork, addresses) => {
      const services = [service('edge-windlass', '10.0.0.1', { ip: '192.0.2.1' })];
      const run = { hostNetwork, service: { type } };
      expect(observed([], { services, run, nodes: ['10.9.9.9'] }).addresses).toEqual(addresses);
    },
  );

  it('are at most sixteen, as its status can hold', () => {
    const nodes = Array.from({ length: 40 }, (_, i) => `10.0.0.${i}`);
    expect(
      observed([], { run: { hostNetwork: true, service: { type: 'ClusterIP' } }, nodes }).addresses,
    ).toHaveLength(16);
  });
});

describe('the addresses of a Gateway that asks for some', () => {
  it('are one for each entry', () => {
    const services = [service('edge-windlass', '10.0.0.1', { ip: '192.0.2.1' }, { hostname: 'lb.example' })];
    expect(observed([{ value: '192.0.2.1' }, { routability: 'Cluster' }], { services })).toMatchObject({
      addresses: ['192.0.2.1', '10.0.0.1'],
      routabilities: { '10.0.0.1': 'Cluster' },
    });
    expect(observed([{}], { services }).addresses).toEqual(['192.0.2.1']);
    expect(observed([{ type: 'Hostname' }], { services }).addresses).toEqual(['lb.example']);
  });

  it('are told apart by what they mean, not by how they are written', () => {
    const services = [service('edge-windlass', '10.0.0.1', { ip: '2001:db8::1' })];
    expect(observed([{ value: '2001:0db8:0:0::1' }], { services })).toMatchObject({
      addresses: ['2001:db8::1'],
    });
  });

  it('are refused one by one', () => {
    const services = [service('edge-windlass', '10.0.0.1', { ip: '192.0.2.1' })];
    const refusalOf = (...asked: readonly GatewaySpecAddress[]): readonly unknown[] => {
      const { addresses, addressRefusal, missingAddresses } = observed(asked, { services });
      return [addresses, addressRefusal?.condition, addressRefusal?.reason, missingAddresses?.reason];
    };
    expect(refusalOf({ value: '192.0.2.9' })).toEqual([
      [],
      'Programmed',
      'AddressNotAssigned',
      'NotAssigned',
    ]);
    expect(refusalOf({ value: '192.0.2.1' }, { value: '192.0.2.9' })).toEqual([
      ['192.0.2.1'],
      'Programmed',
      'AddressNotUsable',
      'PartiallyAssigned',
    ]);
    expect(refusalOf({}, {})).toEqual([['192.0.2.1'], undefined, undefined, 'PartiallyAssigned']);
    expect(refusalOf({ type: 'NamedAddress', value: 'x' })).toEqual([
      [],
      'Accepted',
      'UnsupportedAddress',
      'NotAssigned',
    ]);
    expect(refusalOf({ routability: 'example.com/internet' })).toEqual([
      [],
      'Programmed',
      'AddressNotAssigned',
      'NotAssigned',
    ]);
  });
});

describe('where addresses can be reached from', () => {
  const SENTINEL = 'testing.x-k8s.io/sentinel';
  const services = [service('edge-windlass', '10.0.0.1', { ip: '192.0.2.1' })];
  const inside = { services, run: { hostNetwork: false, service: { type: 'ClusterIP' } } } as const;
  const routabilities = (asked: readonly GatewaySpecAddress[], seen: Partial<Seen>) =>
    observed(asked, seen).routabilities;

  it('is said of cluster IPs, though nobody has asked for it', () => {
    expect(routabilities([], inside)).toEqual({ '10.0.0.1': 'Cluster' });
    expect(routabilities([{}], inside)).toEqual({ '10.0.0.1': 'Cluster' });
    expect(routabilities([], { services })).toBeUndefined();
    expect(routabilities([{}], { services })).toBeUndefined();
  });

  it('is said as conformance tests ask for it, of an address like any other', () => {
    expect(observed([{ routability: SENTINEL }], { services })).toMatchObject({
      addresses: ['192.0.2.1'],
      routabilities: { '192.0.2.1': SENTINEL },
    });
    expect(routabilities([{ routability: SENTINEL }], inside)).toEqual({ '10.0.0.1': SENTINEL });
    expect(observed([{ routability: 'testing.x-k8s.io/other' }], { services }).addresses).toEqual([]);
  });

  it('does not depend on the order in which it is asked for', () => {
    for (const asked of [
      [{}, { routability: 'Cluster' }],
      [{ routability: 'Cluster' }, {}],
    ])
      expect(observed(asked, { services })).toMatchObject({
        addresses: expect.arrayContaining(['192.0.2.1', '10.0.0.1']),
        routabilities: { '10.0.0.1': 'Cluster' },
      });
  });

  it('cannot be had at a chosen address that is no cluster IP: that is said in the words of the API server', () => {
    const asked = { value: '10.9.9.9', routability: 'Cluster' };
    const [, plan] = servicePlans([asked], SEEN.run).services;
    const name = `edge-windlass${plan?.suffix ?? ''}`;
    const failures = [
      { kind: 'Service', name, because: 'invalid', message: '10.9.9.9 is not in the valid range' },
    ] as const;
    const message =
      'IPAddress 10.9.9.9 of routability Cluster has not been assigned: 10.9.9.9 is not in the valid range';
    for (const hasParameters of [false, true]) {
      const alone = observed([asked], { services, failures, hasParameters });
      expect(alone).toMatchObject({
        addresses: [],
        addressRefusal: { condition: 'Programmed', reason: 'AddressNotAssigned', message },
        missingAddresses: { reason: 'NotAssigned', message },
      });
      expect(alone).not.toHaveProperty('parametersRefusal');
      const beside = observed([asked, {}], { services, failures, hasParameters });
      expect(beside).toMatchObject({
        addresses: ['192.0.2.1'],
        missingAddresses: { reason: 'PartiallyAssigned', message },
      });
      expect(beside).not.toHaveProperty('addressRefusal');
      expect(beside).not.toHaveProperty('parametersRefusal');
    }
  });
});

describe('what could not be made', () => {
  const failure = { kind: 'Service', name: 'edge-windlass', message: 'quota' } as const;

  it('is why there is no address', () => {
    expect(observed([], { failures: [{ ...failure, because: 'refused' }] })).toMatchObject({
      addressRefusal: { condition: 'Programmed', reason: 'NoResources', message: 'quota' },
    });
  });

  it('is said of the parameters, if there are any and the server calls it invalid', () => {
    const failures = [{ ...failure, because: 'invalid' }] as const;
    expect(observed([], { failures, hasParameters: true })).toMatchObject({ parametersRefusal: 'quota' });
    expect(observed([], { failures, hasParameters: true })).not.toHaveProperty('addressRefusal');
    expect(observed([], { failures })).not.toHaveProperty('parametersRefusal');
  });

  it('takes no address away', () => {
    const services = [service('edge-windlass', '10.0.0.1', { ip: '192.0.2.1' })];
    expect(observed([], { services, failures: [{ ...failure, because: 'refused' }] })).not.toHaveProperty(
      'addressRefusal',
    );
  });
});

describe('Services', () => {
  const run = SEEN.run;

  it('are one more for each further address of a load balancer', () => {
    const { services } = servicePlans([{ value: '192.0.2.1' }, { value: '192.0.2.2' }], run);
    expect(services).toMatchObject([
      { suffix: '', type: 'LoadBalancer', loadBalancerIP: '192.0.2.1' },
      { type: 'LoadBalancer', loadBalancerIP: '192.0.2.2' },
    ]);
  });

  it('keep the names of further addresses while others come and go', () => {
    const suffix = (...values: readonly string[]): string | undefined =>
      servicePlans(
        values.map((value) => ({ value })),
        run,
      ).services.find(({ loadBalancerIP }) => loadBalancerIP === '192.0.2.3')?.suffix;
    expect(suffix('192.0.2.1', '192.0.2.2', '192.0.2.3')).toBe(suffix('192.0.2.1', '192.0.2.3'));
  });

  it('are none outside where only addresses within the cluster are asked for', () => {
    const { services } = servicePlans(
      [{ routability: 'Cluster' }, { routability: 'Cluster', value: '10.0.0.9' }],
      run,
    );
    expect(services).toMatchObject([
      { suffix: '', type: 'ClusterIP' },
      { type: 'ClusterIP', clusterIP: '10.0.0.9' },
    ]);
  });

  it('are not asked for what is no address', () => {
    const { services } = servicePlans([{ value: 'nonsense' }], run);
    expect(services).toEqual([{ suffix: '', type: 'LoadBalancer' }]);
  });
});
