import { Client, credentials } from '@grpc/grpc-js';
import { ADS, decode, type envoy } from '../src/proto/index.js';
import { CLUSTER, ENDPOINTS, LISTENER, ROUTES, type RawResource, type RawTables } from './resources.js';

const METHOD = ADS.DeltaAggregatedResources;
const DEADLINE_MS = 20_000;
const HCM = 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager';

/**
 * All that the control plane on this socket gives an Envoy, byte for byte: a delta client that subscribes as Envoy does, acknowledges
 * everything, and leaves when it has every table and endpoint set that the listeners and clusters name.
 */
export async function tap(socketPath: string): Promise<RawTables> {
  const client = new Client(`unix:${socketPath}`, credentials.createInsecure(), {
    'grpc.max_receive_message_length': -1,
  });
  const stream = client.makeBidiStreamRequest(METHOD.path, METHOD.requestSerialize, (bytes: Buffer) =>
    decode('envoy.service.discovery.v3.DeltaDiscoveryResponse', bytes),
  );
  const tables = new Map<string, Map<string, RawResource>>();
  const wanted = new Map<string, Set<string>>([
    [ENDPOINTS, new Set()],
    [ROUTES, new Set()],
  ]);
  const subscribe = (typeUrl: string, names: readonly string[]): void => {
    const known = wanted.get(typeUrl);
    const fresh = names.filter((name) => known?.has(name) !== true);
    if (fresh.length === 0) return;
    for (const name of fresh) known?.add(name);
    stream.write({ typeUrl, resourceNamesSubscribe: fresh });
  };
  const complete = (): boolean =>
    [CLUSTER, LISTENER].every((type) => tables.has(type)) &&
    [...wanted].every(([type, names]) => [...names].every((name) => tables.get(type)?.has(name)));
  try {
    await new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`tap of ${socketPath} is not complete`)), DEADLINE_MS);
      stream.on('error', reject);
      stream.on('data', (response: envoy.service.discovery.v3.DeltaDiscoveryResponse) => {
        const typeUrl = response.typeUrl ?? '';
        stream.write({ typeUrl, responseNonce: response.nonce ?? '' });
        const table = tables.get(typeUrl) ?? new Map<string, RawResource>();
        tables.set(typeUrl, table);
        for (const { name = '', version = '', resource } of response.resources ?? []) {
          const bytes = resource?.value ?? new Uint8Array();
          table.set(name, { version, bytes });
          if (typeUrl === CLUSTER) subscribe(ENDPOINTS, endpointsOf(bytes, name));
          if (typeUrl === LISTENER) subscribe(ROUTES, tablesOf(bytes));
        }
        if (!complete()) return;
        clearTimeout(late);
        resolve();
      });
      const node = { id: 'bench-tap', cluster: 'bench' };
      stream.write({ node, typeUrl: CLUSTER, resourceNamesSubscribe: ['*'] });
      stream.write({ typeUrl: LISTENER, resourceNamesSubscribe: ['*'] });
    });
    return tables;
  } finally {
    stream.on('error', () => undefined); // The end that follows is our own.
    stream.cancel();
    client.close();
  }
}

function endpointsOf(cluster: Uint8Array, name: string): readonly string[] {
  const { edsClusterConfig } = decode('envoy.config.cluster.v3.Cluster', cluster);
  if (edsClusterConfig === undefined) return [];
  const { serviceName = '' } = edsClusterConfig;
  return [serviceName === '' ? name : serviceName];
}

function tablesOf(listener: Uint8Array): readonly string[] {
  const { filterChains = [] } = decode('envoy.config.listener.v3.Listener', listener);
  return filterChains.flatMap(({ filters = [] }) =>
    filters.flatMap(({ typedConfig }) => {
      if (typedConfig?.typeUrl?.endsWith(HCM) !== true) return [];
      const { rds } = decode(HCM, typedConfig.value ?? new Uint8Array());
      return rds?.routeConfigName ?? [];
    }),
  );
}
