// Makes the images of the control plane and of Envoy without an engine: OCI layouts, and archives that `docker load` and `ctr images import` take.
// node --import ./scripts/ts.mjs scripts/images.ts [--out build/images] [--prefix registry.example/] [--tag VERSION] [--only windlass|windlass-envoy]
import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { findEnvoy } from '../src/infra/index.js';
import { createLogger } from '../src/telemetry/index.js';
import { controlPlane, envoyImage, productVersion } from './images/images.js';
import { writeImage } from './images/oci.js';

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: 'build/images' },
    prefix: { type: 'string', default: '' },
    tag: { type: 'string', default: productVersion() },
    only: { type: 'string', default: '' },
  },
});
const cache = process.env['WINDLASS_CACHE_DIR'] ?? join(homedir(), '.cache', 'windlass');
const out = resolve(values.out);
mkdirSync(out, { recursive: true });
const options = { prefix: values.prefix, tag: values.tag, cache };
const logger = createLogger({ level: 'warn', format: 'text' });

if (values.only !== 'windlass-envoy') print(writeImage(controlPlane(options), out));
if (values.only !== 'windlass') {
  const environment = { ...process.env, WINDLASS_CACHE_DIR: cache };
  const envoy = await findEnvoy({ given: '', environment, logger });
  print(writeImage(envoyImage(options, envoy.path), out));
}

function print({ name, digest, archive }: ReturnType<typeof writeImage>): void {
  console.log(`${name} ${digest} ${archive}`);
}
