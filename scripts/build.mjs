// Compiles src/ to dist/ and copies the generated codecs and schemas, which tsc does not emit.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, rmSync } from 'node:fs';

rmSync('dist', { recursive: true, force: true });
const tsc = spawnSync('tsc', ['-p', 'tsconfig.build.json'], { stdio: 'inherit' });
if (tsc.status !== 0) process.exit(tsc.status ?? 1);
for (const room of ['proto', 'resources']) {
  if (existsSync(`src/${room}/gen`)) {
    cpSync(`src/${room}/gen`, `dist/${room}/gen`, {
      recursive: true,
      filter: (path) => !path.endsWith('.d.ts'),
    });
  }
}
