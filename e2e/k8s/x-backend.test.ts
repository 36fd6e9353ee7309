import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { NODE_ADDRESS, POD_RANGE } from '../cluster/node/layout.js';
import { ask, type Ask } from '../harness/request.js';
import { until } from '../harness/until.js';
import { routeTo, selector, xBackend } from '../xbackend/objects.js';
import { saysOfGateway } from './ancestors.js';
import { runBackend } from './backend.js';
import { startNameServer, type NameServer } from './name-server.js';
import { answered, failed, podOf, watch } from './requests.js';
import { World } from './world.js';

// XBackends that lead to pods, and to names outside the cluster: https://gateway-api.sigs.k8s.io/geps/gep-4894/

jest.setTimeout(300_000);

/** By which pods reach the node: another address of what is no pod. */
const GATEWAY_ADDRESS = POD_RANGE.replace(/0\/\d+$/, '1');

let world: World;
let address: string;
let names: NameServer;
/** Not in pods: one port, two addresses, as `first` and `second`. */
let outside: readonly Server[];

beforeAll(async () => {
  world = await World.open('x-backend');
  names = await startNameServer(GATEWAY_ADDRESS, 'example');
  names.names.set('legacy.example', [NODE_ADDRESS]);
  const first = await serveAs('first', NODE_ADDRESS, 0);
  const { port } = first.address() as AddressInfo;
  outside = [first, await serveAs('second', GATEWAY_ADDRESS, port)];
  await runBackend(world, 'web', { replicas: 2, readinessPath: '/ready' });
  const dns = `{ nameservers: [${GATEWAY_ADDRESS}], searches: [svc.cluster.local, cluster.local], options: [{ name: ndots, value: "5" }] }`;
  await world.put(`
apiVersion: windlass.io/v1alpha1
kind: GatewayParameters
metadata: { name: named }
spec:
  patches:
  - { kind: Deployment, patch: { spec: { template: { spec: { dnsPolicy: None, dnsConfig: ${dns} } } } } }
---
${selector('web', 8080)}
---
${external('legacy', 'legacy.example', port)}
---
${external('unknown', 'unknown.example', port)}
---
${routeTo(['web', 'legacy', 'unknown'])}
`);
  address = await world.gateway('edge', '[{ name: http, port: 80, protocol: HTTP }]', 'named');
  await answered(what('web'), 200);
});

afterAll(async () => {
  for (const server of outside) server.close();
  names.close();
  await world.close();
});

async function serveAs(name: string, at: string, port: number): Promise<Server> {
  const server = createServer((_request, response) => response.setHeader('x-pod', name).end('{}'));
  await new Promise<void>((resolve) => server.listen(port, at, resolve));
  return server;
}

function external(name: string, hostname: string, port: number): string {
  return xBackend(
    name,
    `type: ExternalHostname, externalHostname: { hostname: ${hostname} }, port: { number: ${port} }`,
  );
}

function what(name: string): Ask {
  return { address, port: 80, host: 'shop.test', path: `/${name}` };
}

/** Pods that answer. */
async function reached(times = 30): Promise<ReadonlySet<string>> {
  const pods = new Set<string>();
  for (let i = 0; i < times; i += 1) pods.add(podOf(await ask(what('web'))));
  return pods;
}

async function podsAre(names: readonly string[]): Promise<void> {
  await until(
    `exactly ${names.join(', ')} answer`,
    async () => {
      const seen = [...(await reached())].toSorted();
      if (JSON.stringify(seen) === JSON.stringify(names.toSorted())) return true;
      throw new Error(seen.join(' '));
    },
    60_000,
  );
}

async function podsOf(label: string): Promise<readonly string[]> {
  const pods = await world.list('Pod', label);
  return pods
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .map(({ metadata }) => metadata.name);
}

describe('an XBackend that selects pods', () => {
  it('leads to every one of them, whatever Deployment it is of, and says that it is well', async () => {
    await podsAre(await podsOf('app=web'));
    await saysOfGateway(world, 'XBackend', 'web', 'Accepted True Accepted', 'ResolvedRefs True ResolvedRefs');
  });

  it('follows pods that come and go, without a failed request', async () => {
    const load = watch(what('web'), failed);
    await world.patch('Deployment', 'web', { spec: { replicas: 4 } });
    await world.rolledOut('web');
    expect(await podsOf('app=web')).toHaveLength(4);
    await podsAre(await podsOf('app=web'));
    await world.patch('Deployment', 'web', { spec: { replicas: 1 } });
    await world.rolledOut('web');
    await podsAre(await podsOf('app=web'));
    await world.restart('web');
    await podsAre(await podsOf('app=web'));
    expect((await load.end()).asked).toBeGreaterThan(20);
  });

  it('leaves out a pod that is not ready, and takes it again when it is', async () => {
    await world.patch('Deployment', 'web', { spec: { replicas: 2 } });
    await world.rolledOut('web');
    const [first = '', second = ''] = await podsOf('app=web');
    await podsAre([first, second]);
    const load = watch(what('web'), failed);
    const ready = (isReady: boolean): Promise<string> =>
      world.exec(second, ['/usr/local/bin/node', '-e', `fetch('http://127.0.0.1:8080/ready?is=${isReady}')`]);
    await ready(false);
    await podsAre([first]);
    await ready(true);
    await podsAre([first, second]);
    await load.end();
  });

  it('that nobody has answers 503 and not from anywhere else', async () => {
    await world.patch('Deployment', 'web', { spec: { replicas: 0 } });
    await answered(what('web'), 503);
    await world.patch('Deployment', 'web', { spec: { replicas: 1 } });
    await answered(what('web'), 200);
  });
});

describe('an XBackend of an external hostname', () => {
  it('leads to what is outside of every pod, by a name that only DNS knows', async () => {
    expect(podOf(await answered(what('legacy'), 200))).toBe('first');
  });

  it('follows its name to another address, without a failed request', async () => {
    const load = watch(what('legacy'), failed);
    names.names.set('legacy.example', [GATEWAY_ADDRESS]);
    await answered(what('legacy'), (answer) => podOf(answer) === 'second');
    names.names.set('legacy.example', [NODE_ADDRESS]);
    await answered(what('legacy'), (answer) => podOf(answer) === 'first');
    await load.end();
  });

  it('that has no address answers 503 until it has one, and the others serve', async () => {
    expect((await ask(what('unknown'))).status).toBe(503);
    expect((await ask(what('legacy'))).status).toBe(200);
    names.names.set('unknown.example', [NODE_ADDRESS]);
    expect(podOf(await answered(what('unknown'), 200))).toBe('first');
  });

  it('of the cluster is not taken by the API server', async () => {
    await expect(world.put(external('inside', 'web.shop.svc.cluster.local', 80))).rejects.toThrow(
      'hostname must not be an IP address or end with .cluster.local',
    );
  });
});
