import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Closers } from '../src/cli/plane/closers.js';
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

/** Medians of what each room adds to an edit: milliseconds, and kilobytes allocated on the heap (the bytes of messages lie outside of it). */
export type Stages = Readonly<Record<Stage, { readonly ms: number; readonly kb: number }>>;

/** A moment: by the clock, and by the heap. */
interface Mark {
  readonly ms: number;
  readonly bytes: number;
}

function mark(): Mark {
  return { ms: performance.now(), bytes: process.memoryUsage().heapUsed };
}

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
  const seen: (readonly Mark[])[] = [];
  const pass = pipeline();
  const source = new DirectorySource({
    paths: [directory],
    onChange: (change) => seen.push([mark(), ...pass(change)]),
    onDiagnostics: () => undefined, // An edit that is not taken is never seen.
  });
  closers.add(() => source.stop());
  const samples = STAGES.map((): { readonly ms: number[]; readonly kb: number[] } => ({ ms: [], kb: [] }));
  await source.start();
  seen.length = 0;
  let side: Side = 'a';
  for (let edit = 0; edit < warmUp + count; edit += 1) {
    side = otherSide(side);
    const next = join(scratch, 'next.yaml');
    writeFileSync(next, edited.text[side]);
    renameSync(next, join(directory, edited.name));
    let before = mark();
    for (const [i, now] of (await until('the edit to be seen', () => seen.shift())).entries()) {
      if (edit >= warmUp) {
        samples[i]?.ms.push(now.ms - before.ms);
        // Where the collector ran in between, nothing can be said.
        if (now.bytes >= before.bytes) samples[i]?.kb.push((now.bytes - before.bytes) / 1000);
      }
      before = now;
    }
  }
  return Object.fromEntries(
    STAGES.map((stage, i) => {
      const { ms = [], kb = [] } = samples[i] ?? {};
      return [stage, { ms: spreadOf(ms).median, kb: spreadOf(kb).median }];
    }),
  ) as Record<Stage, Stages[Stage]>;
}

/** The rooms between the source and the server, joined as `windlass up` joins them; each call returns when each of them was done. */
function pipeline(): (change: Parameters<ReturnType<typeof emptyStore>['apply']>[0]) => readonly Mark[] {
  const translator = createTranslator(DIRECTORY_MODE);
  let store = emptyStore().apply({
    observations: [{ fleet: FLEET, addresses: ['127.0.0.1'], ports: {}, portOffset: 0 }],
  });
  const snapshots = new Map<string, Snapshot>();
  let statuses: Statuses | undefined;
  let book = NO_STATUSES;
  return (change) => {
    store = store.apply(change);
    const stored = mark();
    const model = translator.translate(store);
    const translated = mark();
    for (const { fleet } of model.gateways) {
      if (fleet !== undefined) snapshots.set(fleet.id, snapshotOf(fleet, snapshots.get(fleet.id)));
    }
    const encoded = mark();
    statuses = statusesOf(model, new Map(), DIRECTORY_MODE.controllerName, statuses);
    book = transition(book, statuses.current, new Date());
    return [stored, translated, encoded, mark()];
  };
}
