// Tests on the one-node cluster: begins it, gives it images, definitions and the chart of this work tree, and runs jest in its network.
// node --import ./scripts/ts.mjs e2e/k8s/run.ts [PATTERN OF TEST FILES]
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { clusterDirectory, FILES } from '../cluster/node/layout.js';
import { entering, nodeUp } from '../cluster/node/node.js';
import { importProduct, installProduct } from '../cluster/product.js';
import { program } from '../cluster/programs.js';
import { progress } from '../cluster/progress.js';
import { importCollector } from './otel-collector.js';

const ROOT = join(import.meta.dirname, '..', '..');
const pattern = process.argv[2] ?? 'e2e/k8s';
const line = progress();

await nodeUp(line.say);
line.say('images of the product');
await importProduct();
line.say('image of the collector');
await importCollector();
line.say('helm');
await program('helm');
line.say('definitions of the Gateway API');
await apply(join(ROOT, 'schemas', 'gateway-api-1.7.0', 'experimental'));
await apply(join(ROOT, 'schemas', 'windlass'));
line.say('the chart');
await installProduct();
line.end('tests');
process.exitCode = jest();

async function apply(path: string): Promise<void> {
  const config = ['--kubeconfig', join(clusterDirectory(), FILES.kubeconfig)];
  const inNetwork = [...entering('network'), await program('kubectl'), ...config];
  const { status, stderr } = spawnSync(
    'nsenter',
    [...inNetwork, 'apply', '--server-side', '--force-conflicts', '-f', path],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`kubectl apply -f ${path}: ${stderr}`);
}

/** One file after the other: they share two processors, and the control plane. */
function jest(): number {
  const { status } = spawnSync(
    'nsenter',
    [
      ...[...entering('network'), process.execPath, '--experimental-vm-modules'],
      ...['--disable-warning=ExperimentalWarning', join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js')],
      ...['--selectProjects', 'k8s', '--runInBand', '--testPathPatterns', pattern],
    ],
    { cwd: ROOT, stdio: 'inherit' },
  );
  return status ?? 1;
}
