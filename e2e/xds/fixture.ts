import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode } from '../../src/proto/index.js';
import { silentLogger } from '../../src/telemetry/index.js';
import { buildSnapshot, buildWhole, XdsServer, type Reference, type Resource } from '../../src/xds/index.js';
import type { XdsServerOptions } from '../../src/xds/index.js';
import { DeltaClient, SotwClient } from './client.js';

export const FLEET = 'shop/public';

const owner = { object: 'Gateway shop/public', at: '' };

/** `edition` makes another content under the same name; with `eds` the cluster's endpoints are a resource of its name. */
export function cluster(name: string, edition = 1, secrets: readonly string[] = [], eds = false): Resource {
  const references: Reference[] = secrets.map((secret) => ({ type: 'secret', name: secret }));
  if (eds) references.push({ type: 'endpoints', name });
  const bytes = encode('envoy.config.cluster.v3.Cluster', { name, connectTimeout: { seconds: edition } });
  return buildWhole({ type: 'cluster', name, bytes, references, owner });
}

export function endpoints(name: string, edition = 1): Resource {
  const bytes = encode('envoy.config.endpoint.v3.ClusterLoadAssignment', {
    clusterName: name,
    policy: { overprovisioningFactor: { value: edition } },
  });
  return buildWhole({ type: 'endpoints', name, bytes, references: [], owner });
}

export function listener(name: string, edition = 1, references: readonly Reference[] = []): Resource {
  const bytes = encode('envoy.config.listener.v3.Listener', { name, statPrefix: String(edition) });
  return buildWhole({ type: 'listener', name, bytes, references, owner });
}

export function routes(name: string, edition = 1, clusters: readonly string[] = []): Resource {
  const references: Reference[] = clusters.map((each) => ({ type: 'cluster', name: each }));
  const bytes = encode('envoy.config.route.v3.RouteConfiguration', {
    name,
    internalOnlyHeaders: [String(edition)],
  });
  return buildWhole({ type: 'routes', name, bytes, references, owner });
}

export function secret(name: string, edition = 1): Resource {
  const bytes = encode('envoy.extensions.transport_sockets.tls.v3.Secret', {
    name,
    genericSecret: { secret: { inlineString: String(edition) } },
  });
  return buildWhole({ type: 'secret', name, bytes, references: [], owner });
}

/** A server on a unix socket of its own, and clients of it; `close` ends them all. */
export interface Fixture {
  readonly server: XdsServer;
  readonly socket: string;
  readonly set: (...resources: readonly Resource[]) => void;
  readonly delta: () => DeltaClient;
  readonly sotw: () => SotwClient;
  readonly close: () => Promise<void>;
}

export async function fixture(options: Partial<XdsServerOptions> = {}): Promise<Fixture> {
  const directory = mkdtempSync(join(tmpdir(), 'windlass-xds-'));
  const socket = join(directory, 'xds.sock');
  const server = new XdsServer({
    log: silentLogger,
    ...options,
    limits: { removalGraceMs: 0, ...options.limits },
  });
  await server.listenUnix(socket, FLEET);
  const clients: { close: () => void }[] = [];
  const add = <C extends { close: () => void }>(client: C): C => {
    clients.push(client);
    return client;
  };
  return {
    server,
    socket,
    set: (...resources) => server.setSnapshot(buildSnapshot(FLEET, resources)),
    delta: () => add(new DeltaClient({ address: `unix:${socket}` })),
    sotw: () => add(new SotwClient({ address: `unix:${socket}` })),
    close: async () => {
      for (const client of clients) client.close();
      await server.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
