// What the generated types must not admit, because the encoder would make something else of it in silence. The type checker is the test: an
// `@ts-expect-error` above a line without an error is an error.
import { describe, expect, it } from '@jest/globals';
import { type envoy, unknownProperties } from './index.js';

type Route = envoy.config.route.v3.Route;
type SocketAddress = envoy.config.core.v3.SocketAddress;

describe('the generated types', () => {
  it('admit one member of a oneof, and not two', () => {
    const one: Route = { match: { prefix: '/' }, redirect: { hostRedirect: 'example.com' } };
    // @ts-expect-error route and redirect are members of one oneof
    const two: Route = { route: { cluster: 'a' }, redirect: { hostRedirect: 'example.com' } };
    expect([one, two]).toHaveLength(2);
  });

  it('let every member of a oneof be read', () => {
    const cluster = (route: Route) => route.route?.cluster ?? route.redirect?.hostRedirect;
    expect(cluster({ route: { cluster: 'a' } })).toBe('a');
  });

  it('refuse an enum given as a string', () => {
    // @ts-expect-error protobufjs would encode it as 0: TCP
    const udp: SocketAddress = { protocol: 'UDP' };
    expect(udp).toBeDefined();
  });

  it('refuse a number that is no value of the enum', () => {
    // @ts-expect-error there is no protocol 9
    const unheardOf: SocketAddress = { protocol: 9 };
    expect(unheardOf).toBeDefined();
  });

  it('refuse a property that is misspelt, in nested messages and beside a oneof too', () => {
    // @ts-expect-error RouteMatch has no prefixx
    const match: Route = { match: { prefixx: '/' } };
    // @ts-expect-error Route has no nam
    const name: Route = { nam: 'a', route: { cluster: 'a' } };
    // @ts-expect-error the encoder knows it as consecutive5xx
    const outlier: envoy.config.cluster.v3.OutlierDetection = { consecutive_5xx: { value: 1 } };
    expect(unknownProperties('envoy.config.route.v3.Route', match)).toEqual(['match.prefixx']);
    expect([name, outlier]).toHaveLength(2);
  });

  it('refuse bytes given as base64 text, and what is written after a message was made', () => {
    // @ts-expect-error bytes are a Uint8Array
    const source: envoy.config.core.v3.DataSource = { inlineBytes: 'YQ==' };
    const route: Route = { name: 'a' };
    // @ts-expect-error messages are read-only
    route.name = 'b';
    expect([source, route]).toHaveLength(2);
  });
});
