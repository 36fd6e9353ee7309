// A real Envoy on the real server, with a configuration that has everything in it: it accepts all, and gets nothing that it has.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from '@jest/globals';
import { snapshotOf } from '../../src/envoy/index.js';
import type { Fleet } from '../../src/routing/index.js';
import { findEnvoy } from '../../src/infra/index.js';
import { silentLogger } from '../../src/telemetry/index.js';
import { XdsServer, type Snapshot } from '../../src/xds/index.js';
import { richFleet } from '../envoy/rich-fleet.js';
import { until } from '../harness/until.js';
import { fixture, FLEET, type Fixture } from './fixture.js';

const TIMEOUT_MS = 60_000;
const OTHERS = ['cluster', 'listener', 'routes', 'secret'] as const;

let ads: Fixture | undefined;
let second: XdsServer | undefined;
let envoy: ChildProcess | undefined;
let exited: Promise<unknown> | undefined;
afterEach(async () => {
  envoy?.kill('SIGKILL');
  await exited;
  await second?.close();
  await ads?.close();
}, TIMEOUT_MS);

const adminOf = (socket: string): string => `${socket}.admin`;

function bootstrap(socket: string, api_type: string): object {
  const source = { ads: {}, resource_api_version: 'V3', initial_fetch_timeout: '0s' };
  const http2 = 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions';
  return {
    node: { id: 'envoy-1', cluster: 'test' },
    admin: { address: { pipe: { path: adminOf(socket) } } },
    dynamic_resources: {
      lds_config: source,
      cds_config: source,
      ads_config: {
        api_type,
        transport_api_version: 'V3',
        set_node_on_first_message_only: true,
        grpc_services: [{ envoy_grpc: { cluster_name: 'xds' } }],
      },
    },
    static_resources: {
      clusters: [
        {
          name: 'xds',
          type: 'STATIC',
          typed_extension_protocol_options: {
            'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
              '@type': http2,
              explicit_http_config: { http2_protocol_options: {} },
            },
          },
          load_assignment: {
            cluster_name: 'xds',
            endpoints: [{ lb_endpoints: [{ endpoint: { address: { pipe: { path: socket } } } }] }],
          },
        },
      ],
    },
  };
}

const fleetOf = (port: number): Fleet => richFleet({ plain: port, h2c: port, websocket: port });
const resourcesOf = (port: number) => snapshotOf(fleetOf(port)).resources;

const everything: Snapshot = { fleet: FLEET, resources: resourcesOf(1) };
const otherEndpoints: Snapshot = {
  fleet: FLEET,
  resources: { ...everything.resources, endpoints: resourcesOf(2).endpoints },
};

async function start(api_type: string): Promise<Fixture> {
  const made = await fixture();
  const config = join(dirname(made.socket), 'bootstrap.json');
  writeFileSync(config, JSON.stringify(bootstrap(made.socket, api_type)));
  const { path } = await findEnvoy({ logger: silentLogger });
  const options = ['--concurrency', '1', '--use-dynamic-base-id', '--log-level', 'error'];
  envoy = spawn(path, ['-c', config, ...options], { stdio: 'ignore' });
  exited = once(envoy, 'exit');
  return made;
}

async function current(server: XdsServer, what: string): Promise<void> {
  await until(`the Envoy to be current: ${what}`, () => {
    const summary = server.summary(FLEET);
    if (summary.current === 1) return true;
    throw new Error(
      JSON.stringify(server.fleets(), (_, value: unknown) =>
        value instanceof Map ? [...(value as Map<string, string>)] : value,
      ),
    );
  });
  expect(server.summary(FLEET).rejected).toEqual([]);
}

describe.each(['DELTA_GRPC', 'GRPC'])('a real Envoy over %s', (api_type) => {
  it(
    'accepts everything, gets endpoints alone when only they change, is emptied again, and forgotten when killed',
    async () => {
      ads = await start(api_type);
      ads.set();
      await current(ads.server, 'empty');
      ads.server.setSnapshot(everything);
      await until('its listeners', () => (count('listener') > 0 ? true : undefined));
      await current(ads.server, 'everything');
      expect(count('cluster')).toBeGreaterThanOrEqual(everything.resources.cluster.size);

      const before = OTHERS.map(count);
      const endpointsBefore = count('endpoints');
      ads.server.setSnapshot(otherEndpoints);
      await until('its endpoints', () => (count('endpoints') > endpointsBefore ? true : undefined));
      await current(ads.server, 'other endpoints');
      expect(OTHERS.map(count)).toEqual(before);

      ads.set();
      await current(ads.server, 'empty again');

      envoy?.kill('SIGKILL');
      await until('it to be forgotten', () =>
        ads?.server.summary(FLEET).connected === 0 ? true : undefined,
      );
    },
    TIMEOUT_MS,
  );
});

async function stats(socket: string, filter: string): Promise<Readonly<Record<string, number>>> {
  const sent = request({ socketPath: adminOf(socket), path: `/stats?filter=^${filter}$` }).end();
  const [response] = (await once(sent, 'response')) as [NodeJS.ReadableStream];
  const lines = (await text(response)).trim().split('\n');
  const entries = lines.map((line): [string, number] => {
    const [name = '', value] = line.split(': ');
    return [name, Number(value)];
  });
  return Object.fromEntries(entries);
}

const count = (type: keyof Snapshot['resources']): number =>
  ads?.server.counters().types[type].resources ?? 0;

describe('a real Envoy whose HTTPS port gets another listener', () => {
  it(
    'updates it in place: only filter chains were added, and no connection is drained',
    async () => {
      ads = await start('DELTA_GRPC');
      const all = fleetOf(1);
      const ports = all.ports.map((port) => ({
        ...port,
        tables: port.tables.filter(({ listener }) => listener?.name !== 'wildcard'),
      }));
      ads.server.setSnapshot({ fleet: FLEET, resources: snapshotOf({ ...all, ports }).resources });
      await current(ads.server, 'without the listener');
      ads.server.setSnapshot({ fleet: FLEET, resources: snapshotOf(all).resources });
      await current(ads.server, 'with the listener');
      const updates = await stats(ads.socket, 'listener_manager.listener_(in_place_updated|modified)');
      expect(updates).toEqual({
        'listener_manager.listener_in_place_updated': 1,
        'listener_manager.listener_modified': 1,
      });
    },
    TIMEOUT_MS,
  );
});

describe('a real Envoy whose control plane is restarted', () => {
  it(
    'gets nothing that it has, and what is gone is removed',
    async () => {
      ads = await start('DELTA_GRPC');
      ads.server.setSnapshot(everything);
      await current(ads.server, 'everything');
      await ads.server.close();
      second = new XdsServer({ log: silentLogger, limits: { removalGraceMs: 0 } });
      second.setSnapshot(everything);
      await second.listenUnix(ads.socket, FLEET);
      await current(second, 'after the restart');
      const sums = Object.values(second.counters().types);
      expect(sums.map(({ resources }) => resources)).toEqual([0, 0, 0, 0, 0]);
      const { cluster, endpoints, secret } = everything.resources;
      const noTables = { cluster, endpoints, secret, listener: new Map(), routes: new Map() };
      second.setSnapshot({ fleet: FLEET, resources: noTables });
      await current(second, 'without listeners');
    },
    TIMEOUT_MS,
  );
});
