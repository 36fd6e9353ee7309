import { BlockList } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { POOL, SERVICE_RANGE } from '../cluster/node/layout.js';
import { ask } from '../harness/request.js';
import { until } from '../harness/until.js';
import { runBackend } from './backend.js';
import { answered, podOf } from './requests.js';
import { World, type Found } from './world.js';

// Where addresses of a Gateway can be reached from: https://gateway-api.sigs.k8s.io/geps/gep-5093/

jest.setTimeout(300_000);

const SENTINEL = 'testing.x-k8s.io/sentinel';
/** Of the part of the range that Kubernetes gives to nobody who does not ask for it. */
const FREE_CLUSTER_IP = '198.19.0.77';
const NO_CLUSTER_IP = '198.19.200.77';

interface Address {
  readonly type: string;
  readonly value: string;
  readonly routability?: string;
}

let world: World;
/** A pod that asks from within the cluster. */
let client: string;
const serviceRange = new BlockList();
const [base = '', length = ''] = SERVICE_RANGE.split('/');
serviceRange.addSubnet(base, Number(length));

beforeAll(async () => {
  world = await World.open('routability');
  await runBackend(world, 'shop', { replicas: 1 });
  const parameters = (name: string, service: string): string => `
apiVersion: windlass.io/v1alpha1
kind: GatewayParameters
metadata: { name: ${name} }
spec: { replicas: 1, service: { type: ${service} } }
`;
  await world.put(`${parameters('outside', 'LoadBalancer')}---${parameters('inside', 'ClusterIP')}`);
  const [pod] = await world.list('Pod', 'app=shop');
  client = pod?.metadata.name ?? '';
});

afterAll(async () => {
  await world.close();
});

/** A Gateway with a route, that asks for addresses. @param addresses YAML flow sequence; '' asks for none */
async function put(name: string, addresses: string, parameters = 'outside'): Promise<void> {
  await world.put(`
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: ${name} }
spec:
  gatewayClassName: windlass
  ${addresses === '' ? '' : `addresses: ${addresses}`}
  infrastructure: { parametersRef: { group: windlass.io, kind: GatewayParameters, name: ${parameters} } }
  listeners: [{ name: http, port: 80, protocol: HTTP }]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: ${name} }
spec:
  parentRefs: [{ name: ${name} }]
  rules: [{ backendRefs: [{ name: shop, port: 80 }] }]
`);
}

const addressesOf = (gateway: Found): readonly Address[] =>
  (gateway.status?.['addresses'] ?? []) as readonly Address[];
const isClusterIp = (address: string): boolean => serviceRange.check(address);

/** Waits until conditions of a Gateway are as wanted, each as `Type Status Reason`. */
async function says(name: string, ...wanted: readonly string[]): Promise<Found> {
  return await until(
    `${name} says ${wanted.join(', ')}`,
    async () => {
      const found = await world.find('Gateway', name);
      const said = (found?.status?.conditions ?? [])
        .filter(({ observedGeneration }) => observedGeneration === found?.metadata.generation)
        .map(({ type, status, reason }) => `${type} ${status} ${reason ?? ''}`);
      if (wanted.every((each) => said.includes(each))) return found;
      throw new Error(`${said.join(', ')} ${JSON.stringify(found?.status?.['addresses'])}`);
    },
    120_000,
    100,
  );
}

const ASSIGNED = ['Programmed True Programmed', 'AddressesAssigned True AddressesAssigned'];

/** From the node's network, where load balancers are reached from too, and from a pod. */
async function servesAt(address: string): Promise<void> {
  const what = { address, port: 80, host: 'shop.test' };
  expect(podOf(await answered(what, 200))).toBe(client);
  const program = `fetch('http://${address}/').then(async (a) => console.log(a.status, (await a.json()).pod))`;
  await until(`${address} serves a pod`, async () =>
    (await world.exec(client, ['/usr/local/bin/node', '-e', program])).trim() === `200 ${client}`
      ? true
      : undefined,
  );
}

/** What came of each entry, as a list of routabilities, load balancers' addresses and cluster IPs told apart. */
function kinds(gateway: Found): readonly string[] {
  return addressesOf(gateway)
    .map(({ value, routability }) => {
      const from = isClusterIp(value) ? 'cluster IP' : value.startsWith(`${POOL}.`) ? 'load balancer' : value;
      return `${from}: ${routability === undefined ? 'not said' : `'${routability}'`}`;
    })
    .toSorted();
}

describe('addresses of a Gateway', () => {
  it('that it does not ask for say that nothing is promised of them', async () => {
    await put('plain', '');
    const gateway = await says('plain', ...ASSIGNED);
    expect(kinds(gateway)).toEqual(["load balancer: ''"]);
  });

  it('within the cluster and by default are one each, and both serve', async () => {
    for (const [name, asked] of [
      ['both', '[{ type: IPAddress }, { type: IPAddress, routability: Cluster }]'],
      ['htob', '[{ type: IPAddress, routability: Cluster }, { type: IPAddress, routability: "" }]'],
    ] as const) {
      await put(name, asked);
      const gateway = await says(name, ...ASSIGNED);
      expect(kinds(gateway)).toEqual(["cluster IP: 'Cluster'", "load balancer: ''"]);
      for (const { value } of addressesOf(gateway)) await servesAt(value);
    }
  });

  it('within the cluster alone serve there, and no load balancer is asked', async () => {
    await put('inside', '[{ type: IPAddress, routability: Cluster }]');
    const gateway = await says('inside', ...ASSIGNED);
    expect(kinds(gateway)).toEqual(["cluster IP: 'Cluster'"]);
    for (const { value } of addressesOf(gateway)) await servesAt(value);
    const services = await world.list('Service', 'gateway.networking.k8s.io/gateway-name=inside');
    expect(services.map(({ spec }) => spec['type'])).toEqual(['ClusterIP']);
    expect(JSON.stringify(services)).not.toContain(POOL);
  });

  it('within the cluster may be chosen: that very one is assigned', async () => {
    await put('chosen', `[{ type: IPAddress, value: ${FREE_CLUSTER_IP}, routability: Cluster }]`);
    const gateway = await says('chosen', ...ASSIGNED);
    expect(addressesOf(gateway)).toEqual([
      { type: 'IPAddress', value: FREE_CLUSTER_IP, routability: 'Cluster' },
    ]);
    await servesAt(FREE_CLUSTER_IP);
  });

  it('of a Service of type ClusterIP are within the cluster, though nobody has asked for that', async () => {
    for (const [name, asked] of [
      ['unasked', ''],
      ['empty', '[{ type: IPAddress }]'],
    ] as const) {
      await put(name, asked, 'inside');
      const gateway = await says(name, ...ASSIGNED);
      expect(kinds(gateway)).toEqual(["cluster IP: 'Cluster'"]);
      for (const { value } of addressesOf(gateway)) await servesAt(value);
    }
  });

  it('of the routability of tests are told as they are asked for', async () => {
    await put('sentinel', `[{ type: IPAddress, routability: ${SENTINEL} }]`);
    const gateway = await says('sentinel', ...ASSIGNED);
    expect(kinds(gateway)).toEqual([`load balancer: '${SENTINEL}'`]);
  });
});

describe('addresses that cannot be had', () => {
  const NONE = ['Programmed False AddressNotAssigned', 'AddressesAssigned False NotAssigned'];
  const SOME = ['Programmed True Programmed', 'AddressesAssigned False PartiallyAssigned'];
  const messageOf = (gateway: Found, type: string): string =>
    gateway.status?.conditions?.find((one) => one.type === type)?.message ?? '';

  it.each([
    ['example.com/intranet', 'an address of type IPAddress of routability example.com/intranet'],
    ['testing.x-k8s.io/other', 'an address of type IPAddress of routability testing.x-k8s.io/other'],
  ])('alone, of routability %s, leave the Gateway without any', async (routability, words) => {
    const name = `none-${routability.replace(/[^a-z]/g, '')}`;
    await put(name, `[{ type: IPAddress, routability: ${routability} }]`);
    const gateway = await says(name, ...NONE);
    expect(addressesOf(gateway)).toEqual([]);
    expect(messageOf(gateway, 'AddressesAssigned')).toContain(words);
  });

  it('beside others leave those serving, and are named', async () => {
    await put('some', '[{ type: IPAddress, routability: example.com/intranet }, { type: IPAddress }]');
    const gateway = await says('some', ...SOME);
    expect(kinds(gateway)).toEqual(["load balancer: ''"]);
    expect(messageOf(gateway, 'AddressesAssigned')).toContain('example.com/intranet');
    for (const { value } of addressesOf(gateway)) await servesAt(value);
  });

  it('since they are no cluster IPs are named with the API server’s own words', async () => {
    const outside = `{ type: IPAddress, value: ${NO_CLUSTER_IP}, routability: Cluster }`;
    await put('outside', `[${outside}]`);
    const alone = await says('outside', ...NONE);
    expect(addressesOf(alone)).toEqual([]);
    // First nobody has answered yet.
    await until('the API server’s words', async () => {
      const found = await world.find('Gateway', 'outside');
      const message = found === undefined ? '' : messageOf(found, 'AddressesAssigned');
      const isTold =
        message.includes(`IPAddress ${NO_CLUSTER_IP} of routability Cluster has not been assigned`) &&
        message.includes(`failed to allocate IP ${NO_CLUSTER_IP}`);
      if (isTold) return true;
      throw new Error(message);
    });
    await put('outside', `[${outside}, { type: IPAddress }]`);
    const beside = await says('outside', ...SOME);
    expect(kinds(beside)).toEqual(["load balancer: ''"]);
    for (const { value } of addressesOf(beside)) await servesAt(value);
  });

  it('blame nobody’s parameters', async () => {
    await put(
      'parametrised',
      `[{ type: IPAddress, value: ${NO_CLUSTER_IP}, routability: Cluster }]`,
      'inside',
    );
    await says('parametrised', 'Accepted True Accepted', ...NONE);
  });
});

describe('a Gateway that changes what it asks for', () => {
  it('moves into the cluster, and out of it again, and what it has it serves', async () => {
    await put('moving', '');
    const before = await says('moving', ...ASSIGNED);
    const [from] = addressesOf(before);
    await put('moving', '[{ type: IPAddress, routability: Cluster }]');
    const within = await says('moving', ...ASSIGNED);
    expect(kinds(within)).toEqual(["cluster IP: 'Cluster'"]);
    for (const { value } of addressesOf(within)) await servesAt(value);
    await expect(ask({ address: from?.value ?? '', port: 80, host: 'shop.test' })).rejects.toThrow();
    await put('moving', '[{ type: IPAddress }]');
    const after = await says('moving', ...ASSIGNED);
    expect(kinds(after)).toEqual(["load balancer: ''"]);
    for (const { value } of addressesOf(after)) await servesAt(value);
  });
});
