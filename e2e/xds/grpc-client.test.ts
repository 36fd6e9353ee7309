// gRPC's own xDS client: it shares no code with the product, knows nothing of Envoy, and speaks state of the world with names only.
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
  Client,
  credentials,
  Server,
  ServerCredentials,
  type sendUnaryData,
  type ServiceError,
} from '@grpc/grpc-js';
import { register } from '@grpc/grpc-js-xds';
import { any, encode } from '../../src/proto/index.js';
import { buildWhole, type Reference, type Resource, type ResourceType } from '../../src/xds/index.js';
import { until } from '../harness/until.js';
import { fixture, FLEET, type Fixture } from './fixture.js';

const text = {
  serialize: (value: string) => Buffer.from(value),
  deserialize: (bytes: Buffer) => bytes.toString(),
};
const METHOD = '/test.Echo/Who';

const closers: (() => unknown)[] = [];
let ads: Fixture;
beforeAll(() => register());
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A server that answers every call with its name. */
async function backend(name: string): Promise<number> {
  const server = new Server();
  server.register(
    METHOD,
    (_call: unknown, reply: sendUnaryData<string>) => reply(null, name),
    text.serialize,
    text.deserialize,
    'unary',
  );
  closers.push(() => server.forceShutdown());
  return await new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
      if (error === null) resolve(port);
      else reject(error);
    });
  });
}

function resource(
  type: ResourceType,
  name: string,
  bytes: Uint8Array,
  references: readonly Reference[],
): Resource {
  return buildWhole({ type, name, bytes, references, owner: { object: 'Service shop/echo', at: '' } });
}

const adsSource = { ads: {}, resourceApiVersion: 2 } as const;

/** What a proxyless client asks for, one after the other: listener, table, cluster, endpoints. */
function service(clusterName: string, port: number): Resource[] {
  const connectionManager = any(
    'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
    {
      rds: { routeConfigName: 'table', configSource: adsSource },
      httpFilters: [
        {
          name: 'router',
          typedConfig: any('envoy.extensions.filters.http.router.v3.Router', {}),
        },
      ],
    },
  );
  return [
    resource(
      'listener',
      'echo',
      encode('envoy.config.listener.v3.Listener', {
        name: 'echo',
        apiListener: { apiListener: connectionManager },
      }),
      [{ type: 'routes', name: 'table' }],
    ),
    resource(
      'routes',
      'table',
      encode('envoy.config.route.v3.RouteConfiguration', {
        name: 'table',
        virtualHosts: [
          {
            name: 'all',
            domains: ['*'],
            routes: [{ match: { prefix: '' }, route: { cluster: clusterName } }],
          },
        ],
      }),
      [{ type: 'cluster', name: clusterName }],
    ),
    resource(
      'cluster',
      clusterName,
      encode('envoy.config.cluster.v3.Cluster', {
        name: clusterName,
        type: 3,
        edsClusterConfig: { edsConfig: adsSource },
      }),
      [{ type: 'endpoints', name: clusterName }],
    ),
    resource(
      'endpoints',
      clusterName,
      encode('envoy.config.endpoint.v3.ClusterLoadAssignment', {
        clusterName,
        endpoints: [
          {
            locality: { zone: 'here' },
            loadBalancingWeight: { value: 1 },
            lbEndpoints: [
              { endpoint: { address: { socketAddress: { address: '127.0.0.1', portValue: port } } } },
            ],
          },
        ],
      }),
      [],
    ),
  ];
}

function client(): () => Promise<string> {
  const bootstrap = {
    xds_servers: [{ server_uri: `unix:${ads.socket}`, channel_creds: [{ type: 'insecure' }] }],
    node: { id: 'proxyless-1', locality: {} },
  };
  const made = new Client('xds:///echo', credentials.createInsecure(), {
    'grpc.TEST_ONLY_DO_NOT_USE_IN_PROD.xds_bootstrap_config': JSON.stringify(bootstrap),
  });
  closers.push(() => made.close());
  return async () =>
    await new Promise((resolve, reject) => {
      const answered = (error: ServiceError | null, value?: string): void => {
        if (error === null) resolve(value ?? '');
        else reject(error);
      };
      made.makeUnaryRequest(METHOD, text.serialize, text.deserialize, 'who?', answered);
    });
}

describe("gRPC's own xDS client", () => {
  it('finds its backend, follows its endpoints and its table, and is current', async () => {
    ads = await fixture();
    closers.push(() => ads.close());
    const [one, two, three] = [await backend('one'), await backend('two'), await backend('three')];
    const call = client();
    const current = async (): Promise<void> => {
      await until('the client to be current', () => {
        const { connected, current: agreed, rejected } = ads.server.summary(FLEET);
        expect(rejected).toEqual([]);
        return connected === 1 && agreed === 1 ? true : undefined;
      });
    };
    const answers = async (name: string): Promise<void> => {
      await until(`answers of ${name}`, async () => ((await call()) === name ? true : undefined));
    };
    ads.set(...service('a', one));
    await answers('one');
    await current();
    ads.set(...service('a', two));
    await answers('two');
    await current();
    ads.set(...service('b', three));
    await answers('three');
    await current();
  }, 30_000);
});
