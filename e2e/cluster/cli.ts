// The one-node cluster by hand: node --import ./scripts/ts.mjs e2e/cluster/cli.ts up | down | status | possible | kubectl ARGUMENTS
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { missing } from './node/kernel.js';
import { clusterDirectory, FILES } from './node/layout.js';
import { entering, nodeDown, nodeState, nodeUp, readProgress } from './node/node.js';
import { program } from './programs.js';
import { progress } from './progress.js';

const [command = '', ...rest] = process.argv.slice(2);

try {
  process.exitCode = await run();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function run(): Promise<number> {
  switch (command) {
    case 'up': {
      const line = progress();
      await nodeUp(line.say);
      line.end(
        `ready: export KUBECONFIG=${join(clusterDirectory(), FILES.kubeconfig)}, or make kubectl ARGS='get pods -A'`,
      );
      return 0;
    }
    case 'down':
      await nodeDown();
      return 0;
    case 'status':
      console.log(status());
      return nodeState() === 'ready' ? 0 : 1;
    case 'possible':
      for (const one of missing()) console.error(`no cluster can be begun here: ${one}`);
      return missing().length === 0 ? 0 : 1;
    case 'kubectl':
      return await kubectl(rest);
    default:
      console.error('usage: cli.ts up | down | status | possible | kubectl ARGUMENTS');
      return 2;
  }
}

function status(): string {
  const state = nodeState();
  switch (state) {
    case 'absent':
      return 'absent: make cluster-up';
    case 'broken':
      return 'broken: its first process has ended; make cluster-up begins anew, make cluster-down takes away what is left';
    case 'starting':
      return `starting: ${readProgress()?.doing ?? ''}`;
    case 'ready':
      return `ready: ${clusterDirectory()}`;
  }
}

async function kubectl(args: readonly string[]): Promise<number> {
  const config = join(clusterDirectory(), FILES.kubeconfig);
  const inNetwork = [...entering('network'), await program('kubectl'), '--kubeconfig', config];
  return spawnSync('nsenter', [...inNetwork, ...args], { stdio: 'inherit' }).status ?? 1;
}
