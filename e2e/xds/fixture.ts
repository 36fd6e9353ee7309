import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode, encodeField, fieldNumber, type envoy } from '../../src/proto/index.js';
import { silentLogger } from '../../src/telemetry/index.js';
import {
  buildPart,
  buildResource,
  buildSection,
  buildSnapshot,
  buildWhole,
  XdsServer,
} from '../../src/xds/index.js';
import type {
  Part,
  Reference,
  Resource,
  Section,
  TakenRequests,
  XdsServerOptions,
} from '../../src/xds/index.js';
import { DeltaClient, SotwClient } from './client.js';

export const FLEET = 'shop/public';

const VIRTUAL_HOSTS = fieldNumber('envoy.config.route.v3.RouteConfiguration', 'virtualHosts');

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

/**
 * A virtual host with one route for each cluster; with a permit it may be served only while that holds, and answers 500 otherwise.
 * @param guards by cluster what requests have to pass first: the route's name
 */
export function host(
  domain: string,
  clusters: readonly string[],
  permit?: string,
  guards: Readonly<Record<string, string>> = {},
): Section {
  const part = (key: string, message: Parameters<typeof encodeRoute>[0], over: Partial<Part> = {}): Part =>
    buildPart({ key, bytes: encodeRoute(message), references: [], owner, ...over });
  const head = buildPart({
    key: 'virtualHost',
    bytes: encode('envoy.config.route.v3.VirtualHost', { name: domain, domains: [domain] }),
    references: [],
    owner,
  });
  const unusable = { match: { prefix: '/' }, directResponse: { status: 500 } };
  const takes = (key: string): TakenRequests => ({ key, excludes: () => false });
  const routesOf = clusters.map((cluster) =>
    part(
      cluster,
      { name: guards[cluster], match: { prefix: `/${cluster}` }, route: { cluster } },
      {
        takes: takes(cluster),
        references: [{ type: 'cluster', name: cluster }],
        permits: permit === undefined ? undefined : [permit],
        guard: guards[cluster],
        replacement: part(cluster, unusable, { takes: takes(cluster) }),
      },
    ),
  );
  return buildSection({
    key: domain,
    frame: VIRTUAL_HOSTS,
    parts: [head, ...routesOf],
    fallback: [head, part('unusable', unusable)],
    wider: ['*'],
  });
}

function encodeRoute(message: envoy.config.route.v3.Route): Uint8Array {
  return encodeField('envoy.config.route.v3.VirtualHost', 'routes', message);
}

/** A route table of virtual hosts. */
export function table(name: string, ...hosts: readonly Section[]): Resource {
  const bytes = encode('envoy.config.route.v3.RouteConfiguration', { name });
  const head = buildPart({ key: 'table', bytes, references: [], owner });
  return buildResource({
    type: 'routes',
    name,
    sections: [buildSection({ key: 'table', parts: [head] }), ...hosts],
  });
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
