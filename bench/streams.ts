// Many Envoys on one control plane: one change of 3,000 routes reaches 1,000 streams (scripted clients in another process), then all of
// them reconnect at once. Reported beside the same for one stream: `node --import ./scripts/ts.mjs bench/streams.ts [STREAMS]...`.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSliceMeter } from './slice-meter.js';
import { DIRECTORY_MODE } from '../src/cli/names.js';
import { snapshotOf } from '../src/envoy/index.js';
import { ingest, type KnownObject } from '../src/resources/index.js';
import { createTranslator } from '../src/routing/index.js';
import { emptyStore } from '../src/store/index.js';
import { silentLogger } from '../src/telemetry/index.js';
import { XdsServer } from '../src/xds/index.js';
import { residentMb } from './process-figures.js';
import { figure, tableText } from './table.js';

const ROUTES = 3_000;
const FLEET = 'default/edge';
/** Whatever happens, each step ends by then. */
const STEP_LIMIT_MS = 120_000;

const counts = process.argv.slice(2).map(Number);
const scratch = mkdtempSync(join(tmpdir(), 'windlass-streams-'));
const translator = createTranslator(DIRECTORY_MODE);
const rows: string[][] = [];
try {
  for (const count of counts.length > 0 ? counts : [1, 1_000]) await measure(count);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
console.log(
  tableText(
    [
      'streams',
      'step',
      'last ACK ms',
      'CPU s',
      'sent MB',
      'loop late ms',
      'loop work ms',
      'RSS MB',
      'peak MB',
    ],
    rows,
  ),
);
process.exit(0);

async function measure(count: number): Promise<void> {
  let store = emptyStore().apply({
    upserts: [gateway(), service(), ...Array.from({ length: ROUTES }, (_, i) => route(i, 0))],
    observations: [{ fleet: FLEET, addresses: ['127.0.0.1'], ports: {}, portOffset: 0 }],
  });
  const server = new XdsServer({ log: silentLogger });
  const socket = join(scratch, `${count}.sock`);
  const serve = (): void => {
    const fleet = translator.translate(store).gateways[0]?.fleet;
    if (fleet === undefined) throw new Error('the Gateway serves nothing');
    server.setSnapshot(snapshotOf(fleet));
  };
  serve();
  await server.listenUnix(socket, FLEET);
  const clients = fork(join(import.meta.dirname, 'streams-clients.ts'), [socket, String(count)]);
  const slices = createSliceMeter();

  const step = async (name: string, act: () => void): Promise<void> => {
    const sent = bytesSent(server);
    const cpu = process.cpuUsage();
    slices.reset();
    const begin = performance.now();
    act();
    await message(clients, 'done');
    await currentEverywhere(server, count);
    const took = performance.now() - begin;
    const { user, system } = process.cpuUsage(cpu);
    const memory = residentMb(process.pid);
    rows.push([
      String(count),
      name,
      figure(took),
      figure((user + system) / 1e6),
      figure((bytesSent(server) - sent) / 1e6),
      figure(slices.longest().lateMs),
      figure(slices.longest().workMs),
      figure(memory.now),
      figure(memory.peak),
    ]);
  };

  await step('connect', () => clients.send({ step: 'connect' }));
  for (const weight of [1, 2, 3]) {
    await step('one change', () => {
      clients.send({ step: 'expect', version: String(weight) });
      store = store.apply({ upserts: [route(0, weight)] });
      serve();
    });
  }
  await step('reconnect', () => clients.send({ step: 'reconnect' }));
  clients.send({ step: 'end' });
  await once(clients, 'exit');
  slices.stop();
  await server.close();
}

async function currentEverywhere(server: XdsServer, count: number): Promise<void> {
  const end = performance.now() + STEP_LIMIT_MS;
  while (server.summary(FLEET).current < count) {
    if (performance.now() > end)
      throw new Error(`${server.summary(FLEET).current} of ${count} streams are current`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function message(child: ChildProcess, wanted: string): Promise<void> {
  const signal = AbortSignal.timeout(STEP_LIMIT_MS);
  for (;;) {
    const [got] = (await once(child, 'message', { signal })) as [unknown];
    if (got === wanted) return;
  }
}

function bytesSent(server: XdsServer): number {
  return Object.values(server.counters().types).reduce((sum, { bytes }) => sum + bytes, 0);
}

function admitted(raw: unknown): KnownObject {
  const { object, faults } = ingest(raw);
  if (object === undefined) throw new Error(JSON.stringify(faults));
  return object;
}

function gateway(): KnownObject {
  return admitted({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { name: 'edge' },
    spec: { gatewayClassName: 'windlass', listeners: [{ name: 'http', port: 8080, protocol: 'HTTP' }] },
  });
}

function service(): KnownObject {
  return admitted({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'app' },
    spec: { ports: [{ name: 'http', port: 80 }] },
  });
}

/** One lean route on a host of its own; `header` is what changes. */
function route(index: number, header: number): KnownObject {
  return admitted({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name: `route-${index}` },
    spec: {
      parentRefs: [{ name: 'edge' }],
      hostnames: [`h${index}.example.com`],
      rules: [
        {
          filters: [
            {
              type: 'ResponseHeaderModifier',
              responseHeaderModifier: { set: [{ name: 'x-edit', value: String(header) }] },
            },
          ],
          backendRefs: [{ name: 'app', port: 80 }],
        },
      ],
    },
  });
}
