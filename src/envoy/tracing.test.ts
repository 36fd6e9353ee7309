import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { toJson } from '../proto/index.js';
import { STANDARD_ATTRIBUTES } from '../routing/index.js';
import { given } from '../routing/testing/given.js';
import { ONE, tlsSecret } from '../routing/testing/key-pair.js';
import { telemetry } from '../routing/testing/telemetry.js';
import { gateway, HTTP, route, services, to } from '../routing/testing/yaml.js';
import { closureFaults, type Part } from '../xds/index.js';
import { spanAttribute } from './span-attributes.js';
import { snapshotOf } from './snapshot.js';
import { cluster, tracing as model } from './testing/fleets.js';
import { tracing } from './tracing.js';
import { below } from './tracing-sampler.js';

const HCM = 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.Tracing';
const collector = cluster('collector', { protocol: 'http2' });

describe('tracing of a connection manager', () => {
  it('is all in one message', () => {
    const json = toJson(
      HCM,
      tracing(
        model(collector, {
          headers: [{ name: 'authorization', value: 'Bearer x' }],
          spanName: 'in',
          attributes: [
            { name: 'env', source: { kind: 'literal', value: '100 %' } },
            { name: 'user', source: { kind: 'request-header', header: 'x-user' } },
            { name: 'via', source: { kind: 'response-header', header: 'via' } },
            { name: 'status', source: { kind: 'standard', key: 'http.response.status_code' } },
          ],
        }),
      ),
    );
    expect(json).toEqual({
      clientSampling: {},
      maxPathTagLength: 256,
      spawnUpstreamSpan: false,
      operation: 'in',
      customTags: [
        { tag: 'env', literal: { value: '100 %' } },
        { tag: 'user', requestHeader: { name: 'x-user' } },
        { tag: 'via', value: '%RESP(via)%' },
        { tag: 'status', value: '%RESPONSE_CODE%', valueType: 'INT' },
      ],
      provider: {
        name: 'envoy.tracers.opentelemetry',
        typedConfig: expect.objectContaining({
          serviceName: 'web.shop',
          grpcService: {
            envoyGrpc: { clusterName: 'shop_collector_80' },
            timeout: '10s',
            initialMetadata: [{ key: 'authorization', value: 'Bearer x' }],
          },
        }),
      },
    });
  });

  const samplerNames = (json: string): readonly string[] =>
    [...json.matchAll(/samplers\.(\w+)"/g)].map(([, name = '']) => name);
  const all = { numerator: 1, denominator: 1 };
  const some = { numerator: 1, denominator: 3 };

  it.each([
    [
      'follows whoever began the trace',
      { rate: some, ofRecordedTraces: all },
      ['parent_based', 'trace_id_ratio_based'],
    ],
    ['looks at nobody', { rate: some, ofRecordedTraces: undefined }, ['trace_id_ratio_based']],
    ['thins recorded traces', { rate: all, ofRecordedTraces: some }, ['cel']],
  ])('%s by the sampler made for it', (_what, sampling, names) => {
    expect(samplerNames(JSON.stringify(toJson(HCM, tracing(model(collector, { sampling })))))).toEqual(names);
  });

  it.each([
    [{ numerator: 0, denominator: 3 }, undefined],
    [{ numerator: 1, denominator: 2_000_000_000 }, 1],
    [{ numerator: 1, denominator: 3 }, 333_333],
    [all, 1_000_000],
  ])('rounds %j to what Envoy can express, and never to nothing', (rate, share) => {
    const sampling = { rate, ofRecordedTraces: undefined };
    const json = JSON.stringify(toJson(HCM, tracing(model(collector, { sampling }))));
    const [, numerator] = /"numerator":(\d+)/.exec(json) ?? [];
    expect(numerator === undefined ? undefined : Number(numerator)).toBe(share);
  });

  it('has a place to find each standard attribute', () => {
    for (const key of STANDARD_ATTRIBUTES) {
      const { tag, ...found } = spanAttribute({ name: 'a', source: { kind: 'standard', key } });
      expect({ key, tag, found: Object.keys(found).length > 0 }).toEqual({ key, tag: 'a', found: true });
    }
  });
});

describe('the digits below a rate', () => {
  const hex = (value: number): string => value.toString(16).padStart(8, '0');
  const matches = (rate: { numerator: number; denominator: number }, text: string): boolean =>
    new RegExp(`^${below(rate)}`).test(text);

  it('are those, and no others', () => {
    const max = 0xffff_ffff;
    const rates = fc
      .tuple(fc.integer({ min: 1, max: 2 ** 31 - 1 }), fc.double({ min: 0, max: 1, noNaN: true }))
      .map(([denominator, share]) => ({ numerator: Math.floor(denominator * share), denominator }));
    fc.assert(
      fc.property(rates, fc.integer({ min: 0, max }), fc.integer({ min: -2, max: 2 }), (rate, any, off) => {
        const limit = Number((BigInt(rate.numerator) << 32n) / BigInt(rate.denominator));
        for (const value of [any, Math.min(max, Math.max(0, limit + off)), 0, max])
          expect(matches(rate, hex(value))).toBe(value < limit);
      }),
    );
  });

  it('are none at 0, and all at 1', () => {
    expect([hex(0), hex(1)].map((text) => matches({ numerator: 0, denominator: 1 }, text))).toEqual([
      false,
      false,
    ]);
    expect([hex(0), hex(0xffff_ffff)].map((text) => matches({ numerator: 7, denominator: 7 }, text))).toEqual(
      [true, true],
    );
  });
});

describe('a listener that traces', () => {
  const TLS = '{ name: tls, port: 443, protocol: HTTPS, tls: { certificateRefs: [{ name: cert }] } }';
  const SHOP =
    gateway(HTTP, TLS) + tlsSecret('cert', ONE) + services('a', 'collector') + route('r', {}, to('a'));

  function chains(yaml: string) {
    const s = given(SHOP + yaml);
    const snapshot = (): ReturnType<typeof snapshotOf> => snapshotOf(s.fleet());
    const all = (): readonly Part[] =>
      [...snapshot().resources.listener.values()].flatMap(({ sections }) =>
        sections.flatMap(({ parts }) => parts.filter(({ key }) => key !== 'listener')),
      );
    return { s, snapshot, all };
  }

  it('names the collector on every chain, so that it waits for it, and the snapshot is closed', () => {
    const { all, snapshot } = chains(telemetry('t'));
    const { collector: of } = given(SHOP + telemetry('t')).fleet().tracing ?? {};
    expect(all()).toHaveLength(2);
    for (const { references } of all())
      expect(references).toContainEqual({ type: 'cluster', name: of?.name });
    expect(closureFaults(snapshot())).toEqual([]);
  });

  it('is without traces what it is without a policy, and that stands in for it', () => {
    const { all, s } = chains(telemetry('t'));
    const traced = all();
    s.remove('XTelemetryPolicy', 't');
    const plain = all();
    expect(traced.map(({ replacement }) => replacement?.hash)).toEqual(plain.map(({ hash }) => hash));
    // And for that a chain that refuses, and then none.
    const last = traced.map(({ replacement }) => replacement?.replacement?.replacement);
    expect(last.map((part) => part?.bytes.length)).toEqual([0, 0]);
    expect(traced.map(({ permits = [] }) => permits.length)).toEqual([2, 2]);
    expect(plain.map(({ permits }) => permits)).toEqual([['clients 443  '], ['clients 80  ']]);
  });

  it('is the same after changes of routes, of the endpoints of the collector, and of policies that are not in force', () => {
    const { all, s } = chains(telemetry('t'));
    const before = all();
    s.change(route('more', {}, to('a', '/more')));
    s.change(telemetry('u', { more: 'serviceName: other' }));
    s.remove('EndpointSlice', 'collector-1');
    expect(all()).toEqual(before);
    expect(all().map((part, i) => part === before[i])).toEqual([true, true]);
  });
});
