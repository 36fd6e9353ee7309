import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Client, credentials, type handleBidiStreamingCall, Server, ServerCredentials } from '@grpc/grpc-js';
import { ADS, decode, encode, type MessageTypes } from './index.js';

type Request = MessageTypes['envoy.service.discovery.v3.DeltaDiscoveryRequest'];
const RESPONSE = 'envoy.service.discovery.v3.DeltaDiscoveryResponse';

let server: Server;
let client: Client;

beforeEach(async () => {
  server = new Server();
  const answer: handleBidiStreamingCall<Request, Uint8Array> = (stream) => {
    // Two fields encoded apart, one body: what the server does with shared resources.
    stream.on('data', (request: Request) => {
      const nonce = encode(RESPONSE, { nonce: request.responseNonce });
      stream.write(Buffer.concat([encode(RESPONSE, { removedResources: request.resourceNamesSubscribe }), nonce]));
    });
    stream.on('end', () => stream.end());
  };
  server.addService(ADS, { DeltaAggregatedResources: answer });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
});

afterEach(() => {
  client.close();
  server.forceShutdown();
});

describe('the aggregated discovery service', () => {
  it('decodes requests and passes encoded responses through', async () => {
    const { path, requestSerialize, responseDeserialize } = ADS.DeltaAggregatedResources;
    const call = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
    call.write({ responseNonce: '7', resourceNamesSubscribe: ['a', 'b'] });
    call.end();
    const answers: Uint8Array[] = [];
    for await (const answer of call) answers.push(answer as Uint8Array);
    expect(answers.map((bytes) => decode(RESPONSE, bytes))).toEqual([{ removedResources: ['a', 'b'], nonce: '7' }]);
  });

  it('has the paths that Envoy calls', () => {
    expect(Object.values(ADS).map(({ path }) => path)).toEqual([
      '/envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources',
      '/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources',
    ]);
  });
});
