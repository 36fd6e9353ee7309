import type { MethodDefinition } from '@grpc/grpc-js';
import { decode } from './decode.js';
import { encode } from './encode.js';
import type { MessageTypes } from './gen/envoy.js';
import type { MessageName } from './root.js';

const SERVICE = 'envoy.service.discovery.v3.AggregatedDiscoveryService';

/** A bidirectional stream of typed requests, answered with responses that are encoded already. */
type StreamMethod<T extends MessageName> = MethodDefinition<MessageTypes[T], Uint8Array>;

/**
 * The aggregated discovery service, for grpc-js. Responses pass through as the bytes they are (an encoded DiscoveryResponse or DeltaDiscoveryResponse),
 * so that what is encoded once is shared by all streams; requests are decoded.
 */
export const ADS = {
  StreamAggregatedResources: streamMethod('StreamAggregatedResources', 'envoy.service.discovery.v3.DiscoveryRequest'),
  DeltaAggregatedResources: streamMethod('DeltaAggregatedResources', 'envoy.service.discovery.v3.DeltaDiscoveryRequest'),
} as const;

function streamMethod<T extends MessageName>(method: string, request: T): StreamMethod<T> {
  return {
    path: `/${SERVICE}/${method}`,
    originalName: `${method.charAt(0).toLowerCase()}${method.slice(1)}`,
    requestStream: true,
    responseStream: true,
    requestSerialize: (message) => asBuffer(encode(request, message)),
    requestDeserialize: (bytes) => decode(request, bytes),
    responseSerialize: asBuffer,
    responseDeserialize: (bytes) => bytes,
  };
}

/** The same memory as a Buffer: no copy. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
