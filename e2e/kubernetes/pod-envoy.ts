import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adminOf, findEnvoy } from '../../src/infra/index.js';
import { podBootstrapFiles, type PodBootstrapOptions } from '../../src/infra/kubernetes/bootstrap.js';
import { silentLogger } from '../../src/telemetry/index.js';
import { unusedPort } from '../harness/port.js';
import { until } from '../harness/until.js';
import { writeVolume } from './volume.js';

export interface PodEnvoyOptions {
  readonly fleet: string;
  readonly pod: string;
  readonly xdsPort: number;
  readonly serverName: string;
  readonly ca: string;
  readonly token: string;
  /** Its files instead of those of a pod; the first one is for `envoy -c`. */
  readonly files?: (paths: PodBootstrapOptions) => Readonly<Record<string, string>>;
}

/** A real Envoy, started as its container would be, with its volumes as kubelet writes them. */
export interface PodEnvoy {
  setCa(ca: string): void;
  setToken(token: string): void;
  /** Its status on the metrics port. */
  ready(): Promise<number>;
  /** The status of a path on the metrics port. */
  exposed(path: string): Promise<number>;
  /** All that came by xDS: names of clusters and listeners, sorted. */
  dynamic(): Promise<readonly string[]>;
  /** A counter or gauge of its own. */
  stat(name: string): Promise<number>;
  /** The port that a listener has bound. */
  port(listener: string): Promise<number>;
  log(): string;
  isRunning(): boolean;
  stop(): Promise<void>;
}

interface ConfigDump {
  readonly configs: readonly {
    readonly dynamic_listeners?: readonly { readonly name: string }[];
    readonly dynamic_active_clusters?: readonly { readonly cluster: { readonly name: string } }[];
  }[];
}

interface Listeners {
  readonly listener_statuses?: readonly {
    readonly name: string;
    readonly local_address: { readonly socket_address: { readonly port_value: number } };
  }[];
}

export async function startPodEnvoy(options: PodEnvoyOptions): Promise<PodEnvoy> {
  const { fleet, pod, xdsPort, serverName } = options;
  const root = mkdtempSync(join(tmpdir(), 'windlass-pod-'));
  const volume = { config: join(root, 'config'), ca: join(root, 'ca'), token: join(root, 'token') };
  const adminSocket = join(root, 'admin.sock');
  const metricsPort = await unusedPort();
  const setCa = (ca: string): void => writeVolume(volume.ca, { 'ca.crt': ca });
  const setToken = (token: string): void => writeVolume(volume.token, { token });
  setCa(options.ca);
  setToken(options.token);
  const files = (options.files ?? podBootstrapFiles)({
    fleet,
    // Of two addresses only one answers: that of the other family is refused.
    xdsHost: 'localhost',
    xdsPort,
    serverName,
    caFile: join(volume.ca, 'ca.crt'),
    tokenFile: join(volume.token, 'token'),
    directory: volume.config,
    metricsAddress: '127.0.0.1',
    metricsPort,
    adminSocket,
  });
  writeVolume(volume.config, files);
  const [bootstrap = ''] = Object.keys(files);
  const { path } = await findEnvoy({ logger: silentLogger });
  const child = spawn(
    path,
    [
      ...['-c', join(volume.config, bootstrap), '--service-node', pod],
      ...['--disable-hot-restart', '--concurrency', '1', '--log-level', 'warning'],
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const exited = once(child, 'exit');
  const admin = adminOf(adminSocket);
  await until('the admin interface', async () => await admin.get('/server_info')).catch((error: unknown) => {
    throw new Error(`${String(error)}\n${log.slice(-2000)}`);
  });
  const exposed = async (path: string): Promise<number> => {
    const response = await fetch(`http://127.0.0.1:${metricsPort}${path}`);
    await response.arrayBuffer();
    return response.status;
  };
  return {
    setCa,
    setToken,
    ready: () => exposed('/ready'),
    exposed,
    dynamic: async () => {
      const { configs } = JSON.parse(await admin.get('/config_dump')) as ConfigDump;
      return configs
        .flatMap(({ dynamic_listeners = [], dynamic_active_clusters = [] }) => [
          ...dynamic_listeners.map(({ name }) => name),
          ...dynamic_active_clusters.map(({ cluster }) => cluster.name),
        ])
        .toSorted();
    },
    stat: async (name) => {
      const line = (await admin.get(`/stats?filter=^${name}$`)).trim();
      return line === '' ? 0 : Number(line.slice(line.lastIndexOf(' ') + 1));
    },
    port: (listener) =>
      until(`the listener ${listener}`, async () => {
        const { listener_statuses: bound } = JSON.parse(
          await admin.get('/listeners?format=json'),
        ) as Listeners;
        return bound?.find(({ name }) => name === listener)?.local_address.socket_address.port_value;
      }),
    log: () => log,
    isRunning: () => child.exitCode === null && child.signalCode === null,
    stop: async () => {
      child.kill('SIGKILL');
      await exited;
      rmSync(root, { recursive: true, force: true });
    },
  };
}
