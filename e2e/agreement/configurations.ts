import fc from 'fast-check';

// Random configurations and requests, small enough to be read when one disagrees, from pools so that they meet often.

export const PLAIN = 8080;
export const SECURE = 8443;
/** The second of two Gateways; it has plain listeners alone. */
export const SIDE = 'side';

const hostnames = [
  'a.example.com',
  'b.example.com',
  'x.b.example.com',
  '*.example.com',
  '*.b.example.com',
  '*.com',
  'other.test',
];
const hosts = [
  'a.example.com',
  'A.Example.Com',
  'b.example.com',
  'x.b.example.com',
  'y.z.example.com',
  'example.com',
  'other.test',
  'nobody.test',
  'nobody.com',
  'a.example.com.',
  '127.0.0.1',
];
const prefixes = ['/', '/a', '/a/', '/a/b', '/api', '/api/v1'];
const exacts = ['/', '/a', '/a/', '/a/b', '/api/v1/x'];
const regexes = ['/a.*', '/[a-c]/b', '(?i)/API(/.*)?', '/\\w+/v\\d/.*', '/a|/b', '/A(/.*)?'];
const paths = [
  '/',
  '/a',
  '/a/',
  '/ab',
  '/a/b',
  '/a/b/c',
  '//a//b',
  '/a/./b',
  '/api',
  '/API/v1',
  '/api/v1/x',
  '/api/v1/x?k=1',
  '/a?k=1&k=2',
  '/a?K=1',
  '/a%2Fb',
  '/A',
  '/A/b',
  '/a/b/../B',
  '/a/%2e%2E/b',
  '/a;v=1',
  '/%C3%A9',
  '/z',
];
const methods = ['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS'];
const headerNames = ['x-one', 'X-Two'];
const values = ['1', '2', 'red'];

const exactOrRegex = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...values).map((value) => ({ type: 'Exact', value })) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('[0-9]+', 're.', '(?i)RED')
      .map((value) => ({ type: 'RegularExpression', value })),
  },
);

/** What a header or query parameter has to be. */
interface Named {
  readonly name: string;
  readonly type: string;
  readonly value: string;
}

/** Mostly `usual`: requests that miss everything compare little. */
const mostly = <T>(usual: T, rare: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: rare });

const named = (names: readonly string[]) =>
  fc
    .uniqueArray(fc.tuple(fc.constantFrom(...names), exactOrRegex), {
      selector: ([name]) => name.toLowerCase(),
      minLength: 1,
      maxLength: 2,
    })
    .map((list) => list.map(([name, match]) => ({ name, ...match })));

const path = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('/', '/a').map((value) => ({ type: 'PathPrefix', value })) },
  { weight: 4, arbitrary: fc.constantFrom(...prefixes).map((value) => ({ type: 'PathPrefix', value })) },
  { weight: 3, arbitrary: fc.constantFrom(...exacts).map((value) => ({ type: 'Exact', value })) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(...regexes).map((value) => ({ type: 'RegularExpression', value })),
  },
);

const match = fc.record({
  path,
  method: mostly<string | undefined>(undefined, fc.constantFrom(...methods)),
  headers: mostly<readonly Named[]>([], named(headerNames)),
  queryParams: mostly<readonly Named[]>([], named(['k'])),
});

const headerFilter = fc.record({
  set: fc.constantFrom([], [{ name: 'X-One', value: 'set 100%' }], [{ name: 'x-set', value: 'a' }]),
  add: fc.constantFrom([], [{ name: 'x-two', value: 'added' }]),
  remove: fc.constantFrom([], ['x-three'], ['X-Three']),
});

const modifier = headerFilter.map((requestHeaderModifier) => ({
  type: 'RequestHeaderModifier',
  requestHeaderModifier,
}));

const responseModifier = fc
  .record({
    set: fc.constantFrom([], [{ name: 'X-Answer', value: '50%' }]),
    add: fc.constantFrom([], [{ name: 'x-answer', value: 'added' }], [{ name: 'x-more', value: 'a' }]),
    remove: fc.constantFrom([], ['X-ANSWER']),
  })
  .map((responseHeaderModifier) => ({ type: 'ResponseHeaderModifier', responseHeaderModifier }));

const pathModifier = fc.oneof(
  fc.constantFrom('/full', '/').map((replaceFullPath) => ({ type: 'ReplaceFullPath', replaceFullPath })),
  fc
    .constantFrom('/new', '/', '/new/')
    .map((replacePrefixMatch) => ({ type: 'ReplacePrefixMatch', replacePrefixMatch })),
);

const rewrite = fc
  .record({ hostname: fc.option(fc.constant('inner.test'), { nil: undefined }), path: pathModifier })
  .map((urlRewrite) => ({ type: 'URLRewrite', urlRewrite }));

const redirect = fc
  .record({
    scheme: fc.constantFrom(undefined, 'http', 'https'),
    hostname: fc.constantFrom(undefined, 'else.test'),
    port: fc.constantFrom(undefined, 80, 443, 8443),
    statusCode: fc.constantFrom(301, 302, 303, 307, 308),
    path: fc.option(pathModifier, { nil: undefined }),
  })
  .map((requestRedirect) => ({ type: 'RequestRedirect', requestRedirect }));

const mirrorTo = (...names: readonly string[]) =>
  fc
    .record({
      backendRef: fc.constantFrom(...names).map((name) => ({ name, port: 80 })),
      percent: fc.constantFrom(undefined, 0, 50),
    })
    .map((requestMirror) => ({ type: 'RequestMirror', requestMirror }));
const mirror = mirrorTo('one', 'two', 'missing');

const cors = fc
  .record({
    allowOrigins: fc.constantFrom([], ['*'], ['https://a.test', 'http://*.b.test'], ['https://*:8443']),
    allowMethods: fc.constantFrom([], ['*'], ['GET', 'PUT']),
    allowHeaders: fc.constantFrom([], ['*'], ['X-One', 'x-two']),
    exposeHeaders: fc.constantFrom([], ['*', 'x-answer']),
    allowCredentials: fc.boolean(),
    maxAge: fc.constantFrom(undefined, 60),
  })
  .map((fields) => ({ type: 'CORS', cors: fields }));

/** Of a backendRef, whatever its rule matches. */
const fullRewrite = fc.constantFrom(
  { type: 'URLRewrite', urlRewrite: { path: { type: 'ReplaceFullPath', replaceFullPath: '/own' } } },
  { type: 'URLRewrite', urlRewrite: { hostname: 'own.test' } },
);
const ownRedirect = fc.constant({
  type: 'RequestRedirect',
  requestRedirect: { scheme: 'https', hostname: 'own.test', statusCode: 308 },
});

/** Before the name of a backend: the XBackend of that name. */
const X = 'x ';

const backendRef = fc.record({
  name: fc.constantFrom('one', 'one', 'one', 'two', 'two', `${X}one`, `${X}missing`, 'missing', 'forbidden'),
  weight: fc.constantFrom(1, 1, 1, 3, 0),
  filters: fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: modifier.map((filter) => [filter]) },
    { weight: 1, arbitrary: responseModifier.map((filter) => [filter]) },
    { weight: 1, arbitrary: fc.tuple(fullRewrite, modifier, mirror).map((filters) => [...filters]) },
    { weight: 1, arbitrary: fc.tuple(cors, ownRedirect).map((filters) => [...filters]) },
  ),
});

const timeouts = fc.constantFrom(
  undefined,
  undefined,
  { request: '10s' },
  { request: '1m', backendRequest: '8s500ms' },
  { request: '0s' },
);

/** Codes that backends are asked to answer with. */
export const FAILURES = [500, 503, 429] as const;

const retry = fc.option(
  fc.record({
    attempts: fc.constantFrom(0, 1, 1, 2),
    codes: fc.constantFrom<readonly number[]>([], [503], [500, 503], [429, 500, 503]),
    backoff: fc.constant('1ms'),
  }),
  { nil: undefined, freq: 3 },
);

/** Of an HTTPRoute, or of a GRPCRoute. */
export interface Match {
  readonly path?: { readonly type: string; readonly value: string };
  readonly method?:
    | string
    | { readonly type?: string; readonly service?: string | undefined; readonly method?: string }
    | undefined;
  readonly headers?: readonly Named[];
  readonly queryParams?: readonly Named[];
}

const sessionPersistence = fc.constantFrom(
  undefined,
  undefined,
  { type: 'Cookie', cookie: { name: 's' } },
  { type: 'Cookie', cookie: {} },
  { type: 'Header', header: { name: 'X-Session' } },
);

interface Rule {
  readonly matches: readonly Match[];
  readonly filters: readonly {
    readonly type: string;
    readonly urlRewrite?: { path?: { type: string } };
    readonly requestRedirect?: { path?: { type: string } | undefined };
  }[];
  readonly backendRefs: readonly unknown[];
  readonly timeouts: object | undefined;
  readonly retry: object | undefined;
  readonly sessionPersistence: object | undefined;
}

/** A prefix can only be replaced where there is exactly one PathPrefix match: the API refuses the rest. */
const replaceable = (rule: Rule): boolean =>
  rule.filters.every(({ urlRewrite, requestRedirect }) => {
    const modified = urlRewrite?.path ?? requestRedirect?.path;
    return (
      modified?.type !== 'ReplacePrefixMatch' ||
      (rule.matches.length === 1 && rule.matches[0]?.path?.type === 'PathPrefix')
    );
  });

const rule: fc.Arbitrary<Rule> = fc
  .oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        matches: fc.array(match, { minLength: 1, maxLength: 2 }),
        filters: fc.oneof(
          { weight: 3, arbitrary: fc.constant([]) },
          { weight: 1, arbitrary: modifier.map((filter) => [filter]) },
          { weight: 1, arbitrary: rewrite.map((filter) => [filter]) },
          { weight: 1, arbitrary: fc.tuple(modifier, rewrite).map((filters) => [...filters]) },
          { weight: 1, arbitrary: fc.tuple(responseModifier, modifier).map((filters) => [...filters]) },
          { weight: 1, arbitrary: fc.tuple(mirror, mirror, rewrite).map((filters) => [...filters]) },
          { weight: 2, arbitrary: fc.tuple(cors, responseModifier).map((filters) => [...filters]) },
        ),
        timeouts,
        retry,
        sessionPersistence,
        backendRefs: fc.oneof(
          { weight: 1, arbitrary: fc.constant([]) },
          {
            weight: 9,
            arbitrary: fc.uniqueArray(backendRef, {
              selector: ({ name }) => name,
              minLength: 1,
              maxLength: 2,
            }),
          },
        ),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        matches: fc.array(match, { minLength: 1, maxLength: 1 }),
        filters: fc.oneof(
          { weight: 2, arbitrary: redirect.map((filter) => [filter]) },
          { weight: 1, arbitrary: fc.tuple(redirect, responseModifier).map((filters) => [...filters]) },
          { weight: 1, arbitrary: fc.tuple(redirect, cors).map((filters) => [...filters]) },
        ),
        backendRefs: fc.constant([]),
        timeouts: fc.constant(undefined),
        retry: fc.constant(undefined),
        sessionPersistence: fc.constant(undefined),
      }),
    },
  )
  .filter(replaceable);

/** What of the Gateway a route names; of several parentRefs each must name a listener. */
const parents = fc.constantFrom<
  readonly { readonly name?: string; readonly sectionName?: string; readonly port?: number }[]
>(
  [{}],
  [{}],
  [{ sectionName: 'http-0' }],
  [{ sectionName: 'https-0' }],
  [{ sectionName: 'http-1' }, { sectionName: 'https-0' }],
  [{ sectionName: 'https-1' }, { sectionName: 'https-0' }],
  [{ port: PLAIN }],
  [{ name: SIDE }],
  [{}, { name: SIDE }],
);

const callMethod = fc.oneof(
  fc.constantFrom(
    { service: 'a' },
    { service: 'a', method: 'b' },
    { method: 'b' },
    { service: 'api', method: 'v1' },
  ),
  fc
    .record({
      service: fc.constantFrom(undefined, 'a.*', '[a-c]', '(?i)API'),
      method: fc.constantFrom('b|v1', '^[a-z].*$', '(?i)B'),
    })
    .map((names) => ({ type: 'RegularExpression', ...names })),
);

const callsBackend = fc.record({
  name: fc.constantFrom('calls', 'calls', `${X}calls`, 'missing', 'forbidden'),
  weight: fc.constantFrom(1, 1, 3, 0),
  filters: fc.oneof(
    fc.constant([]),
    modifier.map((filter) => [filter]),
    responseModifier.map((filter) => [filter]),
  ),
});

/** Of a GRPCRoute; what only HTTPRoutes have is left empty. */
const callRule: fc.Arbitrary<Rule> = fc.record({
  matches: fc.array(
    fc.record(
      { method: callMethod, headers: mostly<readonly Named[]>([], named(headerNames)) },
      { requiredKeys: ['headers'] },
    ),
    { maxLength: 2 },
  ),
  filters: fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(responseModifier, modifier, mirrorTo('calls', 'missing'))
        .map((filters) => [...filters]),
    },
  ),
  backendRefs: fc.uniqueArray(callsBackend, { selector: ({ name }) => name, maxLength: 2 }),
  timeouts: fc.constant(undefined),
  retry: fc.constant(undefined),
  sessionPersistence,
});

const route = fc.record({
  hostnames: fc.oneof(
    fc.constant([]),
    fc.uniqueArray(fc.constantFrom(...hostnames), { minLength: 1, maxLength: 3 }),
  ),
  created: fc.constantFrom(undefined, '2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z'),
  parents,
  rules: fc.oneof(
    {
      weight: 3,
      arbitrary: fc
        .array(rule, { minLength: 1, maxLength: 3 })
        .map((rules) => ({ kind: 'HTTPRoute', rules })),
    },
    {
      weight: 1,
      arbitrary: fc
        .array(callRule, { minLength: 1, maxLength: 3 })
        .map((rules) => ({ kind: 'GRPCRoute', rules })),
    },
  ),
});

const listenerHosts = fc.uniqueArray(
  fc.constantFrom('', '', '*.example.com', 'a.example.com', 'b.example.com', '*.b.example.com', '*.com'),
  { minLength: 1, maxLength: 3 },
);

export const configuration = fc.record({
  http: listenerHosts,
  https: listenerHosts,
  /** Plain listeners of the second Gateway. */
  side: listenerHosts,
  /** Of each HTTPS listener; one whose certificate is missing is not served. */
  certificates: fc.array(fc.constantFrom('tls', 'tls', 'tls', 'tls', 'missing'), {
    minLength: 3,
    maxLength: 3,
  }),
  routes: fc.array(route, { minLength: 2, maxLength: 5 }),
});

export type Configuration = typeof configuration extends fc.Arbitrary<infer T> ? T : never;

/** What a browser adds to a request of another origin. */
const crossOrigin = fc
  .tuple(
    fc.constantFrom(
      undefined,
      'https://a.test',
      'https://a.test:443',
      'http://x.y.b.test',
      'https://c:8443',
      'null',
    ),
    fc.constantFrom(undefined, 'PUT', 'PUT'),
    fc.constantFrom(undefined, 'x-one, x-two'),
  )
  .map(([origin, method, names]) =>
    Object.entries({
      ...(origin !== undefined && { Origin: origin }),
      ...(method !== undefined && { 'Access-Control-Request-Method': method }),
      ...(names !== undefined && { 'Access-Control-Request-Headers': names }),
    }),
  );

/** What makes a call of a request, and what nearly does. */
const contentType = fc
  .constantFrom(
    undefined,
    undefined,
    'application/grpc',
    'application/grpc',
    'application/grpc+proto',
    'application/grpc-web',
  )
  .map((type) => (type === undefined ? [] : [['Content-Type', type] as [string, string]]));

export type RandomRequest = typeof requests extends fc.Arbitrary<readonly (infer T)[]> ? T : never;

/** Of each configuration. */
export const REQUESTS = 12;

export const requests = fc.array(
  fc.record({
    tls: fc.boolean(),
    /** See `aimAt`. */
    aim: fc.noBias(fc.nat({ max: 2 ** 20 })),
    /** At the second Gateway, where it is plain. */
    aside: fc.nat(4).map((one) => one === 0),
    /** What a backend is asked to answer. */
    status: fc.oneof(fc.constant(200), fc.constantFrom(...FAILURES)),
    host: fc.oneof(fc.constantFrom(...hosts.slice(0, 6)), fc.constantFrom(...hosts)),
    /** Server name of the TLS handshake; undefined: the host. */
    server: fc.oneof(
      { weight: 5, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: fc.constantFrom('b.example.com', 'x.b.example.com') },
    ),
    withPort: fc.boolean(),
    path: fc.oneof(fc.constantFrom('/a', '/a/b', '/api/v1/x?k=1'), fc.constantFrom(...paths)),
    method: fc.constantFrom('GET', 'GET', 'OPTIONS', ...methods),
    headers: fc
      .tuple(
        fc.array(fc.tuple(fc.constantFrom('x-one', 'x-two', 'X-THREE'), fc.constantFrom(...values)), {
          maxLength: 3,
        }),
        crossOrigin,
        contentType,
      )
      .map((parts) => parts.flat()),
  }),
  { minLength: REQUESTS, maxLength: REQUESTS },
);

/** The objects of a configuration, as they would be written in YAML. */
export function objectsOf({ http, https, side, certificates, routes }: Configuration): readonly unknown[] {
  const listeners = (prefix: string, hosts: readonly string[], more: (index: number) => object) =>
    hosts.map((hostname, index) => ({
      name: `${prefix}-${index}`,
      ...(hostname === '' ? {} : { hostname }),
      ...more(index),
    }));
  return [
    {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'Gateway',
      metadata: { name: 'edge', namespace: 'default' },
      spec: {
        gatewayClassName: 'windlass',
        listeners: [
          ...listeners('http', http, () => ({ port: PLAIN, protocol: 'HTTP' })),
          ...listeners('https', https, (index) => ({
            port: SECURE,
            protocol: 'HTTPS',
            tls: { certificateRefs: [{ name: certificates[index] }] },
          })),
        ],
      },
    },
    {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'Gateway',
      metadata: { name: SIDE, namespace: 'default' },
      spec: {
        gatewayClassName: 'windlass',
        listeners: listeners('http', side, () => ({ port: PLAIN, protocol: 'HTTP' })),
      },
    },
    ...routes.map(({ hostnames, created, parents: ofGateway, rules: { kind, rules } }, index) => ({
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind,
      metadata: {
        name: `route-${index}`,
        namespace: 'default',
        ...(created === undefined ? {} : { creationTimestamp: created }),
      },
      spec: {
        parentRefs: ofGateway.map((parent) => ({ name: 'edge', ...parent })),
        ...(hostnames.length === 0 ? {} : { hostnames }),
        rules: rules.map(
          ({
            matches,
            filters,
            backendRefs,
            timeouts: limits,
            retry: again,
            sessionPersistence: session,
          }) => ({
            matches,
            filters,
            ...(limits === undefined ? {} : { timeouts: limits }),
            ...(again === undefined ? {} : { retry: again }),
            ...(session === undefined ? {} : { sessionPersistence: session }),
            backendRefs: (backendRefs as readonly { name: string; weight: number; filters: unknown[] }[]).map(
              (ref) => ({
                ...ref,
                ...(ref.name.startsWith(X)
                  ? { group: 'gateway.networking.x-k8s.io', kind: 'XBackend', name: ref.name.slice(X.length) }
                  : { port: 80 }),
                ...(ref.name === 'forbidden' ? { namespace: 'elsewhere' } : {}),
              }),
            ),
          }),
        ),
      },
    })),
  ];
}
