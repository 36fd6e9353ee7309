import { Server, ServerCredentials } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findEnvoy, writeRemoteBootstrap, type RemoteBootstrap } from '../src/infra/index.js';
import { ADS } from '../src/proto/index.js';
import { silentLogger } from '../src/telemetry/index.js';
import { keyPair } from './envoy/key-pair.js';
import { until } from './harness/until.js';

const scratch = mkdtempSync(join(tmpdir(), 'windlass-remote-'));
const serverName = 'windlass-xds';

/** An ADS server that ends every stream at once, and keeps who came. */
async function startServer(port: number, pair: ReturnType<typeof keyPair>, seen: string[]) {
  const server = new Server();
  const note = (call: {
    metadata: { get(name: string): unknown[] };
    end(): void;
    on(e: 'data', f: () => void): void;
  }) => {
    seen.push(call.metadata.get('authorization').join());
    call.on('data', () => call.end());
  };
  server.addService(ADS, { StreamAggregatedResources: note, DeltaAggregatedResources: note });
  const chain = { private_key: Buffer.from(pair.key), cert_chain: Buffer.from(pair.certificate) };
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createSsl(null, [chain]), (error, got) =>
      error === null ? resolve(got) : reject(error),
    );
  });
  return { port: bound, stop: () => server.forceShutdown() };
}

describe('an Envoy that others start with the documented bootstrap', () => {
  const seen: string[] = [];
  let pair = keyPair(serverName);
  let server: Awaited<ReturnType<typeof startServer>>;
  let files: RemoteBootstrap;
  let envoy: ChildProcess;
  let log = '';

  const write = (token: string, ca: string): Promise<RemoteBootstrap> =>
    writeRemoteBootstrap({
      directory: join(scratch, 'edge'),
      fleet: 'default/edge',
      host: '127.0.0.1',
      port: server.port,
      serverName,
      ca,
      token,
      metricsPort: 0,
    });

  beforeAll(async () => {
    server = await startServer(0, pair, seen);
    files = await write('first', pair.certificate);
    const { path } = await findEnvoy({ logger: silentLogger });
    envoy = spawn(
      path,
      ['-c', files.bootstrap, '--disable-hot-restart', '--concurrency', '1', '--log-level', 'warning'],
      {
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    envoy.stderr?.on('data', (chunk: Buffer) => (log += chunk.toString()));
  }, 30_000);

  afterAll(async () => {
    if (envoy.exitCode === null && envoy.signalCode === null) {
      envoy.kill('SIGKILL');
      await once(envoy, 'exit');
    }
    server.stop();
    rmSync(scratch, { recursive: true, force: true });
  });

  it('presents its token over TLS', async () => {
    expect(await until('a stream', () => seen.at(-1), 8_000)).toBe('Bearer first');
  }, 30_000);

  it('presents a token that was replaced in its file on the next stream, without a restart', async () => {
    await write('second', pair.certificate);
    await until('the new token', () => (seen.at(-1) === 'Bearer second' ? true : undefined), 6_000);
    expect(envoy.exitCode).toBeNull();
  }, 30_000);

  it('trusts a CA that was replaced in its file, without a restart', async () => {
    server.stop();
    const { port } = server;
    pair = keyPair(serverName);
    seen.length = 0;
    server = await startServer(port, pair, seen);
    await write('third', pair.certificate);
    await until(
      'a stream to the new server',
      () => (seen.at(-1) === 'Bearer third' ? true : undefined),
      6_000,
    );
    expect(envoy.exitCode).toBeNull();
  }, 30_000);

  it('says nothing of unknown or deprecated fields', () => {
    expect(log).not.toMatch(/deprecated|unknown field/i);
  });

  it('has files that only their owner can read', () => {
    const modes = readdirSync(join(scratch, 'edge')).map(
      (name) => statSync(join(scratch, 'edge', name)).mode & 0o077,
    );
    expect(modes.filter((mode) => mode !== 0)).toEqual([]);
  });
});
