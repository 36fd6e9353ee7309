import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Closers } from '../src/cli/up/closers.js';
import { DIRECTORY_MODE } from '../src/cli/names.js';
import { snapshotOf } from '../src/envoy/index.js';
import { createTranslator } from '../src/routing/index.js';
import { DirectorySource } from '../src/sources/index.js';
import { NO_STATUSES, statusesOf, transition, type Statuses } from '../src/status/index.js';
import { emptyStore } from '../src/store/index.js';
import type { Snapshot } from '../src/xds/index.js';
import { until } from '../e2e/harness/until.js';
import { spreadOf } from './figures.js';
import { FLEET, otherSide, type Scenario, type Side, worldOf } from './scenarios.js';

/** What an edit passes through, in this order, up to the server. */
export const STAGES = ['source', 'store', 'routing', 'envoy', 'statuses'] as const;
type Stage = (typeof STAGES)[number];

/** Medians in milliseconds of what each room adds to an edit. */
export type Stages = Readonly<Record<Stage, number>>;

/** Lets edits of a scenario pass through the rooms in this process, without an Envoy: where the control plane's own time goes. */
export async function measureStages(
  scenario: Scenario,
  { warmUp, count }: { readonly warmUp: number; readonly count: number },
  closers: Closers,
): Promise<Stages> {
  const scratch = mkdtempSync(join(tmpdir(), 'windlass-stages-'));
  closers.add(() => rmSync(scratch, { recursive: true, force: true }));
  const directory = join(scratch, 'config');
  mkdirSync(directory);
  // Nothing listens there: nothing is asked.
  const { files, edited } = worldOf(scenario, 8080, { a: { port: 8081 }, b: { port: 8082 } });
  for (const [name, text] of Object.entries({ ...files, [edited.name]: edited.text.a })) {
    writeFileSync(join(directory, name), text);
  }
  const seen: (readonly number[])[] = [];
  const pass = pipeline();
  const source = new DirectorySource({
    paths: [directory],
    onChange: (change) => seen.push([performance.now(), ...pass(change)]),
    onDiagnostics: () => undefined, // An edit that is not taken is never seen.
  });
  closers.add(() => source.stop());
  const samples = STAGES.map((): number[] => []);
  await source.start();
  seen.length = 0;
  let side: Side = 'a';
  for (let edit = 0; edit < warmUp + count; edit += 1) {
    side = otherSide(side);
    const next = join(scratch, 'next.yaml');
    writeFileSync(next, edited.text[side]);
    renameSync(next, join(directory, edited.name));
    let before = performance.now();
    for (const [i, now] of (await until('the edit to be seen', () => seen.shift())).entries()) {
      if (edit >= warmUp) samples[i]?.push(now - before);
      before = now;
    }
  }
  return Object.fromEntries(STAGES.map((stage, i) => [stage, spreadOf(samples[i] ?? []).median])) as Record<
    Stage,
    number
  >;
}

/** The rooms between the source and the server, joined as `windlass up` joins them; each call returns when each of them was done. */
function pipeline(): (change: Parameters<ReturnType<typeof emptyStore>['apply']>[0]) => readonly number[] {
  const translator = createTranslator(DIRECTORY_MODE);
  let store = emptyStore().apply({
    observations: [{ fleet: FLEET, addresses: ['127.0.0.1'], ports: {}, portOffset: 0 }],
  });
  const snapshots = new Map<string, Snapshot>();
  let statuses: Statuses | undefined;
  let book = NO_STATUSES;
  return (change) => {
    store = store.apply(change);
    const stored = performance.now();
    const model = translator.translate(store);
    const translated = performance.now();
    for (const { fleet } of model.gateways) {
      if (fleet !== undefined) snapshots.set(fleet.id, snapshotOf(fleet, snapshots.get(fleet.id)));
    }
    const encoded = performance.now();
    statuses = statusesOf(model, new Map(), DIRECTORY_MODE.controllerName, statuses);
    book = transition(book, statuses.current, new Date());
    return [stored, translated, encoded, performance.now()];
  };
}
