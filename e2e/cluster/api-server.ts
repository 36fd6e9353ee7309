import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { createApiClient } from '../../src/kubernetes/index.js';
import { until } from '../harness/until.js';
import { auditArguments } from './audit.js';
import { program } from './programs.js';

/** A real kube-apiserver with its etcd, on loopback. */
export interface ApiServer {
  readonly url: string;
  /** Of an administrator. */
  readonly kubeconfig: KubeConfig;
  /** Where its logs are. */
  readonly directory: string;
  /** Ends it; etcd stays. */
  stop(): Promise<void>;
  /** Begins it again on the same port. */
  start(): Promise<void>;
  /** Forgets all history: watches that go on from it are refused. */
  compact(): Promise<void>;
  dispose(): Promise<void>;
}

const START_MS = 60_000;

export interface ApiServerOptions {
  /** The requests of ServiceAccounts are written down: see `audit.ts`. */
  readonly audit?: boolean;
}

export async function startApiServer({ audit = false }: ApiServerOptions = {}): Promise<ApiServer> {
  const directory = mkdtempSync(join(tmpdir(), 'windlass-cluster-'));
  const [client, peer, port] = [await freePort(), await freePort(), await freePort()];
  const token = randomBytes(16).toString('hex');
  const key = join(directory, 'service-account.key');
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  writeFileSync(key, privateKey.export({ type: 'pkcs1', format: 'pem' }));
  writeFileSync(join(directory, 'tokens.csv'), `${token},admin,admin,system:masters\n`);
  const url = `https://127.0.0.1:${port}`;
  const etcdUrl = `http://127.0.0.1:${client}`;

  const begin = (name: string, path: string, args: readonly string[]): ChildProcess => {
    const child = spawn(path, args, { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] });
    const log = createWriteStream(join(directory, `${name}.log`), { flags: 'a' });
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    return child;
  };
  const etcd = begin('etcd', await program('etcd'), [
    ...['--data-dir', join(directory, 'etcd'), '--unsafe-no-fsync'],
    ...['--listen-client-urls', etcdUrl, '--advertise-client-urls', etcdUrl],
    ...['--listen-peer-urls', `http://127.0.0.1:${peer}`],
    ...['--log-level', 'warn'],
  ]);
  const path = await program('kube-apiserver');
  const kubeconfig = new KubeConfig();
  let server: ChildProcess | undefined;

  const start = async (): Promise<void> => {
    const child = begin('kube-apiserver', path, [
      ...['--etcd-servers', etcdUrl, '--cert-dir', join(directory, 'certificates')],
      ...['--bind-address', '127.0.0.1', '--secure-port', String(port)],
      ...['--advertise-address', '198.18.0.1', '--endpoint-reconciler-type', 'none'],
      ...['--service-cluster-ip-range', '198.19.0.0/17', '--authorization-mode', 'RBAC'],
      ...['--token-auth-file', join(directory, 'tokens.csv')],
      ...['--service-account-issuer', 'https://kubernetes.default.svc'],
      ...['--service-account-key-file', key, '--service-account-signing-key-file', key],
      ...['--api-audiences', 'https://kubernetes.default.svc'],
      // Its own start is not throttled by what it reads back.
      ...['--enable-priority-and-fairness=false'],
      ...(audit ? auditArguments(directory) : []),
    ]);
    server = child;
    await until(
      'the API server is ready',
      async () => {
        if (child.exitCode !== null) throw new Error(tail(join(directory, 'kube-apiserver.log')));
        kubeconfig.loadFromClusterAndUser(
          { name: 'test', server: url, skipTLSVerify: false, caData: certificateOf(directory) },
          { name: 'admin', token },
        );
        return await isReady(kubeconfig);
      },
      START_MS,
    );
  };

  const stop = async (): Promise<void> => {
    await ended(server);
    server = undefined;
  };
  const api = {
    url,
    kubeconfig,
    directory,
    start,
    stop,
    compact: () => compact(etcdUrl),
    dispose: async () => {
      await stop();
      await ended(etcd);
      rmSync(directory, { recursive: true, force: true });
    },
  };
  try {
    await start();
  } catch (error) {
    await api.dispose();
    throw error;
  }
  return api;
}

async function isReady(kubeconfig: KubeConfig): Promise<true | undefined> {
  const client = createApiClient(kubeconfig);
  try {
    // The first namespace is made when the server's own start has ended.
    await client.call({ path: '/api/v1/namespaces/default' });
    return true;
  } finally {
    client.close();
  }
}

/** The server makes its certificate itself; whoever signed it is in the same file. */
function certificateOf(directory: string): string {
  return readFileSync(join(directory, 'certificates', 'apiserver.crt')).toString('base64');
}

async function compact(etcdUrl: string): Promise<void> {
  const ask = async (path: string, body: object): Promise<unknown> => {
    const response = await fetch(`${etcdUrl}/v3/kv/${path}`, { method: 'POST', body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`etcd: ${response.status} ${await response.text()}`);
    return await response.json();
  };
  const { header } = (await ask('range', { key: 'AA==', limit: '1' })) as {
    readonly header: { readonly revision: string };
  };
  await ask('compaction', { revision: header.revision, physical: true });
}

async function ended(child: ChildProcess | undefined): Promise<void> {
  if (child?.exitCode !== null || child.signalCode !== null) return;
  const closed = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
  await closed;
  clearTimeout(timer);
}

function tail(file: string): string {
  return readFileSync(file, 'utf8').split('\n').slice(-15).join('\n');
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
