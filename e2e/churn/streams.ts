import type { Backend } from './tightening.js';
import type { BackendWorld, Securable, ServiceWorld, TrustedCa, World } from './world.js';

// Connections that are no HTTP: what the configuration says of them, how they are written, and what they may meet.

/** What a client speaks to, by its name. Passed through, TLS ends at the backend; terminated, at the proxy. */
export const STREAMS = {
  tcp: { protocol: 'TCP', port: 7000, kind: 'TCPRoute' },
  passthrough: { protocol: 'TLS', port: 7443, kind: 'TLSRoute', host: 'pass.test' },
  terminated: { protocol: 'TLS', port: 7443, kind: 'TLSRoute', host: 'term.test' },
  udp: { protocol: 'UDP', port: 7053, kind: 'UDPRoute' },
} as const satisfies Record<
  string,
  { readonly protocol: string; readonly port: number; readonly kind: string; readonly host?: string }
>;

export type StreamName = keyof typeof STREAMS;
export const STREAM_NAMES = Object.keys(STREAMS) as readonly StreamName[];

/** Of a route with one rule for each. */
export type StreamsWorld = Readonly<Record<StreamName, readonly BackendWorld[]>>;

/** What a new connection may meet: one of these backends, or nothing. */
export interface StreamForetold {
  readonly labels: ReadonlySet<string>;
  readonly mayBeRefused: boolean;
  readonly backends: readonly Backend[];
}

export function streamListeners(certificate: string, allowedRoutes: object): readonly object[] {
  return STREAM_NAMES.map((name) => {
    const { protocol, port, ...more } = STREAMS[name];
    const tls =
      name === 'passthrough'
        ? { mode: 'Passthrough' }
        : { mode: 'Terminate', certificateRefs: [{ name: certificate }] };
    return {
      name,
      protocol,
      port,
      ...('host' in more && { hostname: more.host, tls }),
      allowedRoutes,
    };
  });
}

export function streamRoute(name: StreamName, backends: readonly BackendWorld[]): object {
  const { kind, ...more } = STREAMS[name];
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind,
    metadata: { name, namespace: 'default' },
    spec: {
      parentRefs: [{ name: 'edge', namespace: 'default', sectionName: name }],
      ...('host' in more && { hostnames: [more.host] }),
      rules: [
        {
          backendRefs: backends.map(({ service, namespace, port, weight }) => ({
            name: service,
            namespace,
            port,
            weight,
          })),
        },
      ],
    },
  };
}

/** Worked out from the world alone. */
export function streamForetold(name: StreamName, world: World): StreamForetold {
  const labels = new Set<string>();
  const used = world.streams[name].filter(({ weight }) => weight > 0);
  let mayBeRefused = used.length === 0;
  for (const backend of used) {
    const service = world.services.find(
      (one) => one.name === backend.service && one.namespace === backend.namespace,
    );
    const found = service === undefined ? [] : labelsOf(name, service, backend, world);
    for (const label of found) labels.add(label);
    mayBeRefused ||= found.length === 0;
  }
  const backends = used.map(({ namespace, service }) => ({ namespace, name: service }));
  return { labels, mayBeRefused, backends };
}

function labelsOf(
  name: StreamName,
  { name: service, namespace, instances, flipped }: ServiceWorld,
  { port }: BackendWorld,
  { granted, policies }: World,
): readonly string[] {
  if (namespace !== 'default' && !(namespace === 'far' && granted)) return [];
  // What is handed on encrypted is not encrypted again, and datagrams are not at all.
  const isEnded = name === 'tcp' || name === 'terminated';
  const ca: TrustedCa | undefined = isEnded ? policies[service as Securable] : undefined;
  if (ca === 'ca-wrong') return [];
  const side = (port === 80) === flipped ? 'b' : 'a';
  const suffix = name === 'passthrough' || ca !== undefined ? 't' : '';
  return instances.map((instance) => `${instance.name}${side}${suffix}`);
}
