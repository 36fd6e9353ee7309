import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { until } from '../harness/until.js';
import { ApiError } from '../../src/kubernetes/index.js';
import { openSite, parametersOf, type Site } from './site.js';

jest.setTimeout(900_000);
const SHUTDOWN = 'shutdown: {drainSeconds: 30}';
const GONE_MS = 180_000;

let site: Site;

beforeAll(async () => {
  site = await openSite('scale', `replicas: 1, ${SHUTDOWN}`);
}, 600_000);

afterAll(async () => {
  await site.world.close();
}, 600_000);

/** So many Envoys are there, all ready, and none that is ending. */
async function settled(count: number): Promise<void> {
  await site.world.rolledOut('edge-windlass');
  await until(
    `${count} Envoys and no more`,
    async () => {
      const pods = await site.world.list('Pod', 'gateway.networking.k8s.io/gateway-name=edge');
      if (pods.length === count) return true;
      throw new Error(`${pods.length} pods`);
    },
    GONE_MS,
    200,
  );
}

describe('the Envoys of a Gateway', () => {
  it('become more and fewer, and no request fails', async () => {
    const { world } = site;
    const met = await site.during('scale', async () => {
      // The one with all the connections is to go first.
      const [oldest] = await world.envoys('edge');
      const annotations = { 'controller.kubernetes.io/pod-deletion-cost': '-1' };
      await world.patch('Pod', oldest?.metadata.name ?? '', { metadata: { annotations } });
      for (const replicas of [3, 1]) {
        await world.put(parametersOf(`replicas: ${replicas}, ${SHUTDOWN}`));
        await until(`the Deployment is to have ${replicas} pods`, async () => {
          const found = await world.find('Deployment', 'edge-windlass');
          return found?.spec['replicas'] === replicas || undefined;
        });
        await settled(replicas);
      }
    });
    expect(met.failed).toBe(0);
    expect(met.done).toBeGreaterThan(500);
  });

  it('are scaled by an autoscaler, whose number stands, and no request fails', async () => {
    const { world } = site;
    await world.put(parametersOf(`autoscaling: {minReplicas: 1, maxReplicas: 4}, ${SHUTDOWN}`));
    await until('the autoscaler is there', () => world.find('HorizontalPodAutoscaler', 'edge-windlass'));
    const met = await site.during('autoscaler', async () => {
      for (const replicas of [3, 1]) {
        // What an autoscaler writes.
        await world.patch('Deployment', 'edge-windlass', { spec: { replicas } }, { subresource: '/scale' });
        await settled(replicas);
      }
    });
    expect(met.failed).toBe(0);
  });

  it('are evicted one after the other as their budget allows, and no request fails', async () => {
    const { world } = site;
    await world.put(parametersOf(`replicas: 2, ${SHUTDOWN}`));
    await until('two are wanted', async () => {
      const found = await world.find('Deployment', 'edge-windlass');
      return found?.spec['replicas'] === 2 || undefined;
    });
    await settled(2);
    const old = (await world.envoys('edge')).map(({ metadata }) => metadata.name);
    let refused = 0;
    const met = await site.during('eviction', async () => {
      // As kubectl drain does: all at once, and again where the budget refuses.
      await Promise.all(
        old.map((name) =>
          until(
            `${name} is evicted`,
            async () => {
              if (await evicted(name)) return true;
              refused += 1;
              return undefined;
            },
            GONE_MS,
            500,
          ),
        ),
      );
      for (const name of old) await world.gone('Pod', name);
      await settled(2);
    });
    expect(met.failed).toBe(0);
    // Both were asked for at the same time.
    expect(refused).toBeGreaterThan(0);
  });
});

/** @returns false: the budget does not allow it now */
async function evicted(name: string): Promise<boolean> {
  const { client, namespace } = site.world;
  try {
    await client.call({
      method: 'POST',
      path: `/api/v1/namespaces/${namespace}/pods/${name}/eviction`,
      body: { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } },
    });
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.status === 429) return false;
    throw error;
  }
}
