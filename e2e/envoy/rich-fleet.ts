import { sortedMap } from '../../src/collections/index.js';
import {
  certificate,
  cluster,
  fleet,
  forward,
  httpPort,
  httpsListener,
  httpsPort,
  mirror,
  path,
  PREFIX_ALL,
  redirect,
  rule,
  share,
  tracing,
  virtualHost,
} from '../../src/envoy/testing/fleets.js';
import { l4Target, secured, streamFleet, streamPort } from '../../src/envoy/testing/streams.js';
import {
  NO_HEADERS,
  STANDARD_ATTRIBUTES,
  type AuthModel,
  type BackendTls,
  type CaBundleModel,
  type ClientValidation,
  type CorsModel,
  type EndpointsModel,
  type Fleet,
  type PortModel,
  type RuleEntry,
} from '../../src/routing/index.js';
import { keyPair } from './key-pair.js';

const plain = cluster('plain');
const h2c = cluster('h2c', { protocol: 'http2' });
const empty = cluster('empty');
const limited = cluster('plain', { name: 'shop_plain_80_limited', retryBudget: { percent: 0, least: 1 } });

const ASKED: AuthModel = {
  cluster: h2c,
  permit: undefined,
  asks: { kind: 'grpc', requestHeaders: 'all' },
  maxBodyBytes: 1,
};

const CORS: CorsModel = {
  origins: 'https://a',
  methods: '*',
  headers: ['x-%'],
  exposeHeaders: ['x-%'],
  credentials: true,
  maxAgeSeconds: 5,
};

const CA = 'ca/shop/a';
/** As a BackendTLSPolicy asks for it with every kind of name, and an XBackend that presents a certificate of its own. */
const TLS: BackendTls = {
  hostname: 'inner.example.com',
  names: [
    { kind: 'dns', value: 'inner.example.com' },
    { kind: 'dns', value: '*.example.com' },
    { kind: 'uri', value: 'spiffe://cluster.local/ns/shop/sa/inner' },
  ],
  ca: CA,
};
const ofPolicy = cluster('secured', { tls: TLS });
const ofXBackend = cluster('secured', {
  name: 'xbackend_shop_secured_80',
  protocol: 'http2',
  tls: { ...TLS, client: { certificate: 'secret/shop/a' } },
});

const set = (name: string, value: string) => ({ ...NO_HEADERS, set: [{ name, value }] });
const add = (name: string, value: string) => ({ ...NO_HEADERS, add: [{ name, value }] });
const to = forward([share(plain)]);

function rules(dns: ReturnType<typeof cluster>): readonly RuleEntry[] {
  return [
    rule('exact', to, { match: path('exact', '/exact') }),
    rule('regex', to, { match: path('regex', '/r[0-9]+'), ruleName: 'digits' }),
    rule('h2c', forward([share(h2c)]), { match: path('prefix', '/h2c') }),
    rule('dns', forward([share(dns)]), { match: path('prefix', '/dns') }),
    rule('websocket', forward([share(cluster('websocket'))]), { match: path('prefix', '/websocket') }),
    rule('empty', forward([share(empty)]), { match: path('prefix', '/empty') }),
    rule('unresolved', forward([share('unresolved')]), { match: path('prefix', '/unresolved') }),
    rule('mixed', forward([share(plain, { weight: 1 }), share('unresolved', { weight: 1 })]), {
      match: path('prefix', '/mixed'),
    }),
    rule('broken', { kind: 'respond', status: 500, reason: '' }, { match: path('prefix', '/broken') }),
    rule('full', forward([share(plain)], { pathRewrite: { kind: 'full', value: '/100%/\\1/%PROTOCOL%' } }), {
      match: path('prefix', '/full'),
    }),
    rule(
      'to-root',
      forward([share(plain)], { pathRewrite: { kind: 'prefix', prefix: '/a.b(c)', value: '/' } }),
      {
        match: path('prefix', '/a.b(c)'),
      },
    ),
    rule(
      'to-prefix',
      forward([share(plain)], { pathRewrite: { kind: 'prefix', prefix: '/old', value: '/new/' } }),
      {
        match: path('prefix', '/old'),
      },
    ),
    rule('host', forward([share(plain)], { hostRewrite: 'inner.example.com' }), {
      match: path('prefix', '/host'),
    }),
    rule('mirrored', forward([share(plain)], { mirrors: [mirror(empty, 1)] }), {
      match: path('prefix', '/mirrored'),
    }),
    rule(
      'retried',
      forward([share(plain)], {
        backendTimeoutMs: 500,
        retry: { attempts: 4_294_967_295, codes: [400, 599], backoffMs: 1 },
      }),
      { match: path('prefix', '/retried') },
    ),
    rule(
      'split',
      forward([
        share(plain, {
          filters: {
            redirect: undefined,
            hostRewrite: undefined,
            pathRewrite: { kind: 'full', value: '/own' },
            mirrors: [mirror(empty, 125)],
            cors: undefined,
            auth: undefined,
          },
        }),
        share('unresolved'),
      ]),
      { match: path('prefix', '/split') },
    ),
    rule(
      'sessions',
      forward(
        [
          share(limited, {
            session: {
              kind: 'cookie',
              name: '!s',
              path: '/sessions',
              lifetime: { kind: 'session', seconds: 356_396_400 },
            },
          }),
          share(h2c, { session: { kind: 'header', name: 'x-session' } }),
          share('unresolved'),
        ],
        { retry: { attempts: 1, codes: [503], backoffMs: undefined } },
      ),
      { match: path('prefix', '/sessions') },
    ),
    rule('asks', to, {
      match: path('prefix', '/asks'),
      auth: {
        cluster: plain,
        permit: undefined,
        asks: {
          kind: 'http',
          pathPrefix: '/check',
          requestHeaders: ['x-a', '!'],
          responseHeaders: ['x-b'],
        },
        maxBodyBytes: 2_147_483_647,
      },
    }),
    rule('asks-all', to, { match: path('prefix', '/asks-all'), auth: ASKED }),
    rule('cors', to, {
      match: path('prefix', '/cors'),
      cors: CORS,
    }),
    // Whatever may be told to a filter, at once: of the rule, and of each share by itself.
    ...[undefined, ASKED].map((auth) =>
      rule(
        auth === undefined ? 'everything' : 'everything-of-shares',
        forward(
          [
            share(limited, {
              session: {
                kind: 'cookie',
                name: 'e',
                path: '/everything',
                lifetime: { kind: 'session', seconds: 60 },
              },
              filters: auth && {
                redirect: undefined,
                hostRewrite: undefined,
                pathRewrite: undefined,
                mirrors: [],
                cors: CORS,
                auth,
              },
            }),
          ],
          { retry: { attempts: 1, codes: [503], backoffMs: undefined } },
        ),
        { match: path('prefix', '/everything'), auth: ASKED, cors: CORS },
      ),
    ),
    rule('secured', forward([share(ofPolicy), share(ofXBackend)]), { match: path('prefix', '/secured') }),
    rule('timeout', forward([share(plain)], { requestTimeoutMs: 60_000, backendTimeoutMs: 200 }), {
      match: path('prefix', '/timeout'),
    }),
    rule('long', forward([share(plain)], { requestTimeoutMs: 600_000 }), { match: path('prefix', '/long') }),
    rule(
      'headers',
      forward([
        share(plain, {
          requestHeaders: set('x-set', 'share 5%'),
          responseHeaders: { ...NO_HEADERS, remove: ['x-rule'] },
        }),
      ]),
      {
        match: path('prefix', '/headers'),
        requestHeaders: {
          set: [{ name: 'x-set', value: 'rule' }],
          add: [{ name: 'x-add', value: 'rule' }],
          remove: ['x-gone'],
        },
        responseHeaders: add('x-rule', 'rule'),
      },
    ),
    rule('rule-headers', to, {
      match: path('prefix', '/rule-headers'),
      requestHeaders: add('x-add', 'two'),
      responseHeaders: set('x-rule', '100%'),
    }),
    rule('redirect-scheme', redirect({ scheme: 'https', status: 301 }), {
      match: path('prefix', '/redirect/scheme'),
    }),
    rule(
      'redirect-full',
      redirect({
        hostname: 'other.example.com',
        path: { kind: 'full', value: '/100%/%PROTOCOL%' },
        status: 308,
      }),
      {
        match: path('prefix', '/redirect/full'),
      },
    ),
    rule(
      'redirect-prefix',
      redirect({ port: 8443, path: { kind: 'prefix', prefix: '/redirect/prefix', value: '' }, status: 307 }),
      {
        match: path('prefix', '/redirect/prefix'),
      },
    ),
    rule('method', to, { match: { ...PREFIX_ALL, method: 'DELETE' } }),
    rule('matches', to, {
      match: {
        ...PREFIX_ALL,
        headers: [
          { name: 'x-exact', value: { kind: 'exact', value: 'one' } },
          { name: 'x-regex', value: { kind: 'regex', value: 'v[12]' } },
        ],
        queryParams: [
          { name: 'q', value: { kind: 'exact', value: '1' } },
          { name: 'r', value: { kind: 'regex', value: 'a+' } },
        ],
      },
    }),
  ];
}

const allPrefix = rule(
  'all',
  forward([share(plain)], { pathRewrite: { kind: 'prefix', prefix: '/', value: '/base%PROTOCOL%' } }),
);

/** A fleet with everything that can be configured so far: every kind of match, action, modifier, backend and listener. Bound to free ports. */
export function richFleet(ports: {
  readonly plain: number;
  readonly h2c: number;
  readonly websocket: number;
}): Fleet {
  const dns = cluster('dns', { discovery: { kind: 'dns', hostname: 'localhost', port: ports.plain } });
  const dead = cluster('dead', { discovery: { kind: 'dns', hostname: 'nowhere.invalid', port: 80 } });
  const [a, b] = [certificate('a', keyPair('a.example.com')), certificate('b', keyPair('b.example.org'))];
  const everyone = virtualHost('*', [rule('https', to)]);
  const passed = l4Target('tcp', { name: 'tlsroute/shop/r/rule/0', tls: undefined });
  const ended = l4Target('tcp', { name: 'tlsroute/shop/r/rule/0/terminate', tls: [secured('d', CA)] });
  const { streams } = streamPort('TLS', [
    ['*.pass.example.net', passed],
    ['pass.example.net', undefined],
  ]);
  /** All listeners of a port that end TLS ask the same of clients. */
  const verified = (port: number, name: string, mode: ClientValidation['mode']): PortModel =>
    httpsPort(
      [
        [
          httpsListener(name, `${name}.example.net`, [a], { ca: CA, mode }),
          [virtualHost(`${name}.example.net`, [rule('https', to)])],
        ],
      ],
      {
        port,
        bindPort: 0,
        streams: streamPort('TLS', [[`${name}.end.example.net`, ended]], {
          listener: `${name}-end`,
          certificates: ['secret/shop/a', 'secret/shop/b'],
          clientValidation: { ca: CA, mode },
        }).streams,
      },
    );
  const bound = [
    httpPort(
      [
        virtualHost('*', []),
        virtualHost('*.example.com', [rule('dead', forward([share(dead)]))]),
        virtualHost('base.example.com', [allPrefix]),
        virtualHost('shop.example.com', rules(dns)),
        // As many filters as a listener may have.
        {
          ...virtualHost('filtered.example.com', [rule('filtered', to)]),
          filters: { auth: Array.from({ length: 16 }, () => ASKED), fault: undefined },
        },
        { ...virtualHost('fault.example.com', []), filters: { auth: [], fault: 'none' } },
      ],
      { bindPort: 0 },
    ),
    httpsPort(
      [
        [
          httpsListener('exact', 'a.example.com', [a, b]),
          [virtualHost('a.example.com', [rule('https', to)])],
        ],
        [
          httpsListener('wildcard', '*.example.org', [b]),
          [
            virtualHost('*.example.org', [rule('https', to)], 'wildcard', [
              'b.sub.example.org',
              '*.c.example.org',
            ]),
            virtualHost('*', [], 'wildcard', ['*']),
          ],
        ],
        [httpsListener('any', undefined, [a]), [everyone]],
      ],
      { bindPort: 0, streams },
    ),
    verified(8443, 'strict', 'AllowValidOnly'),
    verified(8444, 'lax', 'AllowInsecureFallback'),
    { ...streamPort('TCP', [['*', l4Target('tcp', { tls: [secured('d', CA)] })]]), bindPort: 0 },
    { ...streamPort('UDP', [['*', l4Target('udp')]]), bindPort: 0 },
  ];
  const bundle: CaBundleModel = { name: CA, certificates: keyPair('ca.example.com').certificate };
  const { l4Targets, l4Clusters, l4Endpoints } = streamFleet(bound);
  const rich = fleet(bound, {
    addresses: ['127.0.0.1', '127.0.0.2'],
    bundles: sortedMap([[CA, bundle]]),
    clientCertificate: 'secret/shop/b',
    tracing: TRACED,
    l4Targets,
    l4Clusters,
    l4Endpoints,
  });
  return withEndpoints(rich, ports);
}

/** By every source of an attribute. Recorded traces are not thinned: Envoy calls what does that work in progress. */
const TRACED = tracing(h2c, {
  headers: [{ name: 'x-key', value: 'v' }],
  sampling: { rate: { numerator: 1, denominator: 3 }, ofRecordedTraces: { numerator: 1, denominator: 1 } },
  spanName: 'span',
  attributes: [
    { name: 'literal', source: { kind: 'literal', value: '100%' } },
    { name: 'request', source: { kind: 'request-header', header: 'x-request' } },
    { name: 'response', source: { kind: 'response-header', header: 'x-response' } },
    ...STANDARD_ATTRIBUTES.map((key) => ({ name: key, source: { kind: 'standard', key } }) as const),
  ],
});

/** Every cluster without a port of its own has no endpoints. */
function withEndpoints(from: Fleet, ports: Readonly<Record<string, number>>): Fleet {
  const endpoints = [...from.endpoints.keys()].map((name): [string, EndpointsModel] => {
    const port = ports[name.split('_')[1] ?? ''];
    return [name, { cluster: name, endpoints: port === undefined ? [] : [{ address: '127.0.0.1', port }] }];
  });
  return { ...from, endpoints: sortedMap(endpoints) };
}
