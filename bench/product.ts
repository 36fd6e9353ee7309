import { existsSync, globSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Standalone } from '../e2e/harness/windlass.js';
import { until } from '../e2e/harness/until.js';
import { ask } from '../e2e/harness/request.js';
import { commandLine } from './process-figures.js';
import type { Closers } from '../src/cli/plane/closers.js';
import type { Subject } from './subject.js';
import { FLEET, otherSide, type Side, type World } from './scenarios.js';

/** A `windlass up` on the files of a world, with side `a` in force; ended by `closers`. */
export interface Product extends Subject {
  readonly envoyPid: number;
  /** The files of its Envoy. */
  readonly fleetDirectory: string;
  readonly xdsSocket: string;
  /** From the start of the command to the first right answer by the last route, in milliseconds. */
  readonly startMs: number;
}

const START_DEADLINE_MS = 60_000;
const STOP_DEADLINE_MS = 20_000;

export async function startProduct(world: World, port: number, closers: Closers): Promise<Product> {
  const { files, edited, churned, request } = world;
  const standalone = new Standalone({
    ...files,
    [edited.name]: edited.text.a,
    ...(churned && { [churned.name]: churned.text.a }),
  });
  closers.add(async () => {
    const envoyPid = stateOf(standalone.runDirectory)?.process?.pid;
    const stuck = setTimeout(() => void standalone.end('SIGKILL'), STOP_DEADLINE_MS);
    await standalone.end();
    clearTimeout(stuck);
    if (envoyPid !== undefined) endLeftover(envoyPid, standalone.runDirectory);
    await standalone.dispose();
  });
  const start = performance.now();
  await standalone.start('--log-level', 'warn');
  await until(
    'the first right answer',
    async () => (await ask({ address: '127.0.0.1', port, ...request })).body === 'a' || undefined,
    START_DEADLINE_MS,
  );
  const startMs = performance.now() - start;
  await standalone.address('bench');
  const state = stateOf(standalone.runDirectory);
  const envoyPid = state?.process?.pid;
  if (state === undefined || envoyPid === undefined)
    throw new Error(`no Envoy in ${standalone.runDirectory}`);
  // Beside the directory, not in it: what is measured is the one event of the rename.
  const prepared = join(standalone.scratch, 'next.yaml');
  let churnedTo: Side = 'a';
  return {
    pid: standalone.pid,
    envoyPid,
    fleetDirectory: state.directory,
    xdsSocket: join(state.directory, 'xds.sock'),
    adminSocket: join(state.directory, 'admin.sock'),
    port,
    request,
    startMs,
    prepare: (side) => writeFileSync(prepared, edited.text[side]),
    change: () => renameSync(prepared, join(standalone.directory, edited.name)),
    arrivedAt: () => arrivalOf(`HTTPRoute default/${edited.route}`, standalone.debugUrl()),
    churn:
      churned &&
      (() => {
        churnedTo = otherSide(churnedTo);
        standalone.write(churned.name, churned.text[churnedTo]);
      }),
  };
}

/** The product's own record of when the object last changed (`/timeline`): whole milliseconds. */
async function arrivalOf(object: string, debugUrl: string): Promise<number> {
  const entries = (await (await fetch(`${debugUrl}/timeline?last=200`)).json()) as readonly {
    readonly at: string;
    readonly objects: readonly { readonly object: string }[];
  }[];
  const entry = entries.find(({ objects }) => objects.some((one) => one.object === object));
  if (entry === undefined) throw new Error(`no change of ${object} in the timeline`);
  return Date.parse(entry.at) + 0.5;
}

interface FleetState {
  readonly directory: string;
  readonly process?: { readonly pid: number };
}

/** What the run directory says of the Gateway's Envoy. */
function stateOf(runDirectory: string): FleetState | undefined {
  return globSync(join(runDirectory, '*', 'state.json'))
    .map((path) => ({
      ...(JSON.parse(readFileSync(path, 'utf8')) as { fleet: string; process?: { pid: number } }),
      directory: dirname(path),
    }))
    .find(({ fleet }) => fleet === FLEET);
}

/** An Envoy outlives a control plane that was killed: nothing may stay behind. */
function endLeftover(pid: number, runDirectory: string): void {
  if (existsSync(`/proc/${pid}`) && commandLine(pid).some((word) => word.startsWith(runDirectory))) {
    process.kill(pid, 'SIGKILL');
  }
}
