// `npm run generate`: everything that is made from vendored definitions and kept out of git. Each step is idempotent.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { generateSchemas } from './schemas.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = `${root}node_modules/.bin`;
const env = { ...process.env, PATH: `${bin}:${process.env['PATH'] ?? ''}` };

/** src/proto/gen: codecs and types of the Envoy API, from proto/. */
async function protos() {
  await promisify(execFile)(`${bin}/buf`, ['generate', '--template', 'proto/buf.gen.yaml'], {
    cwd: root,
    env,
  });
}

for (const step of [protos, generateSchemas]) {
  const start = performance.now();
  await step();
  console.log(`generate ${step.name}: ${Math.round(performance.now() - start)} ms`);
}
