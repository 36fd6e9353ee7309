// The official conformance suite against Windlass in the one-node cluster, which is begun where there is none.
// node --import ./scripts/ts.mjs e2e/conformance/run.ts [--suite v1.7.0] [--run TEST] [--out build/conformance]
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { productVersion } from '../../scripts/images/images.js';
import { writeImage } from '../../scripts/images/oci.js';
import { findEnvoy } from '../../src/infra/index.js';
import { silentLogger } from '../../src/telemetry/index.js';
import { importImage } from '../cluster/node/images.js';
import { clusterDirectory } from '../cluster/node/layout.js';
import { entering, nodeUp } from '../cluster/node/node.js';
import { importProduct } from '../cluster/product.js';
import { program } from '../cluster/programs.js';
import { progress } from '../cluster/progress.js';
import type { Inside } from './inside.js';
import { suiteImages } from './suite-images.js';
import { conformanceSuite } from './suite-program.js';
import { releaseOf } from './suites.js';

const { values } = parseArgs({
  options: {
    suite: { type: 'string', default: 'v1.7.0' },
    run: { type: 'string', default: '' },
    out: { type: 'string', default: 'build/conformance' },
  },
});

try {
  process.exitCode = await run();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function run(): Promise<number> {
  const line = progress();
  const release = releaseOf(values.suite);
  line.say(`the suite ${release.version} (built from source once, some minutes)`);
  const suite = await conformanceSuite(release);
  if (values.run !== '' && !suite.tests.includes(values.run))
    throw new Error(`the suite ${release.version} has no test ${values.run}`);
  await nodeUp(line.say);
  // Inside the cluster's network nothing can be fetched.
  await program('helm', (making) => line.say(`${making} (built from source once, some minutes)`));
  line.say('images of Windlass');
  await importProduct();
  line.say('images of the suite');
  const images = join(clusterDirectory(), 'images', `conformance-${release.version}`);
  mkdirSync(images, { recursive: true });
  for (const image of await suiteImages(suite)) importImage(writeImage(image, images).archive);
  line.end('cluster and images are there');
  return await inside({
    suite: release.version,
    ...(values.run !== '' && { only: values.run }),
    version: `v${productVersion()}`,
    envoy: (await findEnvoy({ given: '', logger: silentLogger })).version,
    out: resolve(values.out, release.version),
  });
}

/** Goes on in the network of the cluster, and ends there when this ends, however that may be. */
async function inside(options: Inside): Promise<number> {
  const node = [process.execPath, '--import', './scripts/ts.mjs', join(import.meta.dirname, 'inside.ts')];
  const child = spawn(
    'setpriv',
    ['--pdeathsig', 'KILL', 'nsenter', ...entering('network'), ...node, JSON.stringify(options)],
    { cwd: join(import.meta.dirname, '..', '..'), stdio: 'inherit' },
  );
  // A terminal tells both; of a signal that only this one gets the other must hear.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return await new Promise((done, fail) => {
    child.once('error', fail);
    child.once('close', (code) => done(code ?? 1));
  });
}
