import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { adminOf, findEnvoy } from '../../src/infra/index.js';
import { silentLogger } from '../../src/telemetry/index.js';
import { type Backend, startBackend } from '../harness/backend.js';
import { ask } from '../harness/request.js';
import { until } from '../harness/until.js';
import { Standalone } from '../harness/windlass.js';
import { documents, everythingTo, gateway, service } from '../harness/yaml.js';

const port = 8080;
let windlass: Standalone;
let backend: Backend;
let address: string;
const started: ChildProcess[] = [];

const route = everythingTo('good', 'edge');

beforeAll(async () => {
  backend = await startBackend('good');
  windlass = new Standalone({
    'all.yaml': documents(gateway('edge', port), service('good', backend.port), route),
  });
  await windlass.start();
  address = await windlass.address('edge');
}, 60_000);

afterAll(async () => {
  for (const envoy of started) {
    if (envoy.exitCode !== null || envoy.signalCode !== null) continue;
    const ended = new Promise((resolve) => envoy.once('exit', resolve));
    envoy.kill('SIGKILL');
    await ended;
  }
  await windlass.dispose();
  await backend.close();
}, 60_000);

function bootstrapFile(): string {
  const [file] = readdirSync(windlass.runDirectory, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith(join('external', 'bootstrap.json')),
  );
  if (file === undefined) throw new Error('no bootstrap for Envoys of others');
  return join(windlass.runDirectory, file);
}

async function startEnvoy(bootstrap: string): Promise<void> {
  const { path } = await findEnvoy({ logger: silentLogger });
  started.push(
    spawn(path, ['-c', bootstrap, '--disable-hot-restart', '--concurrency', '1'], { stdio: 'ignore' }),
  );
}

describe('an Envoy started by hand with the documented bootstrap', () => {
  it("gets its fleet's configuration over the xDS port and serves it", async () => {
    const bootstrap = await until('the bootstrap', () => bootstrapFile());
    expect(statSync(bootstrap).mode & 0o077).toBe(0);
    await startEnvoy(bootstrap);
    const admin = adminOf(join(dirname(bootstrap), 'admin.sock'));
    await until('the second Envoy to be ready', async () =>
      (await admin.get('/ready')).trim() === 'LIVE' ? true : undefined,
    );
    const { streams } = await until('two current streams', async () => {
      const fleets = (await (await fetch(`${windlass.debugUrl()}/fleets`)).json()) as readonly {
        readonly streams: readonly { readonly current: boolean }[];
      }[];
      return fleets.find(
        (fleet) => fleet.streams.length === 2 && fleet.streams.every(({ current }) => current),
      );
    });
    expect(streams).toHaveLength(2);

    // Both Envoys own the address: the system shares new connections between them.
    for (let i = 0; i < 100; i += 1)
      expect((await ask({ address, port, host: 'a.example' })).status).toBe(200);
    const served = /^http\..*8080.*\.downstream_rq_2xx: (\d+)$/m.exec(
      await admin.get('/stats?filter=downstream_rq_2xx'),
    );
    expect(Number(served?.[1])).toBeGreaterThan(0);
  }, 60_000);

  it('gets nothing with another token', async () => {
    const bootstrap = bootstrapFile();
    const copy = join(windlass.scratch, 'stranger.json');
    const token = join(dirname(bootstrap), 'token');
    const secret = join(windlass.scratch, 'token-secret.json');
    writeFileSync(join(windlass.scratch, 'token'), 'A'.repeat(43));
    const secretFile = readdirSync(dirname(bootstrap)).find(
      (name) => name.includes('token') && name.endsWith('.json'),
    );
    const secretText = readFileSync(join(dirname(bootstrap), secretFile ?? ''), 'utf8');
    writeFileSync(secret, secretText.replaceAll(token, join(windlass.scratch, 'token')));
    writeFileSync(
      copy,
      readFileSync(bootstrap, 'utf8')
        .replaceAll(join(dirname(bootstrap), secretFile ?? ''), secret)
        .replaceAll(join(dirname(bootstrap), 'admin.sock'), join(windlass.scratch, 'stranger.sock')),
    );
    await startEnvoy(copy);
    await until('the refusal', () => (windlass.log.includes('xds stream refused') ? true : undefined));
    const admin = adminOf(join(windlass.scratch, 'stranger.sock'));
    expect(await admin.get('/listeners')).not.toContain('8080');
    expect((await admin.get('/clusters')).includes('default_good_80')).toBe(false);
  }, 60_000);
});
