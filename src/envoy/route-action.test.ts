import { describe, expect, it } from '@jest/globals';
import { NO_HEADERS } from '../routing/index.js';
import { RESERVED_CLUSTER } from '../xds/index.js';
import { duration } from './duration.js';
import { forwarding as forwardingOn } from './route-action.js';
import { cluster, forward, mirror, PREFIX_ALL, share } from './testing/fleets.js';

/** As on a port of plain text. */
const forwarding = (action: Parameters<typeof forwardingOn>[0], rule: Parameters<typeof forwardingOn>[1]) =>
  forwardingOn(action, rule, 'http');

const none = { match: PREFIX_ALL, requestHeaders: NO_HEADERS, responseHeaders: NO_HEADERS };
const [a, b] = [cluster('a'), cluster('b')];
const OFF = duration(0);
const setX = (value: string) => ({ ...NO_HEADERS, set: [{ name: 'x', value }] });

describe('a forwarding route', () => {
  it('to one backend names its cluster, and has no timeout unless asked', () => {
    expect(forwarding(forward([share(a)]), none).action).toEqual({ cluster: 'shop_a_80', timeout: OFF });
  });

  it('to several weighs them, and leaves out those of weight 0', () => {
    const { action, references } = forwarding(
      forward([share(a, { weight: 9 }), share(b, { weight: 1 }), share(cluster('c'), { weight: 0 })]),
      none,
    );
    expect(action.weightedClusters?.clusters).toEqual([
      { name: 'shop_a_80', weight: { value: 9 } },
      { name: 'shop_b_80', weight: { value: 1 } },
    ]);
    expect(references).toEqual([
      { type: 'cluster', name: 'shop_a_80' },
      { type: 'cluster', name: 'shop_b_80' },
    ]);
  });

  it('sends an unresolved share to the reserved cluster, which answers 500 and is no reference', () => {
    const { action, references } = forwarding(forward([share(a), share('unresolved')]), none);
    expect(action.weightedClusters?.clusters?.map(({ name }) => name)).toEqual([
      'shop_a_80',
      RESERVED_CLUSTER,
    ]);
    expect(action.clusterNotFoundResponseCode).toBe(2);
    expect(references).toEqual([{ type: 'cluster', name: 'shop_a_80' }]);
  });

  it('of calls lets an unresolved share answer 503, of which a gRPC client makes UNAVAILABLE', () => {
    const calls = { ...none, match: { ...PREFIX_ALL, grpc: true } };
    const { action } = forwarding(forward([share(a), share('unresolved')]), calls);
    expect(action.weightedClusters?.clusters).toHaveLength(2);
    expect(action.clusterNotFoundResponseCode).toBeUndefined();
  });

  it('to mirrors copies every request, or a fraction of a million, under the Host the backend sees', () => {
    const mirrors = [mirror(b, 1_000_000), mirror(a, 250_000)];
    const { action, references } = forwarding(forward([share(a)], { mirrors }), none);
    expect(action.requestMirrorPolicies).toEqual([
      { cluster: 'shop_b_80', disableShadowHostSuffixAppend: true },
      {
        cluster: 'shop_a_80',
        disableShadowHostSuffixAppend: true,
        runtimeFraction: { defaultValue: { numerator: 250_000, denominator: 2 } },
      },
    ]);
    expect(references.map(({ name }) => name)).toEqual(['shop_a_80', 'shop_b_80']);
  });

  it('answers 503, not 500, while a backend that exists is unknown to Envoy', () => {
    expect(forwarding(forward([share(a)]), none).action.clusterNotFoundResponseCode).toBeUndefined();
  });

  it("keeps the rule's header modifiers on the route while no backend has its own", () => {
    const { action, beside: headers } = forwarding(forward([share(a)]), {
      ...none,
      requestHeaders: setX('rule'),
    });
    expect(action.cluster).toBe('shop_a_80');
    expect(headers.requestHeadersToAdd).toHaveLength(1);
  });

  it("moves the rule's header modifiers to every backend when one has its own", () => {
    const shares = [share(a, { requestHeaders: setX('backend') }), share(b)];
    const { action, beside: headers } = forwarding(forward(shares), {
      ...none,
      requestHeaders: setX('rule'),
    });
    expect(headers).toEqual({});
    expect(
      action.weightedClusters?.clusters?.map(({ requestHeadersToAdd }) =>
        requestHeadersToAdd?.map(({ header }) => header?.value),
      ),
    ).toEqual([['backend'], ['rule']]);
  });

  it.each([
    [0, 0, { timeout: OFF }],
    [1500, 0, { timeout: { seconds: 1, nanos: 500_000_000 } }],
    [0, 2000, { timeout: duration(2000) }],
    [5000, 2000, { timeout: duration(2000) }],
    [600_000, 0, { timeout: duration(600_000), idleTimeout: duration(600_000) }],
  ])(
    'limits a request of %d ms and a try of %d ms by the shorter one',
    (requestTimeoutMs, backendTimeoutMs, expected) => {
      const { cluster: _, ...limits } = forwarding(
        forward([share(a)], { requestTimeoutMs, backendTimeoutMs }),
        none,
      ).action;
      expect(limits).toEqual(expected);
    },
  );

  it('rewrites a full path as text, not as a format', () => {
    const { action } = forwarding(
      forward([share(a)], { pathRewrite: { kind: 'full', value: '/a%20b' } }),
      none,
    );
    expect(action.pathRewrite).toBe('/a%%20b');
  });

  it('rewrites the host', () => {
    expect(forwarding(forward([share(a)], { hostRewrite: 'inner' }), none).action.hostRewriteLiteral).toBe(
      'inner',
    );
  });
});
