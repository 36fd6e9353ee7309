import { sortedMap } from '../../collections/index.js';
import type {
  ChainModel,
  Fleet,
  L4ClusterModel,
  L4EndpointsModel,
  L4Share,
  L4Target,
  PortModel,
  SecuredModel,
  StreamModel,
} from '../../routing/index.js';
import { fleet } from './fleets.js';

// As fleets.ts, for what is handed on as it is.

export function secured(digest: string, ca = 'ca/shop/a'): SecuredModel {
  return { digest, tls: { hostname: 'a.test', names: [{ kind: 'dns', value: 'a.test' }], ca } };
}

export function l4Share(service: string, weight = 1, how?: SecuredModel): L4Share {
  return {
    weight,
    target: {
      kind: 'backend',
      service: { group: '', kind: 'Service', namespace: 'shop', name: service },
      port: 80,
      secured: how,
    },
  };
}

/** Of the route `shop/r`. */
export function l4Target(
  transport: L4ClusterModel['transport'],
  over: Partial<L4ClusterModel> = {},
  shares: readonly L4Share[] = [l4Share('a')],
): L4Target {
  const kind = transport === 'udp' ? 'UDPRoute' : 'TCPRoute';
  return {
    cluster: {
      name: `${kind.toLowerCase()}/shop/r/rule/0`,
      route: { group: 'gateway.networking.k8s.io', kind, namespace: 'shop', name: 'r' },
      rule: 0,
      transport,
      tls: transport === 'udp' ? undefined : [],
      ...over,
    },
    shares,
  };
}

/** A port of one listener, `stream`. */
export function streamPort(
  protocol: StreamModel['protocol'],
  chains: readonly (readonly [domain: string, target: L4Target | undefined])[],
  over: Partial<StreamModel> = {},
): PortModel {
  const stream: StreamModel = {
    listener: 'stream',
    protocol,
    certificates: undefined,
    clientValidation: undefined,
    chains: sortedMap(chains.map(([domain, target]): [string, ChainModel] => [domain, { domain, target }])),
    ...over,
  };
  return { port: 9000, bindPort: 9000, protocol, tables: [], streams: [stream], clusters: [] };
}

/** A fleet that holds what its ports lead to, each rule with one endpoint. */
export function streamFleet(ports: readonly PortModel[], endpoints: readonly L4EndpointsModel[] = []): Fleet {
  const chains = ports.flatMap(({ streams }) => streams.flatMap((stream) => [...stream.chains.values()]));
  const targets = chains.flatMap(({ target }) => target ?? []);
  const clusters = targets.map(({ cluster }) => cluster);
  const all = clusters.map(({ name: cluster, tls }): L4EndpointsModel => ({
    cluster,
    localities: [
      {
        name: 'shop/a:80',
        weight: 1,
        endpoints: [
          {
            address: '127.0.0.1',
            port: 9000,
            digest: tls === undefined ? undefined : 'plain',
            weight: undefined,
          },
        ],
      },
    ],
  }));
  return fleet(ports, {
    l4Targets: sortedMap(targets.map((each) => [each.cluster.name, each])),
    l4Clusters: sortedMap(clusters.map((each) => [each.name, each])),
    l4Endpoints: sortedMap([...all, ...endpoints].map((each) => [each.cluster, each])),
  });
}
