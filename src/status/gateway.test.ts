import { describe, expect, it } from '@jest/globals';
import { assigned, given } from '../routing/testing/given.js';
import { ONE, tlsSecret, TWO } from '../routing/testing/key-pair.js';
import { gateway, HTTP, route, services, to } from '../routing/testing/yaml.js';
import { statusesOf } from './index.js';
import { gatewayOf, listenerOf, said } from './testing/statuses.js';

const WRONG = '{ name: wrong, port: 81, protocol: example.com/OWN }';
const rejection = (type: string, name: string) => ({
  type,
  name,
  message: `${name} is odd`,
  suspected: false,
});

describe('Accepted of a Gateway', () => {
  it('is True when every listener is valid', () => {
    expect(said(gatewayOf(given(gateway(HTTP))), 'Accepted')).toBe('True Accepted');
  });

  it('stays True with one bad listener among good ones, which is the reason', () => {
    const { conditions } = gatewayOf(given(gateway(HTTP, WRONG)));
    expect(conditions.find(({ type }) => type === 'Accepted')).toMatchObject({
      status: 'True',
      reason: 'ListenersNotValid',
      message: expect.stringContaining('listener wrong'),
    });
  });

  it('is False only when all are bad', () => {
    expect(said(gatewayOf(given(gateway(WRONG))), 'Accepted')).toMatch(
      /^False ListenersNotValid: spec\.listeners: /,
    );
  });
});

describe('the addresses of a Gateway', () => {
  it('say where each can be reached from, and that nothing is promised of the others', () => {
    const addresses = ['192.0.2.1', 'lb.example', '10.0.0.1'];
    const s = given(gateway(HTTP)).observe({ ...assigned('default/gw'), addresses });
    const said = (routability: string) => [
      { type: 'IPAddress', value: '192.0.2.1', routability: '' },
      { type: 'Hostname', value: 'lb.example', routability: '' },
      { type: 'IPAddress', value: '10.0.0.1', routability },
    ];
    expect(gatewayOf(s).addresses).toEqual(said(''));
    // The addresses stay the same.
    s.observe({ ...assigned('default/gw'), addresses, routabilities: { '10.0.0.1': 'Cluster' } });
    expect(gatewayOf(s).addresses).toEqual(said('Cluster'));
  });
});

describe('routability in the status of a Gateway', () => {
  it.each([
    ['v1.7.0', 'experimental', ['routability']],
    ['v1.7.0', 'standard', []],
    ['v1.6.1', 'experimental', []],
  ])('is there where the definitions have it: %s, %s', (version, channel, fields) => {
    const model = given(gateway(HTTP)).observe(assigned('default/gw')).model();
    const bundle = { version, versions: [version], channel };
    const { current } = statusesOf(model, new Map(), 'c', undefined, bundle);
    const own = [...current.values()].find(({ kind }) => kind === 'Gateway');
    expect(own?.status).toMatchObject({ addresses: [{ type: 'IPAddress' }] });
    const { addresses } = own?.status as { readonly addresses: readonly object[] };
    expect(addresses.map((address) => Object.keys(address))).toEqual([['type', 'value', ...fields]]);
  });
});

describe('Programmed of a Gateway', () => {
  const s = given(gateway(HTTP));

  it('is True once an Envoy acknowledged the current configuration', () => {
    expect(said(gatewayOf(s), 'Programmed')).toBe('True Programmed');
    expect(gatewayOf(s).addresses).toEqual([{ type: 'IPAddress', value: '127.0.0.1', routability: '' }]);
  });

  it('waits for an Envoy', () => {
    expect(said(gatewayOf(s, { connected: 0, counted: 0, accepted: {} }), 'Programmed')).toBe(
      'False Pending: waiting for an Envoy to connect',
    );
  });

  it('waits for its acknowledgement', () => {
    expect(said(gatewayOf(s, { accepted: {} }), 'Programmed')).toMatch(/^False Pending: .*to acknowledge/);
  });

  it('waits for an address', () => {
    const without = given(gateway(HTTP)).observe({ ...assigned('default/gw'), addresses: [] });
    expect(said(gatewayOf(without), 'Programmed')).toMatch(/^False AddressNotAssigned: spec\.addresses: /);
    expect(said(listenerOf(without, 'http'), 'Programmed')).toMatch(/^False Pending: /);
  });

  it('waits for every Envoy that counts, and for none that does not', () => {
    const accepted = { '': { generation: 0, count: 1 } };
    expect(said(gatewayOf(s, { connected: 2, counted: 2, accepted }), 'Programmed')).toMatch(
      /^False Pending: .*: 1 of 2 proxies have acknowledged/,
    );
    const told = gatewayOf(s, { connected: 2, counted: 1, accepted }).conditions.at(-1);
    expect(told).toMatchObject({
      status: 'True',
      message: expect.stringMatching(/^1 of 2 proxies have acknowledged .* at 127\.0\.0\.1$/),
    });
  });

  it('is False when a listener of it is rejected, in the words of Envoy', () => {
    const rejected = [rejection('listener', 'gateway/default/gw/80')];
    expect(said(gatewayOf(s, { rejected }), 'Programmed')).toBe(
      'False Invalid: Envoy rejected listener gateway/default/gw/80: gateway/default/gw/80 is odd',
    );
  });

  it('is not False for what belongs to a route or a Service; the message tells it', () => {
    const rejected = [rejection('cluster', 'default_a_80')];
    expect(gatewayOf(s, { rejected }).conditions.at(-1)).toMatchObject({
      status: 'True',
      message: expect.stringContaining('; Envoy rejected cluster default_a_80: default_a_80 is odd'),
    });
  });

  it('is False while a part of it is convicted, and each listener that it is a part of', () => {
    const conviction = (object: string, at: string) => ({
      convictions: [{ owner: { object, at }, message: 'odd', resource: 'listener l' }],
    });
    const own = conviction('Gateway default/gw', 'http');
    const words = 'False Invalid: http: Envoy rejected it in listener l: odd';
    expect(said(gatewayOf(s, own), 'Programmed')).toBe(words);
    expect(said(listenerOf(s, 'http', own), 'Programmed')).toBe(words);
    const other = conviction('Gateway default/gw', 'other');
    expect(said(listenerOf(s, 'http', other), 'Programmed')).toBe('True Programmed');
    expect(said(gatewayOf(s, conviction('HTTPRoute default/r', '')), 'Programmed')).toBe('True Programmed');
  });

  it('names of several suspects the one that Envoy names', () => {
    const message = 'b: no such thing';
    const rejected = ['a', 'b'].map((name) => ({ type: 'cluster', name, message, suspected: true }));
    expect(gatewayOf(s, { rejected }).conditions.at(-1)?.message).toEqual(
      expect.stringContaining(`; Envoy rejected cluster b: ${message}`),
    );
  });

  it('names all suspects when Envoy names none', () => {
    const rejected = ['a', 'b'].map((name) => ({ type: 'cluster', name, message: 'odd', suspected: true }));
    expect(gatewayOf(s, { rejected }).conditions.at(-1)?.message).toContain(
      'one of cluster a, cluster b: odd',
    );
  });

  it('is Invalid when the Gateway is not accepted', () => {
    expect(said(gatewayOf(given(gateway(WRONG))), 'Programmed')).toMatch(/^False Invalid: not accepted/);
  });
});

describe('the status of a listener', () => {
  const two = given(
    gateway(HTTP, '{ name: other, port: 81, protocol: HTTP }', WRONG) +
      services('a') +
      route('r', {}, to('a')),
  );

  it('has its name, kinds and attached routes, for every listener of the spec', () => {
    expect(gatewayOf(two).listeners).toMatchObject([
      {
        name: 'http',
        attachedRoutes: 1,
        supportedKinds: [
          { group: 'gateway.networking.k8s.io', kind: 'HTTPRoute' },
          { group: 'gateway.networking.k8s.io', kind: 'GRPCRoute' },
        ],
      },
      { name: 'other' },
      { name: 'wrong', supportedKinds: [] },
    ]);
  });

  it('carries all conditions with the observed generation', () => {
    const written = two.get('Gateway', 'gw');
    two.put({ ...written, metadata: { ...written.metadata, generation: 3 } });
    const { conditions } = listenerOf(two, 'http');
    expect(conditions.map(({ type }) => type)).toEqual([
      'Accepted',
      'Conflicted',
      'ResolvedRefs',
      'Programmed',
    ]);
    expect(conditions.map(({ observedGeneration }) => observedGeneration)).toEqual([3, 3, 3, 3]);
  });

  it('says why the listener is refused, and that it is not programmed', () => {
    const wrong = listenerOf(two, 'wrong');
    expect(said(wrong, 'Accepted')).toMatch(/^False UnsupportedProtocol: spec\.listeners\[2\]\.protocol: /);
    expect(said(wrong, 'Programmed')).toMatch(/^False Invalid: /);
  });

  it('condemns only the listener that a rejection belongs to', () => {
    const rejected = [rejection('listener', 'gateway/default/gw/80')];
    expect(said(listenerOf(two, 'http', { rejected }), 'Programmed')).toMatch(
      /^False Invalid: Envoy rejected/,
    );
    expect(said(listenerOf(two, 'other', { rejected }), 'Programmed')).toBe('True Programmed');
  });

  it('is Conflicted, and neither accepted nor programmed, beside another protocol on its port', () => {
    const twins = given(
      gateway(
        HTTP,
        '{ name: twin, port: 80, protocol: HTTPS, tls: { certificateRefs: [{ name: c }] } }',
        '{ name: good, port: 82, protocol: HTTP }',
      ),
    );
    const twin = listenerOf(twins, 'twin');
    expect(said(twin, 'Conflicted')).toBe('True ProtocolConflict');
    expect(said(twin, 'Accepted')).toMatch(/^False ProtocolConflict/);
    expect(said(twin, 'Programmed')).toMatch(/^False ProtocolConflict/);
    expect(said(listenerOf(twins, 'good'), 'Conflicted')).toMatch(/^False NoConflicts/);
  });

  it('tells a port that is not to be had', () => {
    const taken = { bound: false, reason: 'PortUnavailable', message: 'somebody else has it' } as const;
    const s = given(gateway(HTTP, '{ name: other, port: 81, protocol: HTTP }')).observe({
      ...assigned('default/gw'),
      ports: { 80: taken },
    });
    expect(said(listenerOf(s, 'http'), 'Accepted')).toMatch(
      /^False PortUnavailable: spec\.listeners\[0\]\.port: somebody/,
    );
    expect(said(listenerOf(s, 'other'), 'Programmed')).toBe('True Programmed');
  });

  it('tells a certificate that an Envoy rejected, at the listeners that present it', () => {
    const https = (name: string, secret: string) =>
      `{ name: ${name}, port: 443, protocol: HTTPS, hostname: ${name}.test, tls: { certificateRefs: [{ name: ${secret} }] } }`;
    const s = given(
      gateway(https('a', 'odd'), https('b', 'fine')) + tlsSecret('odd', ONE) + tlsSecret('fine', TWO),
    );
    const owner = { object: 'Secret default/odd', at: '' };
    const convictions = [{ owner, message: 'no staple', resource: 'secret secret/default/odd' }];
    expect(said(listenerOf(s, 'a', { convictions }), 'Programmed')).toMatch(/^False Invalid: .*no staple$/);
    expect(said(listenerOf(s, 'b', { convictions }), 'Programmed')).toBe('True Programmed');
    expect(said(gatewayOf(s, { convictions }), 'Programmed')).toMatch(/^False Invalid: a: .*no staple$/);
  });

  it('tells HTTPS hostnames that overlap on one port, and is silent otherwise', () => {
    const https = (name: string, host: string, port = 443) =>
      `{ name: ${name}, port: ${port}, protocol: HTTPS, hostname: "${host}", tls: { certificateRefs: [{ name: c }] } }`;
    const s = given(
      gateway(
        https('wide', '*.example.com'),
        https('narrow', 'a.example.com'),
        https('bare', 'example.com'),
        https('far', 'a.example.com', 444),
      ),
    );
    const overlapping = ['wide', 'narrow', 'bare', 'far'].map((name) =>
      said(listenerOf(s, name), 'OverlappingTLSConfig'),
    );
    expect(overlapping).toEqual([
      'True OverlappingHostnames',
      'True OverlappingHostnames',
      undefined,
      undefined,
    ]);
  });
});
