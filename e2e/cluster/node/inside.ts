// Runs below the first process of the cluster's namespaces: makes network and mounts, starts every program of the node, keeps it running, and gives
// addresses to load balancers. node --import ./scripts/ts.mjs e2e/cluster/node/inside.ts DIRECTORY
import { execFileSync, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { closeSync, mkdirSync, openSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { createApiClient, type ApiClient } from '../../../src/kubernetes/index.js';
import { until } from '../../harness/until.js';
import { program, type Program } from '../programs.js';
import { FILES, NODE, NODE_ADDRESS } from './layout.js';
import { startLoadBalancer } from './load-balancer.js';
import type { NodeProgress } from './node.js';
import { sandboxArchive } from './sandbox.js';
import { certificateOf, credentials, programArguments, settingsFiles } from './settings.js';

const START_MS = 120_000;
const AGAIN_MS = 1000;

const directory = process.argv[2] ?? '';
const at = (name: string): string => join(directory, name);

process.on('uncaughtException', (error) => {
  // With this process everything in the namespaces ends, and whoever waits reads why.
  console.error(error);
  process.exit(1);
});

tell('network and mounts');
mounts();
network();

tell('the API server');
const { tokens, kubeconfigs } = credentials();
write('tokens.csv', tokens);
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
write('service-account.key', privateKey.export({ type: 'pkcs1', format: 'pem' }).toString());
for (const [name, text] of Object.entries(settingsFiles(directory))) write(name, text);
const args = programArguments(directory);
await keep('etcd');
await keep('kube-apiserver');
const ca = await until('the API server’s certificate', () => certificateOf(directory), START_MS, 50);
write('ca.crt', ca);
for (const [name, text] of Object.entries(kubeconfigs(ca))) write(name, text);
const client = administrator();
await until('the API server', () => client.call({ path: '/api/v1/namespaces/default' }), START_MS, 100);

tell('the controllers of Kubernetes, and DNS');
await keep('kube-controller-manager');
await keep('kube-scheduler');
await keep('coredns');
startLoadBalancer(client);

tell('containerd');
keepRunning('containerd', 'containerd', args.containerd);
const sandbox = await sandboxArchive(directory);
await until(
  'the image of sandboxes',
  () => {
    execFileSync('ctr', ['-n', 'k8s.io', 'images', 'import', sandbox], { stdio: 'pipe' });
    return true;
  },
  START_MS,
  200,
);

tell('the node');
await keep('kubelet');
await keep('kube-proxy');
await until('the node is ready', async () => ((await isNodeReady()) ? true : undefined), START_MS, 200);
tell('ready', true);

/** One of the programs that are built from source. */
async function keep(name: Program & keyof typeof args): Promise<void> {
  keepRunning(name, await program(name), args[name]);
}

/** Starts a program, and starts it again when it ends. */
function keepRunning(name: string, path: string, with_: readonly string[]): void {
  const log = openSync(at(`${FILES.logs}/${name}.log`), 'a');
  const child = spawn(path, with_, { cwd: directory, stdio: ['ignore', log, log] });
  closeSync(log);
  child.once('error', (error) => {
    throw error;
  });
  child.once('exit', (code, signal) => {
    console.log(`${name} ended (${signal ?? String(code)}) and is started again`);
    setTimeout(() => keepRunning(name, path, with_), AGAIN_MS);
  });
}

function mounts(): void {
  // Sockets, network namespaces of pods and what is mounted for them: gone with the namespace.
  run('mount', '-t', 'tmpfs', 'tmpfs', '/run');
  mkdirSync('/run/lock');
  mkdirSync(at('pod-logs'));
  run('mount', '--bind', at('pod-logs'), '/var/log');
}

function network(): void {
  run('ip', 'link', 'set', 'lo', 'up');
  // A wire both of whose ends are here: an interface with an address and a route, and no way out.
  run('ip', 'link', 'add', 'node0', 'type', 'veth', 'peer', 'name', 'node1');
  run('ip', 'address', 'add', `${NODE_ADDRESS}/24`, 'dev', 'node0');
  for (const end of ['node0', 'node1']) run('ip', 'link', 'set', end, 'up');
  run('ip', 'route', 'add', 'default', 'dev', 'node0');
  writeFileSync('/proc/sys/net/ipv4/ip_forward', '1');
}

async function isNodeReady(): Promise<boolean> {
  const { status } = (await client.call({ path: `/api/v1/nodes/${NODE}` })) as {
    readonly status: { readonly conditions: readonly { readonly type: string; readonly status: string }[] };
  };
  return status.conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True');
}

function administrator(): ApiClient {
  const config = new KubeConfig();
  config.loadFromFile(at(FILES.kubeconfig));
  return createApiClient(config);
}

function tell(doing: string, isReady = false): void {
  const progress: NodeProgress = { doing, isReady };
  write(`${FILES.progress}.new`, JSON.stringify(progress));
  renameSync(at(`${FILES.progress}.new`), at(FILES.progress));
}

function write(name: string, text: string): void {
  mkdirSync(dirname(at(name)), { recursive: true });
  writeFileSync(at(name), text, { mode: 0o600 });
}

function run(command: string, ...arguments_: readonly string[]): void {
  execFileSync(command, arguments_, { stdio: ['ignore', 'inherit', 'inherit'] });
}
