// Runs the suite; started by run.ts inside the cluster's network. Arguments: JSON of `Inside`.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createApiClient } from '../../src/kubernetes/index.js';
import { clusterDirectory, FILES } from '../cluster/node/layout.js';
import { nodeKubeconfig } from '../cluster/node/node.js';
import { GatewayClock, watchGateways } from './gateway-times.js';
import { claimedFeatures, installDefinitions, installWindlass, removeNamespaces } from './install.js';
import { Progress } from './progress.js';
import { RECORD } from './published.js';
import { environmentOf, type RunRecord } from './record.js';
import { readReport } from './report.js';
import { conformanceSuite } from './suite-program.js';
import { releaseOf } from './suites.js';
import { Tally } from './tally.js';
import { runBinary } from './test-binary.js';
import { faultsOf, isOfMeshes } from './verdict.js';

export interface Inside {
  readonly suite: string;
  readonly only?: string;
  /** Of Windlass. */
  readonly version: string;
  readonly envoy: string;
  /** Directory for report, log and record. */
  readonly out: string;
}

const { suite: name, only, version, envoy, out } = JSON.parse(process.argv[2] ?? '{}') as Inside;
const release = releaseOf(name);
const suite = await conformanceSuite(release);
const kubeconfig = join(clusterDirectory(), FILES.kubeconfig);
const client = createApiClient(nodeKubeconfig());
const stopped = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopped.abort());
const progress = new Progress(only === undefined ? suite.tests.length : 1);
try {
  process.exitCode = await run();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  client.close();
}

async function run(): Promise<number> {
  progress.step(`definitions of ${name}, and the control plane`);
  await removeNamespaces(client, suite.namespaces, true);
  await installDefinitions(client, suite);
  await installWindlass(client);
  const claimed = await claimedFeatures(client);
  progress.step(`the suite, with ${claimed.length} features that the GatewayClass claims`);
  mkdirSync(out, { recursive: true });
  const files = { log: join(out, 'suite.log'), report: join(out, reportName(version)) };
  for (const file of only === undefined ? [files.report, join(out, RECORD)] : [])
    rmSync(file, { force: true });
  const tally = new Tally();
  const clock = new GatewayClock();
  const watch = watchGateways(client, clock);
  const begin = progress.seconds;
  const exitCode = await runBinary({
    ...{ suite, kubeconfig, version, only, ...files },
    features: only === undefined ? undefined : claimed,
    onEvent: (event) => {
      const result = tally.take(event);
      if (result !== undefined && isShown(result.test)) progress.take(result);
    },
    signal: stopped.signal,
  });
  watch.stop();
  const seconds = progress.seconds - begin;
  if (stopped.signal.aborted) {
    await removeNamespaces(client, suite.namespaces, false);
    console.log(`stopped; running: ${tally.unended.join(', ')}`);
    return 130;
  }
  return only === undefined
    ? await conclude(tally, exitCode, seconds, clock, files)
    : concludeOne(only, tally, exitCode, files.log);
}

/** With `RUN` all others are skipped. */
function isShown(test: string): boolean {
  return only === undefined || test === only;
}

function reportName(of: string): string {
  return `experimental-${of}-default-report.yaml`;
}

async function conclude(
  tally: Tally,
  exitCode: number | null,
  seconds: number,
  clock: GatewayClock,
  { log, report: file }: { readonly log: string; readonly report: string },
): Promise<number> {
  const report = existsSync(file) ? readReport(readFileSync(file, 'utf8')) : undefined;
  const faults = faultsOf({ release, tests: suite.tests, tally, exitCode, report });
  const [passed, failed] = [tally.of('passed').length, tally.of('failed').length];
  const skipped = tally.of('skipped').filter((result) => !isOfMeshes(result)).length;
  const record: RunRecord = {
    ...{ suite: name, implementation: version, command: `make conformance SUITE=${name}` },
    environment: await environmentOf(client, envoy),
    ...{ passed, failed, skipped, seconds, gateways: clock.times },
  };
  writeFileSync(join(out, RECORD), JSON.stringify(record, null, 2) + '\n');
  for (const { name: profile, core, extended } of report?.profiles ?? []) {
    const of = ({ statistics: { Passed, Failed, Skipped } }: typeof core): string =>
      `${Passed} passed, ${Failed} failed, ${Skipped} skipped`;
    console.log(`${profile.padEnd(13)} core: ${of(core)}; extended: ${extended ? of(extended) : 'none'}`);
    const unsupported = extended?.unsupportedFeatures ?? [];
    if (unsupported.length > 0) console.log(`${' '.repeat(14)}not claimed: ${unsupported.join(', ')}`);
  }
  const { medianMs, p95Ms, maxMs, count, slowest } = record.gateways;
  console.log(
    `Gateways: ${count} Programmed after ${medianMs} ms (median), ${p95Ms} ms (p95), ${maxMs} ms (${slowest})`,
  );
  for (const fault of faults) console.log(`FAULT ${fault}`);
  console.log(`${log}\n${file}\nexit code ${exitCode ?? 'none'} after ${seconds} s`);
  console.log(`${passed} passed, ${failed} failed` + (skipped > 0 ? `, ${skipped} skipped` : ''));
  return faults.length === 0 ? 0 : 1;
}

function concludeOne(test: string, tally: Tally, exitCode: number | null, log: string): number {
  const outcome = tally.results.get(test)?.outcome ?? 'without a result';
  console.log(`${test}: ${outcome}, exit code ${exitCode ?? 'none'}; ${log}`);
  return outcome === 'passed' && exitCode === 0 ? 0 : 1;
}
