// `make bench-cluster-scale`: a real API server takes many HTTPRoutes and Services as fast as it can, while `windlass controller` follows, and writes the
// status of each. ROUTES and SERVICES in the environment make it smaller.
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

import { Controller } from '../e2e/cluster/controller.js';
import { until } from '../e2e/harness/until.js';
import {
  createService,
  isAccepted,
  leads,
  metric,
  pathOf,
  startWorld,
  sumOf,
  type Found,
  type World,
} from '../e2e/kubernetes/controller-world.js';

const ROUTES = Number(process.env['ROUTES'] ?? '5000');
const SERVICES = Number(process.env['SERVICES'] ?? '500');
/** Requests at a time: beyond this the API server takes no more of them in a second. */
const WRITERS = 16;
const DEADLINE_MS = 15 * 60_000;
const QUIET_MS = 5000;
const KINDS = ['GatewayClass', 'Gateway', 'HTTPRoute'] as const;

const world = await startWorld('standard');
const controllers: Controller[] = [];
try {
  await run(world);
} finally {
  for (const controller of controllers) await controller.dispose();
  await world.dispose();
}

async function run({ client, server }: World): Promise<void> {
  const listeners = [
    { name: 'http', port: 80, protocol: 'HTTP' },
    { name: 'internal', port: 8080, protocol: 'HTTP' },
  ];
  await world.create({
    kind: 'Gateway',
    metadata: { name: 'gw' },
    spec: { gatewayClassName: 'windlass', listeners },
  });
  const controller = new Controller(server.kubeconfig);
  controllers.push(controller);
  await controller.ready();
  await leads(controller);
  await quiet(controller);
  const [memoryBefore, putsBefore] = [memory(controller.pid, 'VmRSS'), await puts(world)];

  const start = performance.now();
  await each(SERVICES, (index) => createService(world, 'default', `service-${index}`));
  await each(ROUTES, createRoute);
  const takenMs = performance.now() - start;
  await until(
    'all have a status',
    async () =>
      (await metric(controller, 'windlass_status_writes_total', { kind: 'HTTPRoute', result: 'written' })) >=
        ROUTES || undefined,
    DEADLINE_MS,
    250,
  );
  const { items } = await until(
    'all are accepted',
    async () => {
      const list = (await client.call({ path: pathOf('HTTPRoute', 'default') })) as {
        readonly items: readonly Found[];
      };
      return list.items.length === ROUTES && list.items.every(isAccepted) ? list : undefined;
    },
    DEADLINE_MS,
    250,
  );
  const acceptedMs = performance.now() - start;
  await quiet(controller);

  print(`${items.length} HTTPRoutes and ${SERVICES} Services with a slice each`);
  print(
    `taken by the API server: ${seconds(takenMs)} s; all Accepted: ${seconds(acceptedMs)} s, ${(acceptedMs / takenMs).toFixed(2)} times as long`,
  );
  const metrics = await controller.debug('/metrics');
  for (const kind of KINDS) {
    const count = (result: string): number =>
      sumOf(metrics, 'windlass_status_writes_total', { kind, result });
    print(
      `statuses of ${kind}: ${count('written')} written, ${count('conflict')} conflicts, ${count('failed')} failed`,
    );
  }
  print(`status requests that the API server counted: ${(await puts(world)) - putsBefore}`);
  print(`translations: ${sumOf(metrics, 'windlass_translations_total')}`);
  print(
    `memory of the controller: ${memoryBefore} MiB before, ${memory(controller.pid, 'VmRSS')} MiB now, ${memory(controller.pid, 'VmHWM')} MiB at most`,
  );

  const before = await written(controller);
  const changed = performance.now();
  await world.patch('HTTPRoute', 'default', 'route-7', { spec: { hostnames: ['changed.example'] } });
  await until(
    'the change is accepted',
    async () => isAccepted(await world.get('HTTPRoute', 'default', 'route-7')) || undefined,
    DEADLINE_MS,
    5,
  );
  const changeMs = performance.now() - changed;
  await quiet(controller);
  print(
    `one change afterwards: Accepted of its generation after ${Math.round(changeMs)} ms, ${(await written(controller)) - before} status writes`,
  );
}

async function createRoute(index: number): Promise<void> {
  await world.create({
    kind: 'HTTPRoute',
    metadata: { name: `route-${index}` },
    spec: {
      parentRefs: [{ name: 'gw', sectionName: 'http' }],
      hostnames: [`route-${index}.example`],
      rules: [
        {
          matches: [{ path: { type: 'PathPrefix', value: '/' } }],
          backendRefs: [{ name: `service-${index % SERVICES}`, port: 80 }],
        },
      ],
    },
  });
}

async function each(count: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const writer = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) await work(index);
  };
  await Promise.all(Array.from({ length: WRITERS }, writer));
}

async function written(controller: Controller): Promise<number> {
  return await metric(controller, 'windlass_status_writes_total', { result: 'written' });
}

/** Until nothing has been written for a while. */
async function quiet(controller: Controller): Promise<void> {
  let [last, since] = [-1, performance.now()];
  const deadline = performance.now() + DEADLINE_MS;
  while (performance.now() - since < QUIET_MS) {
    if (performance.now() > deadline) throw new Error(`statuses are still written, ${last} so far`);
    const now = await written(controller);
    if (now !== last) [last, since] = [now, performance.now()];
    await sleep(250);
  }
}

/** Requests for statuses of our kinds, as the API server itself counts them. */
async function puts({ client }: World): Promise<number> {
  const counted = await text(await client.stream({ path: '/metrics', accept: 'text/plain' }));
  const group = 'gateway.networking.k8s.io';
  const of = (verb: string): number =>
    sumOf(counted, 'apiserver_request_total', { group, subresource: 'status', verb });
  return of('PUT') + of('PATCH') + of('APPLY');
}

/** MiB. Source: proc(5). */
function memory(pid: number, field: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1024);
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
