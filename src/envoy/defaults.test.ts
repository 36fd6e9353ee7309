import { isDeepStrictEqual } from 'node:util';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { toJson, type Json, type MessageName } from '../proto/index.js';
import type { AuthModel } from '../routing/index.js';
import type { Resource } from '../xds/index.js';
import { resourceJson } from './config-dump.js';
import { ALL_DEFAULTS, UPSTREAM_TLS } from './defaults.js';
import { fieldsOf, isList } from './json.js';
import { snapshotOf } from './snapshot.js';
import { l4Target, streamPort } from './testing/streams.js';
import { certificate, cluster, fleet, forward, httpsListener, httpsPort, rule, share, tracing, virtualHost } from './testing/fleets.js'; // prettier-ignore
import { expectTable } from './testing/golden.js';

const REFERENCE = join(import.meta.dirname, '../../docs/reference/envoy-defaults.md');

/** What stands in the resource that holds the message, so that a value is looked for where it counts. */
const HOLDERS: Readonly<
  Record<(typeof ALL_DEFAULTS)[number]['message'], 'listener' | 'tcp' | 'udp' | 'routes' | 'cluster'>
> = {
  'envoy.config.listener.v3.Listener': 'listener',
  'envoy.extensions.transport_sockets.tls.v3.TlsParameters': 'listener',
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager': 'listener',
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.Tracing': 'listener',
  'envoy.config.core.v3.HttpProtocolOptions': 'listener',
  'envoy.config.core.v3.Http2ProtocolOptions': 'listener',
  'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy': 'tcp',
  'envoy.extensions.filters.udp.udp_proxy.v3.UdpProxyConfig': 'udp',
  'envoy.extensions.filters.http.ext_authz.v3.ExtAuthz': 'routes',
  'envoy.extensions.filters.http.router.v3.Router': 'listener',
  'envoy.config.route.v3.RouteConfiguration': 'routes',
  'envoy.config.route.v3.RouteAction': 'routes',
  'envoy.config.route.v3.RetryPolicy': 'routes',
  'envoy.config.cluster.v3.Cluster': 'cluster',
  'envoy.config.cluster.v3.CircuitBreakers.Thresholds': 'cluster',
  'envoy.config.cluster.v3.Cluster.CommonLbConfig': 'cluster',
  'envoy.extensions.clusters.dns.v3.DnsCluster': 'cluster',
};

describe("Envoy's defaults", () => {
  const dns = cluster('dns', {
    discovery: { kind: 'dns', hostname: 'localhost', port: 1 },
    tls: { hostname: 'a.test', names: [{ kind: 'dns', value: 'a.test' }], ca: 'ca/shop/a' },
  });
  const to = forward([share(dns)], { retry: { attempts: 1, codes: [], backoffMs: undefined } });
  const auth: AuthModel = {
    cluster: dns,
    permit: undefined,
    asks: { kind: 'grpc', requestHeaders: 'all' },
    maxBodyBytes: 0,
  };
  const hosts = [virtualHost('*', [rule('r', to, { auth })])];
  const { resources } = snapshotOf(
    fleet(
      [
        httpsPort([
          [httpsListener('https', undefined, [certificate('a', { certificate: '', key: '' })]), hosts],
        ]),
      ],
      { tracing: tracing(dns) },
    ),
  );

  it.each(ALL_DEFAULTS.map((each) => [each.message, each] as const))(
    'for %s are in everything that is emitted',
    (message, each) => {
      const { values } = each;
      const holder = each === UPSTREAM_TLS ? 'cluster' : HOLDERS[message];
      const expected = Object.entries(fieldsOf(toJson<MessageName>(message, values)));
      const holds = (object: Json): boolean =>
        expected.every(([field, value]) => isDeepStrictEqual(fieldsOf(object)[field], value));
      const holders = [
        ...(holder === 'tcp' || holder === 'udp' ? streams(holder) : resources[holder].values()),
      ];
      const without = holders.filter((resource) => ![...objectsIn(resourceJson(resource))].some(holds));
      expect(expected.length + holders.length).toBeGreaterThan(1);
      expect(without.map(({ name }) => name)).toEqual([]);
    },
  );

  it('are all in the reference, each with its value and reason, and nothing else is', () => {
    expectTable(REFERENCE, ALL_DEFAULTS.flatMap(rowsOf));
  });
});

/** The listeners of a fleet that hands on what comes by one transport. */
function streams(transport: 'tcp' | 'udp'): Iterable<Resource> {
  const target = l4Target(transport);
  return snapshotOf(
    fleet([streamPort(transport === 'udp' ? 'UDP' : 'TCP', [['*', target]])]),
  ).resources.listener.values();
}

function rowsOf({ message, values, why }: (typeof ALL_DEFAULTS)[number]): string[] {
  const reasons: Readonly<Record<string, string>> = why;
  const fields: Readonly<Record<string, unknown>> = values;
  return Object.entries(fields).map(([field, value]) => {
    const json = fieldsOf(toJson<MessageName>(message, { [field]: value }))[field];
    const shown = ZEROS[field] ?? json ?? value;
    return `| \`${shortName(message)}.${snakeCase(field)}\` | ${JSON.stringify(shown)} | ${reasons[field] ?? ''} |`;
  });
}

/** Protobuf JSON leaves out what equals the type's zero: these are decided all the same. */
const ZEROS: Readonly<Record<string, Json>> = {
  codecType: 'AUTO',
  headersWithUnderscoresAction: 'ALLOW',
  healthyPanicThreshold: 0,
};

function shortName(message: string): string {
  return message.split('.').slice(-1).join('');
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function* objectsIn(json: Json): Generator<Json> {
  if (isList(json)) for (const element of json) yield* objectsIn(element);
  else if (json !== null && typeof json === 'object') {
    yield json;
    for (const inner of Object.values(json)) yield* objectsIn(inner);
  }
}
