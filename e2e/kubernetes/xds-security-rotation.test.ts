// Tokens, CAs and serving certificates end and are replaced, as kubelet replaces files: Envoys connect again, none is started anew, and no request fails.
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createApiClient, type ApiClient } from '../../src/kubernetes/index.js';
import { startApiServer, type ApiServer } from '../cluster/api-server.js';
import { startBackend, type Backend } from '../harness/backend.js';
import { startLoad } from '../harness/request.js';
import { until } from '../harness/until.js';
import { startPodEnvoy, type PodEnvoy } from './pod-envoy.js';
import {
  ending,
  NAMESPACE,
  populate,
  SERVER_NAME,
  startReplica,
  tokenOf,
  type Replica,
} from './security-world.js';

const FLEET = 'shop/edge';

let server: ApiServer;
let admin: ApiClient;
let backend: Backend;
let ownToken: string;
const started: { stop: () => Promise<void> }[] = [];
jest.setTimeout(180_000);

beforeAll(async () => {
  server = await startApiServer();
  admin = createApiClient(server.kubeconfig);
  await populate(admin);
  backend = await startBackend('shop');
  ownToken = await tokenOf(admin, NAMESPACE, 'windlass', '');
}, 900_000);

afterEach(async () => {
  for (const one of started.splice(0)) await one.stop();
});

afterAll(async () => {
  admin.close();
  await backend.close();
  await server.dispose();
}, 60_000);

async function replicaWith(options: Parameters<typeof startReplica>[3]): Promise<Replica> {
  const replica = await startReplica(server, ownToken, backend.port, options);
  started.push({ stop: replica.close });
  return replica;
}

async function envoyOf(replica: Replica, token: string): Promise<PodEnvoy> {
  const envoy = await startPodEnvoy({
    fleet: FLEET,
    pod: 'shop/edge-1',
    xdsPort: replica.port,
    serverName: SERVER_NAME,
    ca: replica.security.bundle(),
    token,
  });
  started.unshift(envoy);
  await until('it is ready', async () => ((await envoy.ready()) === 200 ? true : undefined));
  return envoy;
}

const connected = ({ xds }: Replica, count: number): Promise<true> =>
  until(`${count} streams`, () => (xds.summary(FLEET).connected === count ? true : undefined));

describe('a token that ends', () => {
  it('takes its stream with it; with the next one in its file the Envoy is back', async () => {
    const replica = await replicaWith({});
    const end = (Math.floor(Date.now() / 1000) + 8) * 1000;
    const envoy = await envoyOf(replica, ending(await tokenOf(admin, 'shop', 'edge'), end, server));
    const load = startLoad(
      { address: '127.0.0.1', port: await envoy.port(FLEET), host: 'any.example' },
      { limitMs: 60_000 },
    );
    await connected(replica, 1);
    await until('the end of the stream', () => (replica.xds.counters().aged > 0 ? true : undefined));
    expect(Date.now()).toBeLessThanOrEqual(end);
    await until('it is refused with what has ended', () =>
      (replica.xds.counters().refusals['expired'] ?? 0) > 0 ? true : undefined,
    );
    expect(replica.xds.summary(FLEET).connected).toBe(0);
    envoy.setToken(await tokenOf(admin, 'shop', 'edge'));
    await connected(replica, 1);
    expect(await load.stop()).toMatchObject({ failed: 0 });
    expect(envoy.isRunning()).toBe(true);
  });
});

describe('CAs and serving certificates', () => {
  it('are renewed by all replicas together, and an Envoy whose bundle comes late never meets one it does not trust', async () => {
    // The second CA is made after 16 s, signs after 20 s, and is alone after 24 s; the third one comes after 32 s.
    const limits = { authorityLifeMs: 24_000, servingLifeMs: 4_000, lookMs: 200 };
    // A stream ends after a second or two, and the next one comes on a connection of its own.
    const xds = { maxAgeMs: 1_500, ageGraceMs: 200 };
    await admin
      .call({ method: 'DELETE', path: `/api/v1/namespaces/${NAMESPACE}/secrets/windlass-xds-ca` })
      .catch(() => undefined);
    const replica = await replicaWith({ limits, xds });
    const other = await replicaWith({ limits, xds });
    const first = replica.security.bundle();
    expect(other.security.bundle()).toBe(first);
    const token = await tokenOf(admin, 'shop', 'edge');
    const envoy = await envoyOf(replica, token);
    const forgotten = await envoyOf(replica, token);
    const bundles = [first];
    const late: NodeJS.Timeout[] = [];
    replica.security.onBundle((bundle) => {
      bundles.push(bundle);
      // Kubelet takes its time.
      late.push(setTimeout(() => envoy.setCa(bundle), 2_000));
    });
    const load = startLoad(
      { address: '127.0.0.1', port: await envoy.port(FLEET), host: 'any.example' },
      { limitMs: 90_000, workers: 2 },
    );
    await until('the third CA', () => (bundles.length >= 4 ? true : undefined), 60_000);
    for (const timer of late) clearTimeout(timer);

    const certificates = bundles.map((bundle) => bundle.split(/(?<=END CERTIFICATE-----\n)/));
    expect(certificates.map(({ length }) => length)).toEqual([1, 2, 1, 2]);
    expect(certificates[1]?.[0]).toBe(certificates[0]?.[0]);
    expect(certificates[2]?.[0]).toBe(certificates[1]?.[1]);
    expect(certificates[3]?.[0]).toBe(certificates[2]?.[0]);
    await until('the other replica has them, too', () =>
      other.security.bundle() === replica.security.bundle() ? true : undefined,
    );
    const renewed = replica.logged.filter((line) => line.includes('serving certificate renewed'));
    expect(renewed.length).toBeGreaterThan(8);
    expect(replica.logged.filter((line) => line.startsWith('error'))).toEqual([]);

    expect(await envoy.stat('cluster.windlass-xds.ssl.handshake')).toBeGreaterThan(8);
    expect(await envoy.stat('cluster.windlass-xds.ssl.fail_verify_error')).toBe(0);
    expect(await envoy.stat('cluster.windlass-xds.ssl.connection_error')).toBe(0);
    // The control: without the new bundle there is no connection any more; what it has, it goes on serving.
    expect(await forgotten.stat('cluster.windlass-xds.ssl.fail_verify_error')).toBeGreaterThan(0);
    expect(await forgotten.ready()).toBe(200);
    expect(await load.stop()).toMatchObject({ failed: 0 });
    for (const one of [envoy, forgotten]) expect(one.isRunning()).toBe(true);
  });
});
