// The API server is away for a while, and with it all that the control plane could ask and write: nothing that runs may notice. WINDLASS_OUTAGE_SECONDS says for
// how long; from twenty on the Lease runs out too.
import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Controller } from '../cluster/controller.js';
import { startBackend, type Backend } from '../harness/backend.js';
import { unusedPort } from '../harness/port.js';
import { ask } from '../harness/request.js';
import { until } from '../harness/until.js';
import {
  createService,
  isAccepted,
  leads,
  metric,
  startWorld,
  sumOf,
  type World,
} from './controller-world.js';
import { startPodEnvoy, type PodEnvoy } from './pod-envoy.js';
import { SERVER_NAME, tokenOf } from './security-world.js';
import { severable, type Severable } from './severable.js';

const OUTAGE_MS = Number(process.env['WINDLASS_OUTAGE_SECONDS'] ?? '8') * 1000;
/** Longer than client-go's duration of a Lease: its holder is one no more. */
const LEASE_IS_LOST_MS = 20_000;
/** What a process may have more after two further outages: what its heap has not given back yet. */
const GROWTH_BYTES = 64 * 1024 ** 2;

jest.setTimeout(240_000 + 2 * OUTAGE_MS);

const GATEWAYS = ['served', 'restarted'] as const;

let world: World;
let way: Severable;
let controller: Controller;
let backend: Backend;
let ports: Readonly<Record<(typeof GATEWAYS)[number], number>>;
let xdsPort: number;
let served: PodEnvoy | undefined;
let restarted: PodEnvoy | undefined;
let requests: Load | undefined;
const residentBytes: number[] = [];

beforeAll(async () => {
  world = await startWorld('standard');
  const address = ownAddress();
  backend = await startBackend('web', 'http1', { address, port: 0 });
  ports = { served: await unusedPort(), restarted: await unusedPort() };
  await createService(world, 'default', 'local', { address, port: backend.port });
  for (const name of ['stays', 'goes']) await createService(world, 'default', name);
  for (const name of GATEWAYS) {
    const listeners = [{ name: 'http', port: ports[name], protocol: 'HTTP' }];
    await world.create({
      kind: 'Gateway',
      metadata: { name },
      spec: { gatewayClassName: 'windlass', listeners },
    });
    await createRoute(name, name, 'local');
  }
  await createRoute('stays', 'served', 'stays');
  await createRoute('goes', 'served', 'goes');
  way = await severable(world.server);
  xdsPort = await unusedPort();
  controller = new Controller(way.kubeconfig, ['--xds-port', String(xdsPort)]);
  await controller.ready();
  await leads(controller);
  served = await envoyOf('served');
  restarted = await envoyOf('restarted');
  for (const name of GATEWAYS) await answers(name);
}, 900_000);

afterAll(async () => {
  await requests?.end();
  await served?.stop();
  await restarted?.stop();
  await controller.dispose();
  await way.close();
  await backend.close();
  await world.dispose();
}, 60_000);

async function createRoute(name: string, gateway: string, service: string): Promise<void> {
  await world.create({
    kind: 'HTTPRoute',
    metadata: { name },
    spec: {
      parentRefs: [{ name: gateway }],
      hostnames: [`${name}.example`],
      rules: [{ backendRefs: [{ name: service, port: 80 }] }],
    },
  });
}

/** An Envoy of the Gateway, with the token of the ServiceAccount that was made for it. */
async function envoyOf(gateway: string): Promise<PodEnvoy> {
  const token = await until('its ServiceAccount', () =>
    tokenOf(world.client, 'default', `${gateway}-windlass`),
  );
  const { data } = (await until('its volume', () =>
    world.client.call({ path: `/api/v1/namespaces/default/configmaps/${gateway}-windlass` }),
  )) as { readonly data: Readonly<Record<string, string>> };
  tokens.set(gateway, { token, ca: data['ca.crt'] ?? '' });
  return await startWith(gateway);
}

const tokens = new Map<string, { readonly token: string; readonly ca: string }>();

/** With what its volumes have already: nobody needs the API server for it. */
async function startWith(gateway: string): Promise<PodEnvoy> {
  const { token, ca } = tokens.get(gateway) ?? { token: '', ca: '' };
  const fleet = `default/${gateway}`;
  return await startPodEnvoy({ fleet, pod: `${fleet}-1`, xdsPort, serverName: SERVER_NAME, ca, token });
}

async function answers(gateway: (typeof GATEWAYS)[number]): Promise<void> {
  const asked = { address: '127.0.0.1', port: ports[gateway], host: `${gateway}.example` };
  await until(`an answer through ${gateway}`, async () => {
    const { status, body } = await ask(asked);
    if (status !== 200) throw new Error(`${status} ${body}`);
    return true;
  });
}

interface Load {
  readonly failures: readonly string[];
  readonly count: () => number;
  end(): Promise<void>;
}

/** About fifty requests in a second, each over a connection of its own. */
function load(): Load {
  const failures: string[] = [];
  let count = 0;
  let isEnded = false;
  const run = async (): Promise<void> => {
    while (!isEnded) {
      count += 1;
      await ask({ address: '127.0.0.1', port: ports.served, host: 'served.example' }).then(
        ({ status }) => status !== 200 && failures.push(`status ${status}`),
        (error: unknown) => failures.push(String(error)),
      );
      await sleep(20);
    }
  };
  const running = run();
  return {
    failures,
    count: () => count,
    end: async () => {
      isEnded = true;
      await running;
    },
  };
}

/** Counters of an Envoy that grow when anything is changed or taken away. */
async function disturbances(): Promise<Readonly<Record<string, number | undefined>>> {
  const names = [
    'listener_manager.listener_modified',
    'listener_manager.listener_removed',
    'listener_manager.lds.update_success',
    'cluster_manager.cluster_modified',
    'cluster_manager.cluster_removed',
    'cluster_manager.cds.update_success',
    'control_plane.connected_state',
  ];
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await served?.stat(name)] as const)),
  );
}

const isFollowed = async (): Promise<true | undefined> => {
  const text = await controller.debug('/metrics');
  return sumOf(text, 'windlass_source_kind_state', { state: 'failing' }) === 0 || undefined;
};

describe.each([
  { round: 1, isCompacted: false },
  { round: 2, isCompacted: true },
  { round: 3, isCompacted: true },
])('outage $round of the API server, compacted: $isCompacted', ({ round, isCompacted }) => {
  it('nobody who is served notices, and a restarted Envoy finds its configuration', async () => {
    const sent = load();
    requests = sent;
    const before = await disturbances();
    way.sever();
    await world.server.stop();
    const end = performance.now() + OUTAGE_MS;

    await until(
      'it shows in the metrics',
      async () =>
        (await metric(controller, 'windlass_source_kind_state', { state: 'failing' })) > 0 || undefined,
    );
    expect(await controller.health('/readyz')).toBe(200);
    expect(await controller.debug('/cluster')).toContain('cannot be reached');
    expect(await controller.debug('/status')).toContain('"Accepted"');
    await restarted?.stop();
    restarted = await startWith('restarted');
    await answers('restarted');
    expect(await restarted.ready()).toBe(200);

    while (performance.now() < end) {
      expect(await controller.health('/readyz')).toBe(200);
      await sleep(500);
    }
    if (OUTAGE_MS > LEASE_IS_LOST_MS) expect(await metric(controller, 'windlass_leader')).toBe(0);
    expect(await disturbances()).toEqual(before);
    expect(sent.failures).toEqual([]);
  });

  it('what others did meanwhile is caught up, and statuses are written again', async () => {
    await world.server.start();
    await until('the server has all its kinds again', () => world.get('HTTPRoute', 'default', 'stays'));
    await world.remove('HTTPRoute', 'default', round === 1 ? 'goes' : `new-${round - 1}`);
    await world.patch('HTTPRoute', 'default', 'stays', { spec: { hostnames: [`changed-${round}.example`] } });
    await createRoute(`new-${round}`, 'served', 'stays');
    if (isCompacted) await world.server.compact();
    way.restore();

    const config = await until(
      'the change is served',
      async () => {
        const text = await controller.debug('/config?fleet=default/served');
        return text.includes(`changed-${round}.example`) && text.includes(`new-${round}.example`)
          ? text
          : undefined;
      },
      60_000,
      200,
    );
    expect(config).not.toContain(round === 1 ? 'goes.example' : `new-${round - 1}.example`);
    await until('all is followed again', isFollowed, 60_000, 200);
    await leads(controller);
    for (const name of ['stays', `new-${round}`]) {
      await until(
        `the status of ${name}`,
        async () => isAccepted(await world.get('HTTPRoute', 'default', name)) || undefined,
        60_000,
        200,
      );
    }
    await requests?.end();
    expect(requests?.failures).toEqual([]);
    expect(requests?.count()).toBeGreaterThan(OUTAGE_MS / 200);
    const messages = new Set(controller.log.map(({ message }) => message));
    expect([...messages]).toEqual(
      expect.arrayContaining([
        'kind cannot be followed, what is known of it stands',
        'kind is followed again',
      ]),
    );
    const { 'listener_manager.listener_removed': removed } = await disturbances();
    expect(removed).toBe(0);
    // What the control plane keeps for itself is not taken for what belongs to a Gateway that is gone.
    await world.client.call({ path: '/api/v1/namespaces/windlass-system/configmaps/windlass-xds-ca' });
    residentBytes.push(resident(controller.pid));
  });
});

it('memory is after three outages what it was after one', () => {
  const [first = 0, , third = Number.POSITIVE_INFINITY] = residentBytes;
  process.stdout.write(
    `resident after each outage: ${residentBytes.map((bytes) => Math.round(bytes / 1024 ** 2)).join(', ')} MiB\n`,
  );
  expect(third - first).toBeLessThan(GROWTH_BYTES);
});

/** API servers take no loopback address into a slice; another one of this machine is as near. */
function ownAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  const found = all.find(({ family, internal }) => family === 'IPv4' && !internal);
  if (found === undefined) throw new Error('this machine has no address but loopback ones');
  return found.address;
}

/** Bytes. Source: proc(5). */
function resident(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
}
