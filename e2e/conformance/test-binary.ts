import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { POOL, UNUSABLE_ADDRESS } from '../cluster/node/layout.js';
import { CLASS } from './install.js';
import type { Suite } from './suite-program.js';
import { PROFILES } from './suites.js';
import { TestEvents, type TestEvent } from './test-events.js';

export interface BinaryOptions {
  readonly suite: Suite;
  readonly kubeconfig: string;
  /** Of the implementation that is tested. */
  readonly version: string;
  /** One test alone, whatever features it needs; no report is written. */
  readonly only: string | undefined;
  /** Default: those that the GatewayClass says. */
  readonly features: readonly string[] | undefined;
  /** Where all output goes. */
  readonly log: string;
  readonly report: string;
  readonly onEvent: (event: TestEvent) => void;
  readonly signal: AbortSignal;
}

/** Of the pool that load balancers have theirs from, and far from where it begins. */
const USABLE = `${POOL}.250`;

/** Runs the suite and resolves with its exit code; null: a signal ended it. It ends with this process, however that ends. */
export async function runBinary(options: BinaryOptions): Promise<number | null> {
  const { suite, kubeconfig, log, onEvent, signal } = options;
  const output = createWriteStream(log);
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', suite.binary, ...flagsOf(options)], {
    env: { ...process.env, KUBECONFIG: kubeconfig },
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
    killSignal: 'SIGKILL',
  });
  const events = new TestEvents();
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    output.write(piece);
    for (const event of events.push(piece)) onEvent(event);
  });
  child.stderr.pipe(output, { end: false });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('close', resolve);
    child.once('error', (error) => (signal.aborted ? undefined : reject(error)));
  });
  for (const event of events.end()) onEvent(event);
  output.end();
  await once(output, 'close');
  return code;
}

function flagsOf({ version, only, features, report }: BinaryOptions): readonly string[] {
  return [
    // Every result is said at once, and not when all have ended.
    '-test.v=test2json',
    '-test.timeout=60m',
    ...['-test.run=^TestConformance$', '-test.paniconexit0', `-gateway-class=${CLASS}`],
    ...[`-usable-address=${USABLE}`, `-unusable-address=${UNUSABLE_ADDRESS}`],
    ...(only === undefined
      ? [
          `-conformance-profiles=${PROFILES.join(',')}`,
          `-report-output=${report}`,
          ...['-organization=windlass', '-project=windlass', '-url=https://windlass.io'],
          ...[`-version=${version}`, '-contact=https://windlass.io'],
        ]
      : [`-run-test=${only}`]),
    ...(features === undefined ? [] : [`-supported-features=${features.join(',')}`]),
  ];
}
