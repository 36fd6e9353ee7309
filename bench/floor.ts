import { type ChildProcess, fork, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ask } from '../e2e/harness/request.js';
import { until } from '../e2e/harness/until.js';
import type { Closers } from '../src/cli/plane/closers.js';
import { decode, encode } from '../src/proto/index.js';
import { commandLine } from './process-figures.js';
import type { Product } from './product.js';
import { CLUSTER, ENDPOINTS, LISTENER, ROUTES, type RawResource, type RawTables } from './resources.js';
import { otherSide, type Side, type TableState } from './scenarios.js';
import type { Subject } from './subject.js';

const SERVER = join(import.meta.dirname, 'floor-server.ts');
const HOOKS = new URL('../scripts/ts.mjs', import.meta.url).href;

/**
 * What no control plane can beat: another Envoy, started like the product's, and a bare server that writes the product's own bytes, encoded
 * beforehand, when it is told which. Only the port of the listener is another.
 */
export async function startFloor(
  product: Product,
  states: Readonly<Record<TableState, RawTables>>,
  port: number,
  closers: Closers,
): Promise<Subject> {
  const directory = mkdtempSync(join(tmpdir(), 'windlass-floor-'));
  const children: ChildProcess[] = [];
  closers.add(async () => {
    await Promise.all(children.map(ended));
    rmSync(directory, { recursive: true, force: true });
  });
  writeAnswers(directory, states, port);
  const nacks: string[] = [];
  const server = fork(SERVER, [join(directory, 'xds.sock'), directory], { execArgv: ['--import', HOOKS] });
  children.push(server);
  await new Promise<void>((resolve, reject) => {
    server.once('exit', (code) => reject(new Error(`the floor's server ended with ${code}`)));
    server.on('message', (message: { ready?: true; nack?: string }) => {
      if (message.ready === true) resolve();
      if (message.nack !== undefined) nacks.push(message.nack);
    });
  });
  children.push(startEnvoy(directory, product));
  const { request } = product;
  await until('the first answer of the floor', async () => {
    if (nacks.length > 0) throw new Error(nacks.join('; '));
    return (await ask({ address: '127.0.0.1', port, ...request })).body === 'a' || undefined;
  });
  let side: Side = 'a';
  let churnedTo: Side = 'a';
  if (server.pid === undefined) throw new Error("the floor's server did not start");
  return {
    pid: server.pid,
    adminSocket: join(directory, 'admin.sock'),
    port,
    request,
    prepare: () => undefined,
    change: (to) => {
      side = to;
      server.send(`${side}${churnedTo}`);
    },
    arrivedAt: () => Promise.resolve(undefined),
    churn:
      product.churn &&
      (() => {
        churnedTo = otherSide(churnedTo);
        server.send(`${side}${churnedTo}`);
      }),
  };
}

/** The same binary, arguments and bootstrap, in another directory. */
function startEnvoy(directory: string, product: Product): ChildProcess {
  const [command = '', ...args] = commandLine(product.envoyPid);
  const elsewhere = (text: string): string => text.replaceAll(product.fleetDirectory, directory);
  const bootstrap = JSON.parse(
    elsewhere(readFileSync(join(product.fleetDirectory, 'bootstrap.json'), 'utf8')),
  ) as Bootstrap;
  for (const { address } of bootstrap.staticResources.listeners) address.socketAddress.portValue = 0;
  writeFileSync(join(directory, 'bootstrap.json'), JSON.stringify(bootstrap));
  const log = openSync(join(directory, 'envoy.log'), 'w');
  const child = spawn(command, args.map(elsewhere), { stdio: ['ignore', log, log] });
  closeSync(log);
  return child;
}

interface Bootstrap {
  readonly staticResources: {
    readonly listeners: readonly { readonly address: { readonly socketAddress: { portValue?: number } } }[];
  };
}

/** One file for each response that the floor's server gives. */
function writeAnswers(
  directory: string,
  states: Readonly<Record<TableState, RawTables>>,
  port: number,
): void {
  const { aa, ...others } = states;
  for (const type of [CLUSTER, ENDPOINTS, LISTENER]) {
    if (Object.values(others).some((other) => versions(other, type) !== versions(aa, type)))
      throw new Error(`the edit changes more than the route table: ${type}`);
  }
  const write = (name: string, type: string, table: ReadonlyMap<string, RawResource> | undefined): void =>
    writeFileSync(join(directory, `${name}.bin`), response(type, table ?? new Map()));
  write('clusters', CLUSTER, aa.get(CLUSTER));
  write('endpoints', ENDPOINTS, aa.get(ENDPOINTS));
  write('listeners', LISTENER, onPort(aa.get(LISTENER), port));
  for (const [state, tables] of Object.entries(states)) write(`routes-${state}`, ROUTES, tables.get(ROUTES));
}

function versions(tables: RawTables, type: string): string {
  return JSON.stringify([...(tables.get(type) ?? [])].map(([name, { version }]) => [name, version]).sort());
}

function response(typeUrl: string, table: ReadonlyMap<string, RawResource>): Uint8Array {
  const resources = [...table].map(([name, { version, bytes }]) => ({
    name,
    version,
    resource: { typeUrl, value: bytes },
  }));
  return encode('envoy.service.discovery.v3.DeltaDiscoveryResponse', { typeUrl, nonce: 'floor', resources });
}

function onPort(
  listeners: ReadonlyMap<string, RawResource> | undefined,
  port: number,
): ReadonlyMap<string, RawResource> {
  const type = 'envoy.config.listener.v3.Listener';
  return new Map(
    [...(listeners ?? [])].map(([name, { version, bytes }]) => {
      const address = { socketAddress: { address: '127.0.0.1', portValue: port } };
      return [name, { version, bytes: encode(type, { ...decode(type, bytes), address }) }];
    }),
  );
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await exit;
}
