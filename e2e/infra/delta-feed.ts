import { Server, ServerCredentials } from '@grpc/grpc-js';
import { ADS, any, encode, type envoy, type MessageTypes } from '../../src/proto/index.js';

/** A delta ADS server on a unix socket that answers the first request for each type with what it has of it, and no more. */
export interface DeltaFeed {
  /** What Envoy said about answers it refused. */
  readonly nacks: readonly string[];
  stop(): void;
}

export type FedType = 'envoy.config.listener.v3.Listener' | 'envoy.config.cluster.v3.Cluster';

export async function feedDelta(
  socketPath: string,
  resources: { readonly [T in FedType]?: Readonly<Record<string, MessageTypes[T]>> },
): Promise<DeltaFeed> {
  const nacks: string[] = [];
  const server = new Server();
  server.addService(ADS, {
    StreamAggregatedResources: (call: { end(): void }) => call.end(),
    DeltaAggregatedResources: (call: {
      on(event: 'data', listener: (request: envoy.service.discovery.v3.DeltaDiscoveryRequest) => void): void;
      on(event: 'error', listener: () => void): void;
      write(response: Uint8Array): void;
    }) => {
      // A stream ends when its Envoy does.
      call.on('error', () => undefined);
      call.on('data', (request) => {
        if (request.errorDetail?.message !== undefined) nacks.push(request.errorDetail.message);
        if (request.responseNonce !== undefined && request.responseNonce !== '') return;
        call.write(answer(request.typeUrl ?? '', resources));
      });
    },
  });
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(`unix:${socketPath}`, ServerCredentials.createInsecure(), (error) =>
      error === null ? resolve() : reject(error),
    );
  });
  return { nacks, stop: () => server.forceShutdown() };
}

function answer(typeUrl: string, resources: Parameters<typeof feedDelta>[1]): Uint8Array {
  return encode('envoy.service.discovery.v3.DeltaDiscoveryResponse', {
    typeUrl,
    nonce: '1',
    systemVersionInfo: '1',
    resources: [
      ...encodedAs('envoy.config.listener.v3.Listener', typeUrl, resources),
      ...encodedAs('envoy.config.cluster.v3.Cluster', typeUrl, resources),
    ],
  });
}

function encodedAs<T extends FedType>(
  type: T,
  typeUrl: string,
  resources: { readonly [K in T]?: Readonly<Record<string, MessageTypes[K]>> },
): envoy.service.discovery.v3.Resource[] {
  if (!typeUrl.endsWith(`/${type}`)) return [];
  const named: Readonly<Record<string, MessageTypes[T]>> = resources[type] ?? {};
  return Object.entries(named).map(([name, message]: [string, MessageTypes[T]]) => ({
    name,
    version: '1',
    resource: any(type, message),
  }));
}

/** Plain HTTP on a port of `addresses`: every request goes to `backendPort` and is noted in the access log on standard output. */
export function proxyTo(
  name: string,
  addresses: readonly string[],
  port: number,
  backendPort: number,
): Parameters<typeof feedDelta>[1] {
  const [address, ...additional] = addresses.map((one) => ({
    socketAddress: { address: one, portValue: port },
  }));
  const backend = { socketAddress: { address: '127.0.0.1', portValue: backendPort } };
  return {
    'envoy.config.cluster.v3.Cluster': {
      backend: {
        name: 'backend',
        loadAssignment: {
          clusterName: 'backend',
          endpoints: [{ lbEndpoints: [{ endpoint: { address: backend } }] }],
        },
      },
    },
    'envoy.config.listener.v3.Listener': {
      [name]: {
        name,
        address,
        additionalAddresses: additional.map((one) => ({ address: one })),
        filterChains: [
          {
            filters: [
              {
                name: 'envoy.filters.network.http_connection_manager',
                typedConfig: any(
                  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
                  {
                    statPrefix: name,
                    accessLog: [
                      {
                        name: 'envoy.access_loggers.stdout',
                        typedConfig: any('envoy.extensions.access_loggers.stream.v3.StdoutAccessLog', {
                          logFormat: { jsonFormat: { fields: { path: { stringValue: '%REQ(:PATH)%' } } } },
                        }),
                      },
                    ],
                    routeConfig: {
                      virtualHosts: [
                        {
                          name: 'all',
                          domains: ['*'],
                          routes: [{ match: { prefix: '/' }, route: { cluster: 'backend' } }],
                        },
                      ],
                    },
                    httpFilters: [
                      {
                        name: 'envoy.filters.http.router',
                        typedConfig: any('envoy.extensions.filters.http.router.v3.Router', {}),
                      },
                    ],
                  },
                ),
              },
            ],
          },
        ],
      },
    },
  };
}
