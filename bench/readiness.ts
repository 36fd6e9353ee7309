// How soon a new Envoy is ready while a secret is missing, a name server never answers and a cluster is rejected, beside a start where all is well:
// `node --import ./scripts/ts.mjs bench/readiness.ts [ROUNDS]`.
import { openSite, type Site } from '../e2e/readiness/site.js';
import { spreadOf } from './figures.js';
import { figure, tableText } from './table.js';

const CLUSTERS = 100;
const rounds = Number(process.argv[2] ?? 10);

/** A server of its own for each start that is to meet the bad cluster first. */
async function startOnce(state: 'healthy' | 'impaired', known: Site | undefined): Promise<number> {
  const site = known ?? (await openSite(CLUSTERS));
  try {
    site.serve(state);
    const envoy = await site.start();
    await envoy.stop();
    return envoy.readyMs;
  } finally {
    if (known === undefined) await site.close();
  }
}

const healthy: number[] = [];
const first: number[] = [];
const later: number[] = [];
const known = await openSite(CLUSTERS);
try {
  await startOnce('impaired', known);
  for (let round = 0; round < rounds; round += 1) {
    healthy.push(await startOnce('healthy', undefined));
    first.push(await startOnce('impaired', undefined));
    later.push(await startOnce('impaired', known));
  }
} finally {
  await known.close();
}

const floor = spreadOf(healthy).median;
const row = (name: string, samples: readonly number[]): string[] => {
  const { median, p95 } = spreadOf(samples);
  return [name, figure(median), figure(p95), figure(median / floor)];
};
console.log(
  tableText(
    [`a new Envoy, ${CLUSTERS} clusters`, 'ready ms', 'p95', 'ratio'],
    [
      row('all is well', healthy),
      row('impaired, the cluster rejected before', later),
      row('impaired, it is the first to reject it', first),
    ],
  ),
);
