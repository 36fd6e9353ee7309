// How soon a new Envoy is ready: all is well, or – at once – a secret is missing, a name server never answers, and a cluster is one that Envoy rejects.
import { sortedMap } from '../../src/collections/index.js';
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { snapshotOf } from '../../src/envoy/index.js';
import {
  certificate,
  cluster,
  endpoints,
  fleet,
  forward,
  httpPort,
  httpsListener,
  httpsPort,
  path,
  rule,
  share,
  virtualHost,
} from '../../src/envoy/testing/fleets.js';
import { adminOf, findEnvoy } from '../../src/infra/index.js';
import { bootstrapJson } from '../../src/infra/bootstrap/bootstrap.js';
import { silentLogger } from '../../src/telemetry/index.js';
import { buildSnapshot, XdsServer } from '../../src/xds/index.js';
import { keyPair } from '../envoy/key-pair.js';
import { startBackend } from '../harness/backend.js';
import { until } from '../harness/until.js';

const FLEET = 'shop/web';

/** One Envoy that was started, with the milliseconds until it said that it is ready. */
export interface Started {
  readonly readyMs: number;
  readonly admin: (path: string) => Promise<string>;
  /** The port bound by a listener. */
  readonly portOf: (port: 80 | 443) => Promise<number>;
  readonly stop: () => Promise<void>;
}

export interface Site {
  readonly server: XdsServer;
  /** From now on new Envoys meet this. */
  readonly serve: (state: 'healthy' | 'impaired') => void;
  readonly start: () => Promise<Started>;
  readonly close: () => Promise<void>;
}

/** @param size number of clusters and rules beside the bad ones */
export async function openSite(size: number): Promise<Site> {
  const directory = mkdtempSync(join(tmpdir(), 'windlass-ready-'));
  const socket = join(directory, 'xds.sock');
  const backend = await startBackend('good');
  // A name server that takes every question and answers none.
  const deaf = createSocket('udp4').bind(0, '127.0.0.1');
  await once(deaf, 'listening');
  const server = new XdsServer({ log: silentLogger });
  await server.listenUnix(socket, FLEET);
  const { path: binary } = await findEnvoy({ logger: silentLogger });
  let started = 0;

  const serve: Site['serve'] = (state) => {
    const impaired = state === 'impaired';
    const dns = (hostname: string) => ({ discovery: { kind: 'dns', hostname, port: 80 } }) as const;
    const good = Array.from({ length: size }, (_, i) => cluster(`good-${i}`));
    const named = cluster('named', impaired ? dns('dead.windlass.invalid') : {});
    // Half a character: what cannot be decoded is rejected.
    const odd = cluster('odd', impaired ? dns('\ud800') : {});
    const all = [...good, named, odd];
    const rules = all.map((each) =>
      rule(each.name, forward([share(each)]), { match: path('prefix', `/${each.backend.name}`) }),
    );
    const hosts = [virtualHost('*', rules)];
    const secure = ['first', 'second'].map(
      (name) => [httpsListener(name, `${name}.example`, [certificate(name, PAIR)]), hosts] as const,
    );
    const made = snapshotOf(
      fleet([httpPort(hosts, { bindPort: 0 }), httpsPort(secure, { bindPort: 0 })], {
        endpoints: sortedMap(
          all
            .filter(({ discovery }) => discovery.kind === 'endpoints')
            .map((each) => [each.name, endpoints(each.backend.name, ['127.0.0.1', backend.port])]),
        ),
      }),
    );
    const resources = Object.values(made.resources).flatMap((byName) => [...byName.values()]);
    const isMissing = (name: string): boolean => impaired && name === 'secret/shop/second';
    server.setSnapshot(
      buildSnapshot(
        FLEET,
        resources.filter(({ name }) => !isMissing(name)),
      ),
    );
  };

  const start = async (): Promise<Started> => {
    started += 1;
    const adminSocket = join(directory, `${started}.sock`);
    const config = join(directory, `${started}.json`);
    const { port } = deaf.address();
    writeFileSync(config, JSON.stringify(withNameServer(bootstrap(adminSocket, socket), port)));
    const begin = performance.now();
    const options = ['--concurrency', '1', '--disable-hot-restart', '--log-level', 'error'];
    const child = spawn(binary, ['-c', config, ...options], { stdio: 'ignore' });
    const exited = once(child, 'exit');
    const stop = async (): Promise<void> => {
      child.kill('SIGKILL');
      await exited;
    };
    const admin = adminOf(adminSocket);
    try {
      await until('the Envoy to be ready', async () =>
        (await admin.get('/ready')).trim() === 'LIVE' ? true : undefined,
      );
    } catch (thrown) {
      await stop();
      throw thrown;
    }
    const readyMs = performance.now() - begin;
    const portOf = (of: 80 | 443): Promise<number> =>
      until(`port ${of}`, async () => {
        const lines = (await admin.get('/listeners')).split('\n');
        const line = lines.find((each) => each.startsWith(`gateway/shop/web/${of}::`));
        return line === undefined ? undefined : Number(/:(\d+)$/.exec(line)?.[1]);
      });
    return { readyMs, admin: (question) => admin.get(question), portOf, stop };
  };

  const close = async (): Promise<void> => {
    await server.close();
    await backend.close();
    deaf.close();
    rmSync(directory, { recursive: true, force: true });
  };
  return { server, serve, start, close };
}

const PAIR = keyPair('ready.example');

function bootstrap(adminSocket: string, socket: string): object {
  const xds = { kind: 'socket', path: socket } as const;
  return bootstrapJson({
    fleet: FLEET,
    nodeId: 'new',
    xds,
    adminSocket,
    metricsAddress: '127.0.0.1',
    metricsPort: 0,
  }) as object;
}

function withNameServer(config: object, port: number): object {
  return {
    ...config,
    typed_dns_resolver_config: {
      name: 'envoy.network.dns_resolver.cares',
      typed_config: {
        '@type': 'type.googleapis.com/envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig',
        resolvers: [{ socket_address: { address: '127.0.0.1', port_value: port, protocol: 'UDP' } }],
      },
    },
  };
}
