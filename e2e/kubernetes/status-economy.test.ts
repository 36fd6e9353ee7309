// What changes cost in writes of statuses, counted by the control plane itself and by the objects' own resourceVersions.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { Controller } from '../cluster/controller.js';
import { unusedPort } from '../harness/port.js';
import { until } from '../harness/until.js';
import {
  createService,
  isAccepted,
  leads,
  metric,
  pathOf,
  startWorld,
  type Found,
  type World,
} from './controller-world.js';
import { startPodEnvoy, type PodEnvoy } from './pod-envoy.js';
import { SERVER_NAME, tokenOf } from './security-world.js';

jest.setTimeout(180_000);

const ROUTES = 50;
const QUIET_MS = 6000;

let world: World;
let controller: Controller;
let xdsPort: number;

beforeAll(async () => {
  world = await startWorld('standard');
  const listeners = [{ name: 'http', port: await unusedPort(), protocol: 'HTTP' }];
  await world.create({
    kind: 'Gateway',
    metadata: { name: 'gw' },
    spec: { gatewayClassName: 'windlass', listeners },
  });
  await createService(world, 'default', 'web');
  xdsPort = await unusedPort();
  controller = new Controller(world.server.kubeconfig, ['--xds-port', String(xdsPort)]);
  await controller.ready();
  await leads(controller);
}, 900_000);

afterAll(async () => {
  await controller.dispose();
  await world.dispose();
}, 60_000);

const writes = (kind: string): Promise<number> =>
  metric(controller, 'windlass_status_writes_total', { kind, result: 'written' });

/** Until nothing has been written for so long that nothing that was put off can still come. */
async function quiet(): Promise<void> {
  let [last, since] = [-1, performance.now()];
  while (performance.now() - since < QUIET_MS) {
    const now = await metric(controller, 'windlass_status_writes_total');
    if (now !== last) [last, since] = [now, performance.now()];
    await sleep(200);
  }
}

async function routes(): Promise<readonly Found[]> {
  const list = (await world.client.call({ path: pathOf('HTTPRoute', 'default') })) as {
    readonly items: readonly Found[];
  };
  return list.items;
}

const versions = async (): Promise<readonly string[]> =>
  (await routes()).map(({ metadata }) => metadata.resourceVersion);

it('many routes cost one write each, and a handful of the Gateway that they attach to', async () => {
  await Promise.all(
    Array.from({ length: ROUTES }, (_, index) =>
      world.create({
        kind: 'HTTPRoute',
        metadata: { name: `route-${index}` },
        spec: {
          parentRefs: [{ name: 'gw' }],
          hostnames: [`route-${index}.example`],
          rules: [{ backendRefs: [{ name: 'web', port: 80 }] }],
        },
      }),
    ),
  );
  await until('all are accepted', async () => (await routes()).every(isAccepted) || undefined, 60_000, 200);
  await quiet();
  expect(await writes('HTTPRoute')).toBeLessThanOrEqual(2 * ROUTES);
  expect(await writes('Gateway')).toBeLessThanOrEqual(10);
});

it('a change costs at most two writes to its route, and none to another object', async () => {
  const [all, ofRoutes] = [
    await metric(controller, 'windlass_status_writes_total'),
    await writes('HTTPRoute'),
  ];
  await world.patch('HTTPRoute', 'default', 'route-7', { spec: { hostnames: ['changed.example'] } });
  await until('it is accepted', async () =>
    isAccepted(await world.get('HTTPRoute', 'default', 'route-7')) ? true : undefined,
  );
  await quiet();
  const cost = (await writes('HTTPRoute')) - ofRoutes;
  expect(cost).toBeGreaterThanOrEqual(1);
  expect(cost).toBeLessThanOrEqual(2);
  expect((await metric(controller, 'windlass_status_writes_total')) - all).toBe(cost);
});

it('an Envoy that joins or leaves costs none of any route', async () => {
  const token = await tokenOf(world.client, 'default', 'gw-windlass');
  const { data } = (await world.client.call({
    path: '/api/v1/namespaces/default/configmaps/gw-windlass',
  })) as { readonly data: Readonly<Record<string, string>> };
  const started: PodEnvoy[] = [];
  const join = async (pod: string): Promise<void> => {
    const ca = data['ca.crt'] ?? '';
    started.push(
      await startPodEnvoy({ fleet: 'default/gw', pod, xdsPort, serverName: SERVER_NAME, ca, token }),
    );
  };
  const connected = (count: number): Promise<unknown> =>
    until(`${count} are connected and current`, async () => {
      const current = await metric(controller, 'windlass_fleet_current', { fleet: 'default/gw' });
      return current === count || undefined;
    });
  try {
    // The first one is news: what it was to be given is programmed now.
    await join('default/gw-1');
    await connected(1);
    await quiet();
    const [before, ofRoutes] = [await versions(), await writes('HTTPRoute')];
    await join('default/gw-2');
    await connected(2);
    await quiet();
    expect(await versions()).toEqual(before);
    await started.pop()?.stop();
    await connected(1);
    await quiet();
    expect(await versions()).toEqual(before);
    expect(await writes('HTTPRoute')).toBe(ofRoutes);
  } finally {
    for (const envoy of started) await envoy.stop();
  }
});
