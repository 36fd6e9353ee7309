// A real Envoy on the real server, with a configuration that has everything in it: it accepts all, and gets nothing that it has.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from '@jest/globals';
import { sortedMap } from '../../src/collections/index.js';
import { snapshotOf } from '../../src/envoy/index.js';
import { findEnvoy } from '../../src/infra/index.js';
import { silentLogger } from '../../src/telemetry/index.js';
import { buildWhole, XdsServer, type Snapshot, type XdsServerOptions } from '../../src/xds/index.js';
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
  redirect,
  rule,
  share,
  virtualHost,
} from '../../src/envoy/testing/fleets.js';
import { encode, envoy as protos } from '../../src/proto/index.js';
import { NO_HEADERS, type ActionModel, type Fleet, type RuleEntry } from '../../src/routing/index.js';
import { keyPair } from '../envoy/key-pair.js';
import { richFleet } from '../envoy/rich-fleet.js';
import { startBackend } from '../harness/backend.js';
import { ask } from '../harness/request.js';
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
/** For the Envoy of these tests, whatever Gateway it is of. */
const ours = (of: Fleet): Snapshot => ({ ...snapshotOf(of), fleet: FLEET });

const everything = ours(fleetOf(1));
const otherEndpoints: Snapshot = {
  ...everything,
  resources: { ...everything.resources, endpoints: ours(fleetOf(2)).resources.endpoints },
};

async function start(api_type: string, limits: XdsServerOptions['limits'] = {}): Promise<Fixture> {
  const made = await fixture({ limits });
  const config = join(dirname(made.socket), 'bootstrap.json');
  writeFileSync(config, JSON.stringify(bootstrap(made.socket, api_type)));
  const { path } = await findEnvoy({ logger: silentLogger });
  const options = ['--concurrency', '1', '--disable-hot-restart', '--log-level', 'error'];
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

async function admin(socket: string, path: string): Promise<string> {
  const sent = request({ socketPath: adminOf(socket), path }).end();
  const [response] = (await once(sent, 'response')) as [NodeJS.ReadableStream];
  return await text(response);
}

async function stats(socket: string, filter: string): Promise<Readonly<Record<string, number>>> {
  const lines = (await admin(socket, `/stats?filter=^${filter}$`)).trim().split('\n');
  const entries = lines.map((line): [string, number] => {
    const [name = '', value] = line.split(': ');
    return [name, Number(value)];
  });
  return Object.fromEntries(entries);
}

/** The status of a request to the listener of port 80. */
async function answer(socket: string, host: string, at: string): Promise<number> {
  const sent = request({
    host: '127.0.0.1',
    port: await portOf(socket, 'gateway/shop/web/80'),
    path: at,
    headers: { host },
  }).end();
  const [response] = (await once(sent, 'response')) as [NodeJS.ReadableStream & { statusCode: number }];
  await text(response);
  return response.statusCode;
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
      ads.server.setSnapshot(ours({ ...all, ports }));
      await current(ads.server, 'without the listener');
      ads.server.setSnapshot(ours(all));
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
      const noTables = {
        cluster,
        endpoints,
        secret,
        listener: sortedMap<never>(),
        routes: sortedMap<never>(),
      };
      second.setSnapshot({ ...everything, resources: noTables });
      await current(second, 'without listeners');
    },
    TIMEOUT_MS,
  );
});

describe.each(['DELTA_GRPC', 'GRPC'])('a real Envoy over %s that rejects', (api_type) => {
  type Status = 301 | 302 | 303 | 307;
  const ok = (status: Status) => redirect({ hostname: 'elsewhere.example.com', status });
  const rules = (status: Status) =>
    Array.from({ length: 20 }, (_, i) => rule(`r${i}`, ok(status), { match: path('prefix', `/r${i}`) }));
  const badAction = rule('bad-action', ok(302), {
    match: path('prefix', '/bad-action'),
    responseHeaders: { ...NO_HEADERS, set: [{ name: ':status', value: '200' }] },
  });
  const badMatch = rule('bad-match', ok(302), { match: path('regex', '(') });
  const configured = (status: Status, ...bad: readonly RuleEntry[]): Snapshot => {
    const hosts = [
      virtualHost('a.example.com', [...rules(status), ...bad.filter((each) => each !== badMatch)]),
      virtualHost('b.example.com', [...rules(status), ...bad.filter((each) => each === badMatch)]),
      virtualHost('*', [rule('all', ok(307))]),
    ];
    const ports = [httpPort(hosts, { bindPort: 0 })];
    return ours(fleet(ports, { addresses: ['127.0.0.1'] }));
  };

  it(
    'a rule answers 500 for it, and for the host of one that it cannot even match; the rest is served, and changes',
    async () => {
      ads = await start(api_type);
      const { server, socket } = ads;
      server.setSnapshot(configured(301));
      await current(server, 'the good rules');
      expect(await answer(socket, 'a.example.com', '/r7')).toBe(301);

      server.setSnapshot(configured(302, badAction, badMatch));
      await current(server, 'with replacements');
      expect(await answer(socket, 'a.example.com', '/bad-action')).toBe(500);
      expect(await answer(socket, 'a.example.com', '/r7')).toBe(302);
      expect(await answer(socket, 'b.example.com', '/r7')).toBe(500);
      expect(await answer(socket, 'c.example.com', '/')).toBe(307);
      const guilty = new Set(server.convictions(FLEET).map(({ owner }) => owner.object));
      expect(guilty).toEqual(new Set(['HTTPRoute shop/bad-action', 'HTTPRoute shop/bad-match']));

      server.setSnapshot(configured(303, badAction, badMatch));
      await current(server, 'the other rules changed');
      expect(await answer(socket, 'a.example.com', '/r7')).toBe(303);

      server.setSnapshot(configured(303));
      await current(server, 'repaired');
      expect(server.convictions(FLEET)).toEqual([]);
      expect(await answer(socket, 'b.example.com', '/r7')).toBe(303);
    },
    TIMEOUT_MS,
  );

  it(
    'a cluster, endpoints, a secret and a taken port at once: each costs only what needs it',
    async () => {
      const backend = await startBackend('good');
      const taken = createServer().listen(0, '127.0.0.1');
      await once(taken, 'listening');
      try {
        ads = await start(api_type);
        const { server, socket } = ads;
        const pair = keyPair('good.example');
        const staple = keyPair('bad.example', { extensions: [['2b06010505070118', '3003020105']] });
        const [good, odd] = [cluster('good'), cluster('odd')];
        const gone = cluster('gone', { discovery: { kind: 'dns', hostname: '\ud800', port: 80 } });
        const everywhere = [
          virtualHost('*', [
            rule('odd', forward([share(odd)]), { match: path('prefix', '/odd') }),
            rule('gone', forward([share(gone)]), { match: path('prefix', '/gone') }),
            rule('half', forward([share(good), share(gone)]), { match: path('prefix', '/half') }),
            rule('good', forward([share(good)])),
          ]),
        ];
        const https = [
          [httpsListener('good', 'good.example', [certificate('good', pair)]), everywhere],
          [httpsListener('bad', 'bad.example', [certificate('bad', staple)]), everywhere],
        ] as const;
        const { port: takenPort } = taken.address() as AddressInfo;
        const ports = [
          httpPort(everywhere, { bindPort: 0 }),
          httpsPort(https, { bindPort: 0 }),
          httpPort(everywhere, { port: 81, bindPort: takenPort }),
        ];
        const all = fleet(ports, {
          addresses: ['127.0.0.1'],
          endpoints: sortedMap([
            [good.name, endpoints('good', ['127.0.0.1', backend.port])],
            [odd.name, endpoints('odd', ['not-an-address', 1])],
          ]),
        });
        server.setSnapshot(ours(all));
        const convicted = await until('four convictions', () => {
          const found = server.convictions(FLEET).map(({ type, resource }) => `${type} ${resource}`);
          if (found.length >= 4) return found.sort();
          throw new Error(JSON.stringify([found, server.summary(FLEET)]));
        });
        expect(convicted).toEqual([
          'cluster shop_gone_80',
          'endpoints shop_odd_80',
          'listener gateway/shop/web/81',
          'secret secret/shop/bad',
        ]);
        await until('the good rule', async () =>
          (await answer(socket, 'a.example.com', '/')) === 200 ? true : undefined,
        );
        expect(await answer(socket, 'a.example.com', '/odd')).toBe(503);
        expect(await answer(socket, 'a.example.com', '/gone')).toBe(500);
        const seen = new Set<number>();
        for (let i = 0; i < 40; i += 1) seen.add(await answer(socket, 'a.example.com', '/half'));
        expect([...seen].sort()).toEqual([200, 500]);
        const tls = await portOf(socket, 'gateway/shop/web/443');
        const host = 'good.example';
        expect((await ask({ address: '127.0.0.1', port: tls, host, sni: host })).status).toBe(200);
        await expect(
          ask({ address: '127.0.0.1', port: tls, host: 'bad.example', sni: 'bad.example' }),
        ).rejects.toThrow();
      } finally {
        taken.close();
        await backend.close();
      }
    },
    TIMEOUT_MS,
  );
});

describe('a real Envoy, of which one host is edited to a backend that never gets ready', () => {
  const READY_DEADLINE_MS = 2_000;
  const dead = cluster('dead');
  // Envoy asks for its endpoints under another name, and never accepts those that make it ready.
  const elsewhere = buildWhole({
    type: 'cluster',
    name: dead.name,
    bytes: encode('envoy.config.cluster.v3.Cluster', {
      name: dead.name,
      type: protos.config.cluster.v3.Cluster.DiscoveryType.EDS,
      edsClusterConfig: {
        serviceName: 'elsewhere',
        edsConfig: { ads: {}, resourceApiVersion: protos.config.core.v3.ApiVersion.V3 },
      },
    }),
    references: [],
    owner: { object: 'Service shop/dead', at: '' },
  });
  const configured = (status: 301 | 302, edited: ActionModel): Snapshot => {
    const other = redirect({ hostname: 'elsewhere.example.com', status });
    const hosts = [
      virtualHost('a.example.com', [rule('a', edited)]),
      virtualHost('b.example.com', [rule('b', other)]),
    ];
    const made = snapshotOf(fleet([httpPort(hosts, { bindPort: 0 })], { addresses: ['127.0.0.1'] }));
    const clusters = [...made.resources.cluster.keys()].map((name) => [name, elsewhere] as const);
    return { ...made, fleet: FLEET, resources: { ...made.resources, cluster: sortedMap(clusters) } };
  };

  it(
    'goes on answering there as before, until the deadline, while another host changes at once',
    async () => {
      ads = await start('DELTA_GRPC', { readyDeadlineMs: READY_DEADLINE_MS });
      const { server, socket } = ads;
      server.setSnapshot(configured(301, redirect({ hostname: 'elsewhere.example.com', status: 301 })));
      await current(server, 'before the edit');
      expect(await answer(socket, 'a.example.com', '/')).toBe(301);

      const since = Date.now();
      server.setSnapshot(configured(302, forward([share(dead)])));
      await until('the other host', async () =>
        (await answer(socket, 'b.example.com', '/')) === 302 ? true : undefined,
      );
      expect(await answer(socket, 'a.example.com', '/')).toBe(301);
      expect(Date.now() - since).toBeLessThan(READY_DEADLINE_MS);
      await until('the edited host', async () =>
        (await answer(socket, 'a.example.com', '/')) === 503 ? true : undefined,
      );
      expect(Date.now() - since).toBeGreaterThanOrEqual(READY_DEADLINE_MS);
    },
    TIMEOUT_MS,
  );
});
async function portOf(socket: string, listener: string): Promise<number> {
  const line = (await admin(socket, '/listeners'))
    .split('\n')
    .find((each) => each.startsWith(`${listener}::`));
  return Number(/:(\d+)$/.exec(line ?? '')?.[1]);
}
