import type { Manifest } from './controller-world.js';

// What a hostile or careless user of a cluster may write. It all goes into one namespace.

export const HOSTILE = 'hostile';

const of = (kind: string, name: string, rest: object = {}): Manifest => ({
  kind,
  metadata: { name, namespace: HOSTILE },
  ...rest,
});

export const gateway = (name: string, spec: object = {}): Manifest =>
  of('Gateway', name, {
    spec: {
      gatewayClassName: 'windlass',
      listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }],
      ...spec,
    },
  });

const route = (name: string, spec: object = {}, parent = 'gw'): Manifest =>
  of('HTTPRoute', name, { spec: { parentRefs: [{ name: parent }], ...spec } });

/** What the API server takes together: 256 KiB. */
const ANNOTATIONS = { annotations: { huge: 'x'.repeat(256 * 1024 - 4) } };

/** Annotations and names as long as the API server takes them. */
export function huge(): readonly Manifest[] {
  const long = `${'n'.repeat(252)}x`;
  const annotated = (manifest: Manifest): Manifest => ({
    ...manifest,
    metadata: { ...manifest.metadata, ...ANNOTATIONS },
  });
  return [
    annotated(gateway('annotated')),
    annotated(route('annotated')),
    annotated(of('Service', 'annotated', { spec: { ports: [{ port: 80 }] } })),
    gateway(long),
    route(long, {}, long),
    // Values that an Envoy, an access log or an HTTP message would stumble over.
    route('control-characters', {
      rules: [
        {
          filters: [
            {
              type: 'RequestHeaderModifier',
              requestHeaderModifier: {
                set: [
                  { name: 'x-a', value: 'a\r\nx-b: smuggled' },
                  { name: 'x-c', value: '\u0000\u0001\u001b[2J\u007f' },
                  { name: 'x-d', value: '%START_TIME% %REQ(:path)% %' },
                  { name: 'x-e', value: '\u{1f4a5}'.repeat(1000) },
                ],
              },
            },
          ],
        },
      ],
    }),
  ];
}

/** Regular expressions that are deep, exponential where they are tried one way after the other, or too large when they are written out. */
const EXPRESSIONS: readonly string[] = [
  '(a+)+$',
  `${'(a|a)*'.repeat(150)}b`,
  '(.*.*)*'.repeat(140),
  `${'('.repeat(500)}a${')'.repeat(500)}`,
  `${'(?:'.repeat(250)}a${'){1,1000}'.repeat(20)}`,
  `${'('.repeat(100)}x${'+)'.repeat(100)}`,
  '((((a{1,1000}){1,1000}){1,1000}){1,1000})',
  '\\pL'.repeat(330),
  `[${'a-z'.repeat(330)}]`,
  '('.repeat(1000),
  '['.repeat(1000),
  '\\'.repeat(999),
  '(?=look)(?<behind>a)\\1',
  '\\p{Nonsense}[[:nonsense:]]',
  'a{999999999}',
  '\u0000\u0007',
];

/** Each in a path, a header, a query parameter: sixty-four matches together where the API server takes so many. */
export function expressions(): readonly Manifest[] {
  const routes = EXPRESSIONS.flatMap((value, index) => [
    route(`path-${index}`, {
      hostnames: [`path-${index}.example`],
      rules: [{ matches: [{ path: { type: 'RegularExpression', value: `/${value}`.slice(0, 1024) } }] }],
    }),
    route(`header-${index}`, {
      hostnames: [`header-${index}.example`],
      rules: [
        { matches: [{ headers: [{ name: 'x', type: 'RegularExpression', value: value.slice(0, 4096) }] }] },
      ],
    }),
  ]);
  const deep = `${'('.repeat(1000)}a${')'.repeat(1000)}`;
  const matches = Array.from({ length: 64 }, (_, index) => ({
    headers: Array.from({ length: 8 }, (__, other) => ({
      name: `x-${other}`,
      type: 'RegularExpression',
      value: other % 2 === 0 ? `${index}${deep}` : `(a{1,100}){1,100}${index}`,
    })),
  }));
  return [...routes, route('many-expressions', { rules: [{ matches }] })];
}

/** Sixty-four listeners in each of forty sets, beside as many that claim the same, and routes for all of them. */
export function listeners(): readonly Manifest[] {
  const parentRef = { name: 'crowded' };
  const all = { namespaces: { from: 'All' } };
  const set = (name: string, hostname: (index: number) => string): Manifest =>
    of('ListenerSet', name, {
      spec: {
        parentRef,
        listeners: Array.from({ length: 64 }, (_, index) => ({
          name: `l-${index}`,
          port: 80,
          protocol: 'HTTP',
          hostname: hostname(index),
        })),
      },
    });
  return [
    gateway('crowded', {
      allowedListeners: all,
      listeners: Array.from({ length: 64 }, (_, index) => ({
        name: `l-${index}`,
        port: 80,
        protocol: 'HTTP',
        hostname: `gw-${index}.example`,
      })),
    }),
    ...Array.from({ length: 20 }, (_, which) =>
      set(`own-${which}`, (index) => `s-${which}-${index}.example`),
    ),
    ...Array.from({ length: 20 }, (_, which) => set(`same-${which}`, (index) => `s-0-${index}.example`)),
    // Every port once: each would be a listener of its own.
    ...Array.from({ length: 5 }, (_, which) =>
      of('ListenerSet', `ports-${which}`, {
        spec: {
          parentRef,
          listeners: Array.from({ length: 64 }, (__, index) => ({
            name: `l-${index}`,
            port: 1000 + which * 64 + index,
            protocol: index % 2 === 0 ? 'HTTP' : 'TCP',
          })),
        },
      }),
    ),
    route('everywhere', {}, 'crowded'),
    route('in-a-set', {
      parentRefs: Array.from({ length: 20 }, (_, which) => ({
        group: 'gateway.networking.k8s.io',
        kind: 'ListenerSet',
        name: `own-${which}`,
      })),
    }),
  ];
}

/** References that lead back, and to nothing. */
export function cycles(): readonly Manifest[] {
  const group = 'gateway.networking.k8s.io';
  const policy = (name: string, target: string): Manifest =>
    of('BackendTLSPolicy', name, {
      spec: {
        targetRefs: [{ group, kind: 'BackendTLSPolicy', name: target }],
        validation: { hostname: 'a.example', wellKnownCACertificates: 'System' },
      },
    });
  const set = (name: string, parent: string): Manifest =>
    of('ListenerSet', name, {
      spec: {
        parentRef: { group, kind: 'ListenerSet', name: parent },
        listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }],
      },
    });
  const backendOf = (kind: string, name: string) => ({ group, kind, name, port: 80 });
  return [
    policy('cycle-a', 'cycle-b'),
    policy('cycle-b', 'cycle-a'),
    set('cycle-self', 'cycle-self'),
    set('cycle-c', 'cycle-d'),
    set('cycle-d', 'cycle-c'),
    route('cycle', {
      parentRefs: [{ group, kind: 'HTTPRoute', name: 'cycle' }, { name: 'gw' }],
      rules: [
        {
          backendRefs: [
            backendOf('HTTPRoute', 'cycle'),
            backendOf('Gateway', 'gw'),
            backendOf('ListenerSet', 'cycle-c'),
          ],
        },
      ],
    }),
    route('mirrors-itself', {
      rules: [
        {
          filters: [
            {
              type: 'RequestMirror',
              requestMirror: { backendRef: backendOf('HTTPRoute', 'mirrors-itself') },
            },
            { type: 'ExtensionRef', extensionRef: { group, kind: 'HTTPRoute', name: 'mirrors-itself' } },
          ],
        },
      ],
    }),
    {
      kind: 'GatewayClass',
      metadata: { name: 'cycle' },
      spec: {
        controllerName: 'windlass.io/gateway-controller',
        parametersRef: { group, kind: 'GatewayClass', name: 'cycle' },
      },
    },
  ];
}

/** Slices with as many endpoints and addresses as the API server takes, and Secrets full of nonsense that certificates are read from. */
export function bulk(): readonly Manifest[] {
  const slice = (name: string, rest: object): Manifest => ({
    kind: 'EndpointSlice',
    metadata: { name, namespace: HOSTILE, labels: { 'kubernetes.io/service-name': 'bulk' } },
    ports: [{ name: '', port: 8080, protocol: 'TCP' }],
    ...rest,
  });
  const addresses = (which: number, endpoint: number) =>
    Array.from(
      { length: 10 },
      (_, index) =>
        `198.18.${(which * 4 + Math.floor(endpoint / 250)) % 256}.${((endpoint + index) % 250) + 1}`,
    );
  const nonsense = Buffer.alloc(700 * 1024, '\u0000\u001b-----BEGIN CERTIFICATE-----\n').toString('base64');
  const secret = (name: string, type: string, data: object): Manifest => of('Secret', name, { type, data });
  const tls = (name: string) => ({
    name: `l-${name}`,
    port: 443,
    protocol: 'HTTPS',
    hostname: `${name}.example`,
    tls: { certificateRefs: [{ name }] },
  });
  const empty = Buffer.from('').toString('base64');
  return [
    of('Service', 'bulk', { spec: { ports: [{ port: 80 }] } }),
    ...Array.from({ length: 5 }, (_, which) =>
      slice(`bulk-${which}`, {
        addressType: 'IPv4',
        endpoints: Array.from({ length: 1000 }, (__, endpoint) => ({
          addresses: addresses(which, endpoint),
        })),
      }),
    ),
    slice('absurd-v6', {
      addressType: 'IPv6',
      endpoints: Array.from({ length: 1000 }, (_, index) => ({
        addresses: [`2001:db8::${index.toString(16)}`],
      })),
    }),
    slice('absurd-names', {
      addressType: 'FQDN',
      endpoints: Array.from({ length: 1000 }, (_, index) => ({
        addresses: [`n${index}.${'long.'.repeat(40)}example`],
      })),
    }),
    slice('absurd-ports', { addressType: 'IPv4', endpoints: [{ addresses: ['198.18.0.9'] }], ports: [] }),
    slice('absurd-nobody', { addressType: 'IPv4', endpoints: [] }),
    route('bulk', { rules: [{ backendRefs: [{ name: 'bulk', port: 80, weight: 1_000_000 }] }] }),
    secret('nonsense', 'kubernetes.io/tls', { 'tls.crt': nonsense, 'tls.key': empty }),
    secret('no-key', 'kubernetes.io/tls', { 'tls.crt': empty, 'tls.key': nonsense }),
    secret('opaque', 'Opaque', { 'tls.crt': nonsense }),
    gateway('nonsense', { listeners: ['nonsense', 'no-key', 'opaque', 'absent'].map(tls) }),
  ];
}

/** Parameters whose patches break what they patch. */
export function patches(): readonly Manifest[] {
  const bodies: readonly (readonly [string, object])[] = [
    ['Deployment', { spec: { template: null } }],
    ['Deployment', { spec: { template: { spec: { containers: 'none' } } } }],
    ['Deployment', { spec: { selector: { matchLabels: { other: 'label' } } } }],
    ['Deployment', { metadata: { name: 'another', namespace: 'kube-system' }, kind: 'Pod' }],
    ['Deployment', { spec: { template: { spec: { containers: [{ $patch: 'delete', name: 'envoy' }] } } } }],
    ['Deployment', { spec: { replicas: 'many' } }],
    ['Service', { spec: { ports: [{ port: -1 }] } }],
    ['Service', { spec: { clusterIP: 'nonsense', type: 'Absurd' } }],
    ['Service', { spec: null }],
    ['ConfigMap', { data: null }],
    ['ServiceAccount', { metadata: { ownerReferences: [] } }],
  ];
  return bodies.flatMap(([kind, patch], index) => {
    const name = `patch-${index}`;
    return [
      of('GatewayParameters', name, { spec: { service: { type: 'ClusterIP' }, patches: [{ kind, patch }] } }),
      gateway(name, {
        infrastructure: { parametersRef: { group: 'windlass.io', kind: 'GatewayParameters', name } },
      }),
    ];
  });
}

/** Good objects of each kind, which {@link nonsense} spoils in one place each. */
const GOOD: readonly Manifest[] = [
  gateway('spoilt', {
    infrastructure: {
      labels: { a: 'b' },
      parametersRef: { group: 'windlass.io', kind: 'GatewayParameters', name: 'p' },
    },
    addresses: [{ type: 'IPAddress', value: '198.18.0.1' }],
    allowedListeners: { namespaces: { from: 'Selector', selector: { matchLabels: { a: 'b' } } } },
    listeners: [
      {
        name: 'https',
        port: 443,
        protocol: 'HTTPS',
        hostname: 'a.example',
        tls: {
          mode: 'Terminate',
          certificateRefs: [{ kind: 'Secret', name: 'nonsense' }],
          options: { a: 'b' },
        },
        allowedRoutes: { kinds: [{ kind: 'HTTPRoute' }], namespaces: { from: 'All' } },
      },
    ],
  }),
  route('spoilt', {
    hostnames: ['a.example'],
    rules: [
      {
        name: 'rule',
        matches: [
          {
            path: { type: 'PathPrefix', value: '/' },
            headers: [{ type: 'Exact', name: 'a', value: 'b' }],
            queryParams: [{ name: 'a', value: 'b' }],
            method: 'GET',
          },
        ],
        filters: [
          { type: 'RequestRedirect', requestRedirect: { hostname: 'b.example', statusCode: 301 } },
          { type: 'URLRewrite', urlRewrite: { path: { type: 'ReplaceFullPath', replaceFullPath: '/' } } },
          { type: 'CORS', cors: { allowOrigins: ['https://a.example'], maxAge: 5 } },
        ],
        backendRefs: [{ name: 'bulk', port: 80, weight: 1 }],
        timeouts: { request: '10s' },
        retry: { attempts: 2, backoff: '1s', codes: [500] },
        sessionPersistence: { type: 'Cookie', absoluteTimeout: '1h' },
      },
    ],
  }),
  of('GRPCRoute', 'spoilt', {
    spec: {
      parentRefs: [{ name: 'gw' }],
      rules: [
        { matches: [{ method: { service: 'a.B', method: 'C' } }], backendRefs: [{ name: 'bulk', port: 80 }] },
      ],
    },
  }),
  of('ListenerSet', 'spoilt', {
    spec: {
      parentRef: { name: 'crowded' },
      listeners: [{ name: 'a', port: 90, protocol: 'HTTP', hostname: 'a.b' }],
    },
  }),
  of('TLSRoute', 'spoilt', {
    spec: {
      parentRefs: [{ name: 'gw' }],
      hostnames: ['a.example'],
      rules: [{ backendRefs: [{ name: 'bulk', port: 80 }] }],
    },
  }),
  of('BackendTLSPolicy', 'spoilt', {
    spec: {
      targetRefs: [{ group: '', kind: 'Service', name: 'bulk', sectionName: 'a' }],
      validation: { hostname: 'a.example', caCertificateRefs: [{ group: '', kind: 'ConfigMap', name: 'a' }] },
    },
  }),
  of('ReferenceGrant', 'spoilt', {
    spec: { from: [{ group: 'a', kind: 'HTTPRoute', namespace: 'b' }], to: [{ group: '', kind: 'Service' }] },
  }),
  of('GatewayParameters', 'spoilt', {
    spec: {
      replicas: 1,
      resources: { requests: { cpu: '1' } },
      service: { type: 'ClusterIP', annotations: { a: 'b' } },
      pod: { labels: { a: 'b' }, tolerations: [{ key: 'a' }], volumes: [{ name: 'a', emptyDir: {} }] },
      patches: [{ kind: 'Deployment', patch: { spec: {} } }],
    },
  }),
];

const SPOILERS: readonly unknown[] = [
  null,
  'Absurd',
  -1,
  1e12,
  true,
  [],
  {},
  [null],
  [[{}]],
  'x'.repeat(10_000),
];

/** Each good object with one field after the other replaced by something of another type, an unknown value of an enum, or null. */
export function nonsense(): readonly Manifest[] {
  let count = 0;
  return GOOD.flatMap((good) =>
    pathsOf(good['spec'], ['spec']).flatMap((path) =>
      SPOILERS.map((spoiler) => {
        count += 1;
        const spoilt = replaced(good, path, spoiler) as Manifest;
        return { ...spoilt, metadata: { ...good.metadata, name: `spoilt-${count}` } };
      }),
    ),
  );
}

type Path = readonly (string | number)[];

function pathsOf(value: unknown, at: Path): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [at];
  const isList = Array.isArray(value);
  return [
    at,
    ...Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, [...at, isList ? Number(key) : key])),
  ];
}

function replaced(value: unknown, [key, ...rest]: Path, by: unknown): unknown {
  if (key === undefined) return by;
  if (Array.isArray(value))
    return value.map((each: unknown, index) => (index === key ? replaced(each, rest, by) : each));
  const record = value as Readonly<Record<string, unknown>>;
  return { ...record, [key]: replaced(record[key], rest, by) };
}

/** Statuses as another controller would never write them. */
export const STATUSES: readonly unknown[] = [
  { parents: null },
  { parents: [null] },
  { parents: 'none' },
  { parents: [{ controllerName: 5, parentRef: null, conditions: 'x' }] },
  { parents: [{ controllerName: 'windlass.io/gateway-controller', parentRef: 'gw', conditions: [null] }] },
  {
    parents: [
      { controllerName: 'windlass.io/gateway-controller', parentRef: { name: 'gw' }, conditions: { a: 1 } },
    ],
  },
  { conditions: [[]], listeners: 'x', addresses: [null] },
  { conditions: null, listeners: [null], addresses: { value: 5 } },
  { ancestors: [null, 5, {}] },
];
