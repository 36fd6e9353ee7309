import { describe, it } from '@jest/globals';
import type { Json } from '../proto/index.js';
import type { Resource } from '../xds/index.js';
import { NO_HEADERS } from '../routing/index.js';
import { clusterResource } from './cluster.js';
import { resourceJson } from './config-dump.js';
import { endpointsResource } from './endpoints.js';
import { listenerResource } from './listener.js';
import { bundleResource } from './secret.js';
import { routeTableResource } from './route-table.js';
import { certificate, cluster, endpoints, fleet, forward, httpPort, httpsListener, httpsPort, mirror, path, redirect, rule, share, virtualHost } from './testing/fleets.js'; // prettier-ignore
import { expectGolden } from './testing/golden.js';

const [stable, canary] = [cluster('stable'), cluster('canary')];
const http = httpPort([
  virtualHost('*', []),
  virtualHost('shop.example.com', [
    rule('shop', forward([share(stable, { weight: 90 }), share(canary, { weight: 10 })]), {
      ruleName: 'canary',
    }),
    rule('old', redirect({ scheme: 'https', status: 301 }), { match: path('exact', '/old') }),
    rule(
      'api',
      forward([
        share(stable, { requestHeaders: { ...NO_HEADERS, set: [{ name: 'x-version', value: '2' }] } }),
      ]),
      {
        match: path('prefix', '/api', {
          method: 'GET',
          headers: [{ name: 'x-beta', value: { kind: 'exact', value: 'yes' } }],
        }),
        rule: 1,
      },
    ),
    rule(
      'broken',
      { kind: 'respond', status: 500, reason: 'BackendNotFound' },
      { match: path('regex', '/b[0-9]+') },
    ),
  ]),
]);
/** What filters make of a rule. */
const filtered = httpPort([
  virtualHost('*', [
    rule(
      'mirrored',
      forward([share(stable)], {
        mirrors: [mirror(canary, 1_000_000), mirror(cluster('audit'), 250_000)],
      }),
      { match: path('prefix', '/mirrored') },
    ),
    rule(
      'retried',
      forward([share(stable)], {
        requestTimeoutMs: 10_000,
        backendTimeoutMs: 500,
        retry: { attempts: 2, codes: [500, 503], backoffMs: 100 },
      }),
      { match: path('prefix', '/retried') },
    ),
    rule(
      'split',
      forward([
        share(stable, {
          weight: 90,
          filters: {
            redirect: undefined,
            hostRewrite: undefined,
            pathRewrite: { kind: 'prefix', prefix: '/split', value: '/v1' },
            mirrors: [],
            cors: undefined,
            auth: undefined,
          },
        }),
        share(canary, { weight: 10 }),
      ]),
      { match: path('prefix', '/split') },
    ),
    rule('cors', forward([share(stable)]), {
      match: path('prefix', '/cors'),
      cors: {
        origins: 'https://shop',
        methods: ['GET', 'PUT'],
        headers: '*',
        exposeHeaders: ['x-total'],
        credentials: true,
        maxAgeSeconds: 5,
      },
    }),
  ]),
]);
const pem = { certificate: 'certificate', key: 'key' };
const https = httpsPort([
  [httpsListener('shop', '*.example.com', [certificate('rsa', pem), certificate('ecdsa', pem)]), []],
  [httpsListener('any', undefined, [certificate('rsa', pem)]), []],
]);
const web = fleet([http, https], { addresses: ['192.0.2.1', '2001:db8::1'] });
const owner = { object: 'Service shop/stable', at: '' };

/** Name, resources, and a field to leave out because another file shows it. */
const goldens: readonly (readonly [
  name: string,
  resources: () => readonly Resource[],
  without: string | undefined,
])[] = [
  ['listener-http', () => [listenerResource(web, http)], undefined],
  ['listener-https', () => [listenerResource(web, https)], 'filters'],
  ['route-table', () => http.tables.map((table) => routeTableResource(table, web, undefined)), undefined],
  [
    'route-filters',
    () => filtered.tables.map((table) => routeTableResource(table, web, undefined)),
    undefined,
  ],
  ['cluster-endpoints', () => [clusterResource(stable, undefined)], undefined],
  [
    'cluster-dns-http2',
    () => [
      clusterResource(
        cluster('dns', {
          protocol: 'http2',
          discovery: { kind: 'dns', hostname: 'db.example.com', port: 443 },
        }),
        undefined,
      ),
    ],
    undefined,
  ],
  [
    'cluster-tls',
    () => [
      clusterResource(
        cluster('secure', {
          tls: {
            hostname: 'secure.example.com',
            names: [
              { kind: 'dns', value: 'secure.example.com' },
              { kind: 'dns', value: '*.example.com' },
              { kind: 'uri', value: 'spiffe://example.com/ns/shop/sa/secure' },
            ],
            ca: 'ca/shop/root',
          },
        }),
        'secret/shop/client',
      ),
    ],
    'commonLbConfig',
  ],
  ['ca-bundle', () => [bundleResource({ name: 'ca/shop/root', certificates: 'certificates' })], undefined],
  [
    'endpoints',
    () => [
      endpointsResource(endpoints('stable', ['192.0.2.9', 8080], ['2001:db8::9', 8080]), owner),
      endpointsResource(endpoints('none'), owner),
    ],
    undefined,
  ],
];

describe('the configuration of a small Gateway', () => {
  it.each(goldens)('has the %s that the golden file shows', (name, resources, without) => {
    const shown = JSON.stringify(resources().map(resourceJson), (field, value: unknown) =>
      field === without ? undefined : value,
    );
    expectGolden(name, JSON.parse(shown) as Json);
  });
});
