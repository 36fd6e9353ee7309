import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { any, decode, encode, encodeField, envoy, fieldNumber, frame, toJson } from './index.js';

const CLUSTER = 'envoy.config.cluster.v3.Cluster';
const HOST = 'envoy.config.route.v3.VirtualHost';
const ROUTE = 'envoy.config.route.v3.Route';
const STRUCT = 'google.protobuf.Struct';

const routes = fc.array(
  fc.record({ name: fc.string(), cluster: fc.string(), seconds: fc.nat() }).map(
    ({ name, cluster, seconds }): envoy.config.route.v3.Route => ({
      name,
      match: { prefix: '/' },
      route: { cluster, timeout: { seconds } },
    }),
  ),
  { maxLength: 20 },
);

describe('encode', () => {
  it('gives bytes that decode to what was encoded', () => {
    const cluster: envoy.config.cluster.v3.Cluster = {
      name: 'store',
      type: envoy.config.cluster.v3.Cluster.DiscoveryType.EDS,
      connectTimeout: { seconds: 2 },
      perConnectionBufferLimitBytes: { value: 32768 },
      outlierDetection: { consecutive5xx: { value: 3 } },
      metadata: { filterMetadata: { windlass: { fields: { kind: { stringValue: 'HTTPRoute' } } } } },
      transportSocketMatches: [{ name: 'tls' }, { name: 'plain' }],
    };
    expect(decode(CLUSTER, encode(CLUSTER, cluster))).toEqual(cluster);
  });

  it('skips a property that is undefined', () => {
    expect(encode(CLUSTER, { name: 'store', connectTimeout: undefined })).toEqual(encode(CLUSTER, { name: 'store' }));
  });

  it('keeps an enum that is not the first of its values', () => {
    const udp = { protocol: envoy.config.core.v3.SocketAddress.Protocol.UDP };
    expect(decode('envoy.config.core.v3.SocketAddress', encode('envoy.config.core.v3.SocketAddress', udp))).toEqual({
      protocol: 1,
    });
  });

  it('gives equal bytes for maps of equal content, at any depth and in any order of keys', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string()), (entries) => {
        const fields = Object.entries(entries).map(([key, stringValue]) => [key, { stringValue }] as const);
        const struct = (of: typeof fields) => ({ fields: { in: { structValue: { fields: Object.fromEntries(of) } } } });
        expect(encode(STRUCT, struct(fields))).toEqual(encode(STRUCT, struct(fields.toReversed())));
      }),
    );
  });

  it('leaves the message as it was', () => {
    const message = { fields: { b: { stringValue: '1' }, a: { stringValue: '2' } } };
    encode(STRUCT, message);
    expect(Object.keys(message.fields)).toEqual(['b', 'a']);
  });

  it('refuses a misspelt property, which would be dropped in silence', () => {
    const misspelt: object = { name: 'store', conectTimeout: { seconds: 2 } };
    expect(() => encode(CLUSTER, misspelt)).toThrow(`${CLUSTER} has no conectTimeout`);
    expect(() => any(CLUSTER, misspelt)).toThrow(`${CLUSTER} has no conectTimeout`);
  });
});

describe('encodeField and frame', () => {
  it('give, concatenated, the wire form of the whole message', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), routes, (name, all) => {
        const parts = [encodeField(HOST, 'name', name), ...all.map((route) => encodeField(HOST, 'routes', route))];
        expect(Buffer.concat(parts)).toEqual(Buffer.from(encode(HOST, { name, routes: all })));
      }),
    );
  });

  it('frame encoded parts as the sub-message they make', () => {
    fc.assert(
      fc.property(routes, (all) => {
        const parts = all.map((route) => encodeField(HOST, 'routes', route));
        const framed = frame(fieldNumber('envoy.config.route.v3.RouteConfiguration', 'virtualHosts'), parts);
        const whole = encode('envoy.config.route.v3.RouteConfiguration', { virtualHosts: [{ routes: all }] });
        expect(Buffer.from(framed)).toEqual(Buffer.from(whole));
      }),
    );
  });

  it('frame fields of a number above 15 and of great length', () => {
    const value = new Uint8Array(70_000).fill(7);
    const framed = frame(20, [value.subarray(0, 1), value.subarray(1)]);
    expect([...framed.subarray(0, 5)]).toEqual([0xa2, 0x01, 0xf0, 0xa2, 0x04]);
    expect(framed.length).toBe(70_005);
  });

  it('encode one entry set of a map field as the parent does', () => {
    const value = any('google.protobuf.BoolValue', { value: true });
    expect(encodeField(ROUTE, 'typedPerFilterConfig', { a: value })).toEqual(
      encode(ROUTE, { typedPerFilterConfig: { a: value } }),
    );
  });

  it('refuse a field the message does not have', () => {
    expect(() => fieldNumber(HOST, 'rutes' as 'routes')).toThrow(RangeError);
  });
});

describe('any', () => {
  it('carries the type URL and the wire form', () => {
    expect(any('google.protobuf.BoolValue', { value: true })).toEqual({
      typeUrl: 'type.googleapis.com/google.protobuf.BoolValue',
      value: Buffer.of(8, 1),
    });
  });

  it('appears in JSON as the message it holds', () => {
    const config = any('envoy.extensions.filters.http.router.v3.Router', { startChildSpan: true });
    expect(toJson('envoy.config.listener.v3.Filter', { name: 'router', typedConfig: config })).toEqual({
      name: 'router',
      typedConfig: {
        '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router',
        startChildSpan: true,
      },
    });
  });
});
