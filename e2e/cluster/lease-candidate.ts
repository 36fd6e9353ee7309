// A process that competes for a Lease. Argument: a Candidacy as JSON. It writes what it is told to standard output, one JSON value for each line:
// true or false when it begins or ends to lead; and does what standard input says, line by line.
import { createInterface } from 'node:readline';
import { KubeConfig } from '@kubernetes/client-node';
import { startLeaderElection } from '../../src/kubernetes/index.js';
import { createMetrics, silentLogger } from '../../src/telemetry/index.js';

export interface Candidacy {
  readonly kubeconfig: string;
  readonly namespace: string;
  readonly name: string;
  readonly identity: string;
  readonly times: { readonly durationMs: number; readonly renewDeadlineMs: number; readonly retryMs: number };
}

const { kubeconfig, ...candidacy } = JSON.parse(process.argv[2] ?? '') as Candidacy;
const config = new KubeConfig();
config.loadFromString(kubeconfig);
const say = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`);

const election = startLeaderElection({
  ...candidacy,
  config,
  onChange: say,
  logger: silentLogger,
  metrics: createMetrics(),
});

createInterface(process.stdin).on('line', (line) => {
  const [command, ms = '0'] = line.split(' ');
  if (command === 'stop') void election.stop().then(() => process.exit(0));
  if (command === 'ask') say({ acts: election.isLeader() });
  if (command === 'block') {
    const end = performance.now() + Number(ms);
    while (performance.now() < end);
    // Nothing else has run since.
    say({ acts: election.isLeader() });
  }
});
