// `make leak`: many changes through the real pipeline, from objects to the acknowledgements of scripted Envoys in another process, and the
// memory of the control plane after each few thousand of them. Exits with 1 when it is not flat. Options: --changes, --every; WINDLASS_SEED.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { randomOf } from '../e2e/churn/random.js';
import { Changes, staying } from './leak-changes.js';
import { startPipeline, type Pipeline } from './leak-pipeline.js';
import { collected, GROWTH_LIMIT_BYTES, growthOf, type Memory } from './leak-memory.js';
import { figure, tableText } from './table.js';

/** Changes between two waits for every acknowledgement: many enough that pushes meet changes under way. */
const BURST = 40;

const { values } = parseArgs({
  options: {
    changes: { type: 'string', default: '100000' },
    every: { type: 'string', default: '5000' },
  },
});
const changes = Number(values.changes);
const every = Number(values.every);
const seed = Number(process.env['WINDLASS_SEED'] ?? 20261121);
console.log(`leak: ${changes} changes, seed ${seed}`);

const scratch = mkdtempSync(join(tmpdir(), 'windlass-leak-'));
process.once('exit', () => rmSync(scratch, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
const envoys = fork(join(import.meta.dirname, 'leak-client.ts'));
const pipeline = startPipeline(scratch, envoys);
try {
  const samples = await run(pipeline);
  process.exitCode = report(samples, pipeline) ? 0 : 1;
} finally {
  await pipeline.close();
  envoys.disconnect();
  await once(envoys, 'exit');
}

interface Sample extends Memory {
  readonly changes: number;
  readonly seconds: number;
}

async function run({ plane, turn, current, look }: Pipeline): Promise<readonly Sample[]> {
  const visit = new Changes(randomOf(seed));
  plane.apply({ upserts: staying() });
  plane.begin();
  await current();
  const samples: Sample[] = [];
  const begin = performance.now();
  for (let done = 1; done <= changes; done += 1) {
    plane.apply(visit.next());
    await turn();
    if (done % BURST === 0) await current();
    if (done % every !== 0) continue;
    // Always of the same set, so that what differs is what was left behind.
    plane.apply(visit.restore());
    await turn();
    await current();
    await look();
    const sample = { changes: done, seconds: (performance.now() - begin) / 1000, ...(await collected()) };
    samples.push(sample);
    console.error(`${done} changes, heap ${figure(sample.heap / 1e6)} MB, ${figure(sample.seconds)} s`);
  }
  return samples;
}

function report(samples: readonly Sample[], { server }: Pipeline): boolean {
  const mb = (bytes: number): string => (bytes / 1e6).toFixed(2);
  console.log(
    tableText(
      ['changes', 'seconds', 'heap MB', 'external MB', 'RSS MB'],
      samples.map((s) => [String(s.changes), figure(s.seconds), mb(s.heap), mb(s.external), mb(s.rss)]),
    ),
  );
  const { streams, types } = server.counters();
  const sum = (of: 'pushes' | 'acks' | 'nacks'): number =>
    Object.values(types).reduce((total, counts) => total + counts[of], 0);
  console.log(`${streams} streams, ${sum('pushes')} pushes, ${sum('acks')} ACKs, ${sum('nacks')} NACKs`);
  const growth = growthOf(samples);
  const limit = mb(GROWTH_LIMIT_BYTES);
  const flat = growth.heap <= GROWTH_LIMIT_BYTES && growth.external <= GROWTH_LIMIT_BYTES;
  const verdict = flat ? 'flat' : 'NOT FLAT';
  console.log(
    `Over the second half the trend of the heap is ${mb(growth.heap)} MB, of external memory ${mb(growth.external)} MB (at most ${limit} each): ${verdict}. RSS: ${mb(growth.rss)} MB.`,
  );
  return flat;
}
