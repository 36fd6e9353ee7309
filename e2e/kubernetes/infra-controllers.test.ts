import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { startControllerManager, type ControllerManager } from '../cluster/controller-manager.js';
import { until } from '../harness/until.js';
import { runInfra, startCluster, type Cluster, type Found, type Running } from './infra-world.js';

// What the controllers of Kubernetes make of what is made for Gateways.

let cluster: Cluster;
let controllers: ControllerManager;
let running: Running | undefined;
jest.setTimeout(180_000);

beforeAll(async () => {
  cluster = await startCluster();
  controllers = await startControllerManager(cluster.server);
}, 900_000);

afterEach(async () => {
  await running?.stop();
  running = undefined;
});

afterAll(async () => {
  await controllers.stop();
  await cluster.dispose();
}, 60_000);

async function namespace(name: string): Promise<void> {
  await cluster.put(`apiVersion: v1
kind: Namespace
metadata: { name: ${name}, labels: { pod-security.kubernetes.io/enforce: restricted } }`);
}

const gateway = (name: string, at: string, more = ''): string => `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: ${name}, namespace: ${at} }
spec:
  gatewayClassName: windlass
  listeners: [{ name: http, port: 80, protocol: HTTP }]
${more}`;

interface List {
  readonly items: readonly Found[];
}

async function list(at: string, path: string): Promise<readonly Found[]> {
  return ((await cluster.client.call({ path: path.replace('/NS/', `/namespaces/${at}/`) })) as List).items;
}

describe('with the controllers of Kubernetes', () => {
  it('pods come to be, admitted by the restricted profile, and are counted by the disruption budget', async () => {
    await namespace('pods');
    await cluster.put(gateway('edge', 'pods', '  infrastructure: { labels: { team: red } }\n'));
    running = await runInfra(cluster);
    const pods = await until(
      'there are two pods',
      async () => {
        const items = await list('pods', '/api/v1/NS/pods');
        return items.length === 2 ? items : undefined;
      },
      120_000,
    );
    for (const { metadata, spec } of pods) {
      expect(metadata.labels).toMatchObject({
        'gateway.networking.k8s.io/gateway-name': 'edge',
        team: 'red',
      });
      expect(spec['serviceAccountName']).toBe('edge-windlass');
    }
    await until('the budget counts them', async () => {
      const [budget] = await list('pods', '/apis/policy/v1/NS/poddisruptionbudgets');
      return budget?.status?.['expectedPods'] === 2 ? true : undefined;
    });
  });

  it('what writes into the status of objects causes no write, and a new listener replaces no pod', async () => {
    await namespace('calm');
    await cluster.put(gateway('edge', 'calm'));
    running = await runInfra(cluster);
    const settled = await until(
      'pods are there',
      async () => {
        const items = await list('calm', '/apis/apps/v1/NS/replicasets');
        return items[0]?.status?.['replicas'] === 2 ? items : undefined;
      },
      120_000,
    );
    const infra = running;
    const sum = async (): Promise<number> =>
      [...(await infra.writes())].reduce((total, [, count]) => total + count, 0);
    expect(await sum()).toBe(5);
    await cluster.put(
      gateway('edge', 'calm').replace(
        'protocol: HTTP }]',
        'protocol: HTTP }, { name: more, port: 8080, protocol: HTTP }]',
      ),
    );
    await running.look();
    await until('the Service has the port', async () => {
      const [service] = await list('calm', '/api/v1/NS/services');
      return (service?.spec['ports'] as readonly object[]).length === 2 ? true : undefined;
    });
    expect(await sum()).toBe(6);
    const after = await list('calm', '/apis/apps/v1/NS/replicasets');
    expect(after.map(({ metadata }) => metadata.uid)).toEqual(settled.map(({ metadata }) => metadata.uid));
  });

  it('all goes with its Gateway, even if no control plane runs', async () => {
    await namespace('gone');
    await cluster.put(gateway('edge', 'gone'));
    running = await runInfra(cluster);
    await until('all is there', async () => ((await cluster.ours('gone')).size === 5 ? true : undefined));
    await running.stop();
    await cluster.remove('/apis/gateway.networking.k8s.io/v1/namespaces/gone/gateways/edge');
    await until(
      'all is gone',
      async () => {
        const pods = await list('gone', '/api/v1/NS/pods');
        return (await cluster.ours('gone')).size === 0 && pods.length === 0 ? true : undefined;
      },
      120_000,
    );
  });
});
