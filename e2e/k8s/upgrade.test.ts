import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { NAMESPACE } from '../cluster/chart.js';
import { installProduct, productTag } from '../cluster/product.js';
import { release } from './release.js';
import { until } from '../harness/until.js';
import { ALL } from './load/load.js';
import { openSite, type Site } from './site.js';
import type { Found } from './world.js';

jest.setTimeout(900_000);
const DRAIN_SECONDS = 30;
const ROLL_MS = 300_000;

let site: Site;

beforeAll(async () => {
  site = await openSite('upgrade', `replicas: 2, shutdown: {drainSeconds: ${DRAIN_SECONDS}}`);
}, 600_000);

afterAll(async () => {
  await installProduct([], productTag());
  await site.world.close();
}, 600_000);

const uids = (pods: readonly Found[]): readonly string[] => pods.map(({ metadata }) => metadata.uid ?? '');

/** Waits until every pod is a new one and no old one is left. @returns when the first of the old ones was asked to end */
async function replaced(old: readonly Found[], image: string): Promise<number> {
  const { world } = site;
  const before = new Set(uids(old));
  let first = Number.POSITIVE_INFINITY;
  await until(
    `Envoys of ${image} only`,
    async () => {
      const pods = await world.list('Pod', 'gateway.networking.k8s.io/gateway-name=edge');
      const ending = pods.some(({ metadata }) => metadata.deletionTimestamp !== undefined);
      if (ending) first = Math.min(first, Date.now());
      const left = pods.filter(({ metadata }) => before.has(metadata.uid ?? ''));
      const images = pods.map(
        ({ spec }) => (spec['containers'] as readonly { readonly image: string }[])[0]?.image,
      );
      if (left.length === 0 && pods.length === old.length && images.every((one) => one === image))
        return true;
      throw new Error(`${pods.length} pods, ${left.length} old ones, of ${images.join(', ')}`);
    },
    ROLL_MS,
    200,
  );
  await world.rolledOut('edge-windlass');
  return first;
}

describe('an upgrade', () => {
  it('replaces control plane and Envoys, and no request fails', async () => {
    const { world } = site;
    const envoys = await world.envoys('edge');
    const replicas = await world.list('Pod', 'app.kubernetes.io/name=windlass', NAMESPACE);
    const tag = release('next');
    let ending = 0;
    const met = await site.during(
      'upgrade',
      async () => {
        await installProduct(['log.level="debug"'], tag);
        ending = await replaced(envoys, `windlass-envoy:${tag}`);
      },
      { ...ALL, forever: 2 },
    );
    const now = await world.list('Pod', 'app.kubernetes.io/name=windlass', NAMESPACE);
    expect(uids(now).filter((uid) => uids(replicas).includes(uid))).toEqual([]);
    expect(met.failed).toBe(0);
    expect(met.done).toBeGreaterThan(500);
    // Who stays as long as possible is let stay until the drain is over.
    for (const { to } of met.plain.cut) expect(to - ending).toBeGreaterThan(DRAIN_SECONDS * 1_000 - 1_000);
  });

  it('is undone by helm rollback, and no request fails', async () => {
    const { world } = site;
    const envoys = await world.envoys('edge');
    const met = await site.during('rollback', async () => {
      const args = ['rollback', 'windlass', '--namespace', NAMESPACE, '--wait', '--timeout', '5m'];
      await world.commands.ok('helm', args);
      await replaced(envoys, `windlass-envoy:${productTag()}`);
    });
    expect(met.failed).toBe(0);
    expect(met.done).toBeGreaterThan(500);
  });
});
