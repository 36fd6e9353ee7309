import { describe, expect, it } from '@jest/globals';
import { decode, encode, envoy, toJson } from './index.js';

const CLUSTER = 'envoy.config.cluster.v3.Cluster';
const REQUEST = 'envoy.service.discovery.v3.DeltaDiscoveryRequest';

describe('decode', () => {
  it('leaves undefined what was not sent', () => {
    const request = decode(REQUEST, encode(REQUEST, { responseNonce: '4' }));
    expect(request).toEqual({ responseNonce: '4' });
    expect(request.errorDetail).toBeUndefined();
    expect(request.resourceNamesSubscribe).toBeUndefined();
  });

  it('gives 64-bit integers as numbers', () => {
    const duration = encode('google.protobuf.Duration', { seconds: -315_576_000_000, nanos: -1 });
    expect(decode('google.protobuf.Duration', duration)).toEqual({ seconds: -315_576_000_000, nanos: -1 });
  });

  it('refuses bytes that are not such a message', () => {
    expect(() => decode(REQUEST, Uint8Array.of(0x0a, 0x7f, 0x01))).toThrow(
      expect.objectContaining({ code: 'MALFORMED_MESSAGE' }),
    );
  });
});

describe('toJson', () => {
  it('writes canonical protobuf JSON: enums by name, durations in seconds, wrappers by value', () => {
    const cluster: envoy.config.cluster.v3.Cluster = {
      type: envoy.config.cluster.v3.Cluster.DiscoveryType.STRICT_DNS,
      connectTimeout: { seconds: 10 },
      perConnectionBufferLimitBytes: { value: 1024 },
      name: 'store',
    };
    expect(toJson(CLUSTER, cluster)).toEqual({
      name: 'store',
      type: 'STRICT_DNS',
      connectTimeout: '10s',
      perConnectionBufferLimitBytes: 1024,
    });
  });

  it('takes the wire form too, with the same text for the same content', () => {
    const ordered = { name: 'store', altStatName: 'shop', typedExtensionProtocolOptions: { a: {}, b: {} } };
    const turned = { typedExtensionProtocolOptions: { b: {}, a: {} }, altStatName: 'shop', name: 'store' };
    expect(JSON.stringify(toJson(CLUSTER, turned))).toBe(JSON.stringify(toJson(CLUSTER, encode(CLUSTER, ordered))));
  });

  it('refuses an Any of a type that the Envoy API does not have', () => {
    const strange = { name: 'x', typedConfig: { typeUrl: 'type.googleapis.com/no.such.Type' } };
    expect(() => toJson('envoy.config.listener.v3.Filter', strange)).toThrow(
      expect.objectContaining({ code: 'MALFORMED_MESSAGE' }),
    );
  });
});
