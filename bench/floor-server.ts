// The floor's control plane, in a process of its own: it answers each type with a file of pre-built bytes and swaps the one table when told to.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { ADS, type envoy } from '../src/proto/index.js';
import { CLUSTER, ENDPOINTS, LISTENER, ROUTES } from './resources.js';

const [socketPath = '', directory = ''] = process.argv.slice(2);
const read = (name: string): Buffer => readFileSync(join(directory, `${name}.bin`));
const routes = new Map(['aa', 'ab', 'ba', 'bb'].map((state) => [state, read(`routes-${state}`)]));
const answers = new Map([
  [CLUSTER, read('clusters')],
  [ENDPOINTS, read('endpoints')],
  [LISTENER, read('listeners')],
  [ROUTES, read('routes-aa')],
]);

interface Call {
  on(event: 'data', listener: (request: envoy.service.discovery.v3.DeltaDiscoveryRequest) => void): void;
  on(event: 'error', listener: () => void): void;
  write(response: Uint8Array): void;
  end(): void;
}

let stream: Call | undefined;
const server = new Server();
server.addService(ADS, {
  StreamAggregatedResources: (call: Call) => call.end(),
  DeltaAggregatedResources: (call: Call) => {
    stream = call;
    const asked = new Set<string>();
    call.on('error', () => undefined); // The Envoy is gone: the measurement is over.
    call.on('data', ({ typeUrl = '', resourceNamesSubscribe = [], errorDetail }) => {
      if (errorDetail?.message !== undefined) process.send?.({ nack: errorDetail.message });
      const answer = answers.get(typeUrl);
      if (answer === undefined || (asked.has(typeUrl) && resourceNamesSubscribe.length === 0)) return;
      asked.add(typeUrl);
      call.write(answer);
    });
  },
});
server.bindAsync(`unix:${socketPath}`, ServerCredentials.createInsecure(), (error) => {
  if (error !== null) throw error;
  process.send?.({ ready: true });
});

process.on('message', (state: string) => {
  const table = routes.get(state);
  if (table !== undefined) stream?.write(table);
});
process.on('disconnect', () => process.exit(0));
