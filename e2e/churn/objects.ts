import { stringify } from 'yaml';
import type { Place } from './place.js';
import { STREAM_NAMES, streamListeners, streamRoute } from './streams.js';
import {
  type BackendWorld,
  CERTIFICATES,
  type CertificateName,
  type ExtraListener,
  PORTS,
  type RouteWorld,
  type RuleWorld,
  SECURABLE,
  type Securable,
  type ServiceWorld,
  type TrustedCa,
  type World,
} from './world.js';

export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

/** Objects as they are written in YAML; equal parts of two worlds give the same, identical object. */
export interface WorldObjects {
  readonly objects: (world: World) => readonly object[];
  readonly text: (world: World) => string;
}

/** @param authorities PEM */
export function worldObjects(
  keyPairs: readonly KeyPair[],
  authorities: Readonly<Record<TrustedCa, string>>,
  place: Place,
): WorldObjects {
  const service = remembered((of: ServiceWorld) => serviceObjects(of, place.backends));
  const route = remembered(routeObject);
  const single = rememberedByText<object>();
  const objects = (world: World): readonly object[] => [
    single(JSON.stringify([world.extraListeners, world.secureCertificate]), () =>
      gatewayObject(world, place.addresses),
    ),
    single(`team ${world.labelled}`, () => namespaceObject('team', world.labelled)),
    single('default', () => namespaceObject('default', true)),
    single('far', () => namespaceObject('far', false)),
    ...(world.granted ? [single('grant', grantObject)] : []),
    ...CERTIFICATES.map((name) =>
      single(`${name} ${world.keyPairs[name]}`, () => secretObject(name, keyPairs[world.keyPairs[name]])),
    ),
    ...(['ca-right', 'ca-wrong'] as const).map((name) =>
      single(name, () => configMapObject(name, authorities[name])),
    ),
    ...SECURABLE.flatMap((name) => {
      const ca = world.policies[name];
      return ca === undefined ? [] : [single(`policy ${name} ${ca}`, () => policyObject(name, ca))];
    }),
    ...world.services.flatMap(service),
    ...world.routes.map(route),
    ...STREAM_NAMES.map((name) =>
      single(`${name} ${JSON.stringify(world.streams[name])}`, () => streamRoute(name, world.streams[name])),
    ),
  ];
  const documentOf = remembered((object: object) => stringify(object));
  return { objects, text: (world) => objects(world).map(documentOf).join('---\n') };
}

function remembered<K extends object, V>(make: (key: K) => V): (key: K) => V {
  const known = new WeakMap<K, V>();
  return (key) => {
    const value = known.get(key) ?? make(key);
    known.set(key, value);
    return value;
  };
}

function rememberedByText<V>(): (key: string, make: () => V) => V {
  const known = new Map<string, V>();
  return (key, make) => {
    const value = known.get(key) ?? make();
    known.set(key, value);
    return value;
  };
}

/** Name that the certificate of every backend carries. */
export const BACKEND_NAME = 'backend.test';

const LABEL: object = { routes: 'welcome' };

const ALLOWED = { namespaces: { from: 'Selector', selector: { matchLabels: LABEL } } };

/** What a listener is made of, by its name. */
const LISTENERS = {
  plain: { port: PORTS.plain },
  secure: { port: PORTS.secure, hostname: '*.example.com' },
  'plain-b': { port: PORTS.plain, hostname: 'b.example.com' },
  'plain-extra': { port: PORTS.plainExtra },
  'secure-a': { port: PORTS.secure, hostname: 'a.example.com', certificate: 'tls-1' },
  'secure-other': { port: PORTS.secure, hostname: 'other.test', certificate: 'tls-2' },
  'secure-extra': { port: PORTS.secureExtra, hostname: '*.example.com', certificate: 'tls-2' },
} as const satisfies Record<
  'plain' | 'secure' | ExtraListener,
  { readonly port: number; readonly hostname?: string; readonly certificate?: CertificateName }
>;

/** The Secret that a listener serves. */
export function certificateOf(world: World, listener: string): CertificateName | undefined {
  if (listener === 'secure') return world.secureCertificate;
  const found = Object.entries(LISTENERS).find(([name]) => name === listener)?.[1];
  return found !== undefined && 'certificate' in found ? found.certificate : undefined;
}

function gatewayObject(world: World, addresses: readonly string[]): object {
  const names = ['plain', 'secure', ...world.extraListeners] as const;
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { name: 'edge', namespace: 'default' },
    spec: {
      gatewayClassName: 'windlass',
      ...(addresses.length > 0 && {
        addresses: addresses.map((value) => ({ type: 'IPAddress', value })),
      }),
      listeners: [
        ...streamListeners('tls-1', ALLOWED),
        ...names.map((name) => {
          const { port, ...more } = LISTENERS[name];
          const certificate = certificateOf(world, name);
          return {
            name,
            port,
            ...('hostname' in more && { hostname: more.hostname }),
            ...(certificate === undefined
              ? { protocol: 'HTTP' }
              : { protocol: 'HTTPS', tls: { certificateRefs: [{ name: certificate }] } }),
            allowedRoutes: ALLOWED,
          };
        }),
      ],
    },
  };
}

function namespaceObject(name: string, labelled: boolean): object {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, ...(labelled && { labels: LABEL }) } };
}

function grantObject(): object {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1beta1',
    kind: 'ReferenceGrant',
    metadata: { name: 'from-default', namespace: 'far' },
    spec: {
      from: ['HTTPRoute', 'GRPCRoute', 'TCPRoute', 'TLSRoute', 'UDPRoute'].map((kind) => ({
        group: 'gateway.networking.k8s.io',
        kind,
        namespace: 'default',
      })),
      to: [{ group: '', kind: 'Service' }],
    },
  };
}

function secretObject(name: string, pair: KeyPair | undefined): object {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'kubernetes.io/tls',
    metadata: { name, namespace: 'default' },
    stringData: { 'tls.crt': pair?.certificate ?? '', 'tls.key': pair?.key ?? '' },
  };
}

function configMapObject(name: string, certificates: string): object {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'default' },
    data: { 'ca.crt': certificates },
  };
}

function policyObject(service: Securable, ca: TrustedCa): object {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'BackendTLSPolicy',
    metadata: { name: service, namespace: 'default' },
    spec: {
      targetRefs: [{ group: '', kind: 'Service', name: service }],
      validation: {
        hostname: BACKEND_NAME,
        caCertificateRefs: [{ group: '', kind: 'ConfigMap', name: ca }],
      },
    },
  };
}

/** One EndpointSlice for each instance: their ports differ. */
function serviceObjects(
  { name, namespace, instances, flipped }: ServiceWorld,
  address: string,
): readonly object[] {
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace },
      spec: {
        ports: [
          { name: 'main', port: 80 },
          { name: 'alt', port: 81 },
          { name: 'main-udp', port: 80, protocol: 'UDP' },
          { name: 'alt-udp', port: 81, protocol: 'UDP' },
        ],
      },
    },
    ...instances.map(({ name: instance, ports: [first, second] }) => ({
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        name: `${name}-${instance}`,
        namespace,
        labels: { 'kubernetes.io/service-name': name },
      },
      addressType: 'IPv4',
      endpoints: [{ addresses: [address] }],
      ports: [
        { name: 'main', port: flipped ? second : first },
        { name: 'alt', port: flipped ? first : second },
        { name: 'main-udp', protocol: 'UDP', port: flipped ? second : first },
        { name: 'alt-udp', protocol: 'UDP', port: flipped ? first : second },
      ],
    })),
  ];
}

function routeObject({ kind, name, namespace, hostnames, sectionName, rules }: RouteWorld): object {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind,
    metadata: { name, namespace },
    spec: {
      parentRefs: [{ name: 'edge', namespace: 'default', ...(sectionName !== undefined && { sectionName }) }],
      hostnames,
      rules: rules.map(kind === 'HTTPRoute' ? ruleObject : callRuleObject),
    },
  };
}

function ruleObject({ prefix, filter, timeout, backends }: RuleWorld): object {
  return {
    ...(prefix !== undefined && { matches: [{ path: { type: 'PathPrefix', value: prefix } }] }),
    ...(timeout && { timeouts: { request: '10s' } }),
    filters: filterObjects(filter),
    backendRefs:
      filter === 'redirect'
        ? []
        : backends.map((backend, index) => ({
            ...backendObject(backend),
            ...(filter === 'own' && index === 0 && { filters: [hostRewrite('own.test')] }),
          })),
  };
}

function callRuleObject({ prefix, filter, backends }: RuleWorld): object {
  const [, service, method] = prefix?.split('/') ?? [];
  return {
    ...(service !== undefined && {
      matches: [{ method: { service, ...(method !== undefined && { method }) } }],
    }),
    filters: filter === 'header' || filter === 'mirror' ? filterObjects(filter) : [],
    backendRefs: backends.map(backendObject),
  };
}

function backendObject({ service, namespace, port, weight }: BackendWorld): object {
  return { name: service, namespace, port, weight };
}

function hostRewrite(hostname: string): object {
  return { type: 'URLRewrite', urlRewrite: { hostname } };
}

function filterObjects(filter: RuleWorld['filter']): readonly object[] {
  switch (filter) {
    case 'none':
    case 'own':
      return [];
    case 'header':
      return [
        { type: 'RequestHeaderModifier', requestHeaderModifier: { set: [{ name: 'x-mark', value: 'set' }] } },
      ];
    case 'rewrite':
      return [
        {
          type: 'URLRewrite',
          urlRewrite: { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/new' } },
        },
      ];
    case 'host':
      return [hostRewrite('inner.test')];
    case 'mirror':
      // The Service comes and goes: at times there is nothing to mirror to.
      return [{ type: 'RequestMirror', requestMirror: { backendRef: { name: 'cart', port: 80 } } }];
    case 'cors':
      return [{ type: 'CORS', cors: { allowOrigins: ['https://a.test'] } }];
    case 'redirect':
      return [{ type: 'RequestRedirect', requestRedirect: { hostname: 'else.test', statusCode: 302 } }];
  }
}
