// Time from an edit to Envoy's acknowledgement and to the first right answer, beside the floor: see docs/reference/benchmarks.md.
import { parseArgs } from 'node:util';
import { Closers } from '../src/cli/plane/closers.js';
import { report } from './report.js';
import { runScenario, type Result } from './run-scenario.js';
import { SCENARIOS } from './scenarios.js';

const { values } = parseArgs({
  options: {
    output: { type: 'string', short: 'o', default: 'table' },
    only: { type: 'string', multiple: true },
    edits: { type: 'string', default: '30' },
  },
});

/** Whatever happens, it ends by then. */
const HARD_LIMIT_MS = 590_000;
/** No scenario begins later, so that those that began can end. */
const LAST_START_MS = 480_000;
/** One scenario's changes take no longer. */
const ROUNDS_LIMIT_MS = 30_000;

const closers = new Closers();
let stopping: Promise<void> | undefined;
const stop = (exitCode: number): void => {
  stopping ??= closers.close().finally(() => process.exit(exitCode));
};
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop(130));
setTimeout(() => {
  console.error('not done in time');
  stop(1);
}, HARD_LIMIT_MS).unref();

const begin = performance.now();
const usage = `usage: run.ts [-o table|json] [--edits COUNT] [--only NAME]...; names: ${SCENARIOS.map(({ name }) => name).join('; ')}`;
const unknown = values.only?.filter((wanted) => !SCENARIOS.some(({ name }) => name === wanted)) ?? [];
if (unknown.length > 0 || !(Number(values.edits) > 0) || !['table', 'json'].includes(values.output)) {
  console.error(usage);
  process.exit(2);
}
const chosen = SCENARIOS.filter(({ name }) => values.only?.includes(name) ?? true);
const results: Result[] = [];
const rounds = { warmUp: 3, count: Number(values.edits), limitMs: ROUNDS_LIMIT_MS };
for (const scenario of chosen) {
  if (performance.now() - begin > LAST_START_MS) {
    console.error(`${scenario.name}: not run, the time is up`);
    continue;
  }
  const start = performance.now();
  try {
    results.push(await runScenario(scenario, rounds, closers));
  } catch (error) {
    await stopping; // What fails because it was closed is no failure.
    throw error;
  }
  console.error(`${scenario.name}: ${((performance.now() - start) / 1000).toFixed(0)} s`);
}
console.log(values.output === 'json' ? JSON.stringify(results, undefined, 2) : report(results));
