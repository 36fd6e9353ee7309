import { Server, ServerCredentials, type ServerDuplexStream } from '@grpc/grpc-js';
import { ADS, encode, type envoy } from '../../src/proto/index.js';
import { resourceBytes, TYPE_URLS, type Resource, type Snapshot } from '../../src/xds/index.js';

type DiscoveryRequest = envoy.service.discovery.v3.DiscoveryRequest;

/** A minimal state-of-the-world ADS server that answers every subscription from one snapshot: what is tested is the configuration, not the protocol. */
export interface AdsFeed {
  readonly port: number;
  /** Envoy's words for every response it refused. */
  readonly nacks: readonly string[];
  /** Names of the extensions the Envoy announced in its first request. */
  readonly extensions: ReadonlySet<string>;
  close(): void;
}

export async function feed(snapshot: Snapshot): Promise<AdsFeed> {
  const nacks: string[] = [];
  const extensions = new Set<string>();
  const server = new Server();
  server.addService(ADS, {
    StreamAggregatedResources: (stream: ServerDuplexStream<DiscoveryRequest, Uint8Array>) => {
      const asked = new Map<string, string>();
      stream.on('data', (request: DiscoveryRequest) => {
        for (const { name } of request.node?.extensions ?? []) if (name !== undefined) extensions.add(name);
        if (request.errorDetail !== undefined)
          nacks.push(`${request.typeUrl ?? ''}: ${request.errorDetail.message ?? ''}`);
        const typeUrl = request.typeUrl ?? '';
        const names = JSON.stringify([...(request.resourceNames ?? [])].sort());
        // An acknowledgement repeats the subscription that was answered.
        if (asked.get(typeUrl) === names) return;
        asked.set(typeUrl, names);
        stream.write(response(typeUrl, resourcesOf(snapshot, typeUrl, request.resourceNames ?? [])));
      });
      stream.on('error', () => undefined); // The Envoy went away: the test is over.
      stream.on('end', () => stream.end());
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return { port, nacks, extensions, close: () => server.forceShutdown() };
}

function resourcesOf(snapshot: Snapshot, typeUrl: string, names: readonly string[]): readonly Resource[] {
  const all = Object.values(snapshot.resources).flatMap((resources) => [...resources.values()]);
  return all.filter(
    ({ type, name }) => TYPE_URLS[type] === typeUrl && (names.length === 0 || names.includes(name)),
  );
}

function response(typeUrl: string, resources: readonly Resource[]): Uint8Array {
  return encode('envoy.service.discovery.v3.DiscoveryResponse', {
    typeUrl,
    versionInfo: '1',
    nonce: '1',
    resources: resources.map((resource) => ({ typeUrl, value: resourceBytes(resource) })),
  });
}
