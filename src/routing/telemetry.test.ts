import { describe, expect, it } from '@jest/globals';
import { isStillPermitted } from './permits.js';
import type { AncestorModel } from './policy-model.js';
import { given, objects, reasonOf, type Scenario } from './testing/given.js';
import { caConfigMap, policy } from './testing/backend-tls.js';
import { ONE } from './testing/key-pair.js';
import { telemetry, type TelemetryOptions } from './testing/telemetry.js';
import { gateway, HTTP, route, service, services, to } from './testing/yaml.js';

// Gateway API v1.7.0, XTelemetryPolicy; GEP-5253.

const SHOP = gateway(HTTP) + services('a', 'collector') + route('r', {}, to('a'));

function shop(...more: readonly string[]): Scenario {
  return given(SHOP + more.join(''));
}

const traced = (options: TelemetryOptions = {}): Scenario => shop(telemetry('t', options));

function ancestors(s: Scenario, name = 't'): readonly AncestorModel[] {
  const all = s.model().policies.flatMap((policies) => [...policies.values()]);
  return all.find(({ policy: { metadata } }) => metadata.name === name)?.ancestors ?? [];
}

/** Accepted and ResolvedRefs, of the first ancestor. */
function said(s: Scenario, name?: string): readonly string[] {
  return ancestors(s, name)
    .slice(0, 1)
    .flatMap((found) => [reasonOf(found.accepted), reasonOf(found.resolvedRefs)]);
}

const collectors = (s: Scenario): readonly string[] =>
  s.fleet().ports.flatMap(({ clusters }) => clusters.map(({ name }) => name));

describe('an XTelemetryPolicy', () => {
  it('sends the spans of all ports of its Gateway to its collector, by HTTP/2', () => {
    const s = given(
      gateway(HTTP, '{ name: second, port: 81, protocol: HTTP }') + services('collector') + telemetry('t'),
    );
    expect(s.fleet().tracing).toMatchObject({ collector: { protocol: 'http2', port: 80 } });
    const [name = ''] = collectors(s);
    expect(collectors(s)).toEqual([name, name]);
    expect([...s.fleet().clusters.keys()]).toEqual([name]);
    expect([...s.fleet().endpoints.keys()]).toEqual([name]);
    expect(said(s)).toEqual(['True', 'True']);
  });

  it('is in force on each of several Gateways, and tells each as an ancestor', () => {
    const s = traced({ gateways: ['gw', 'other'] });
    s.change(gateway(HTTP).replace('name: gw', 'name: other'));
    expect(ancestors(s).map(({ ancestor, accepted }) => [ancestor.name, reasonOf(accepted)])).toEqual([
      ['gw', 'True'],
      ['other', 'True'],
    ]);
    expect(s.fleet('default/other').tracing?.serviceName).toBe('other.default');
    expect(s.fleet('default/gw').tracing?.serviceName).toBe('gw.default');
  });

  it('traces every request and follows whoever began the trace, unless it says otherwise', () => {
    expect(traced().fleet().tracing).toMatchObject({
      sampling: {
        rate: { numerator: 1, denominator: 1 },
        ofRecordedTraces: { numerator: 1, denominator: 1 },
      },
      serviceName: 'gw.default',
      spanName: undefined,
      headers: [],
      attributes: [],
    });
  });

  it.each([
    ['samplingRate: { numerator: 5 }', { rate: { numerator: 5, denominator: 100 } }],
    ['samplingRate: { numerator: 1, denominator: 3 }', { rate: { numerator: 1, denominator: 3 } }],
    ['parentBasedSampling: { mode: Disabled }', { ofRecordedTraces: undefined }],
    ['parentBasedSampling: { mode: Enabled }', { ofRecordedTraces: { numerator: 1, denominator: 1 } }],
    [
      'parentBasedSampling: { mode: Enabled, samplingRate: { numerator: 20 } }',
      { ofRecordedTraces: { numerator: 20, denominator: 100 } },
    ],
    [
      'parentBasedSampling: { mode: ImplementationDefault }',
      { ofRecordedTraces: { numerator: 1, denominator: 1 } },
    ],
  ])('understands %s', (more, sampling) => {
    expect(traced({ more }).fleet().tracing?.sampling).toMatchObject(sampling);
  });

  it('names service and spans', () => {
    const s = traced({ more: 'serviceName: shop/edge, spanName: "in and out"' });
    expect(s.fleet().tracing).toMatchObject({ serviceName: 'shop/edge', spanName: 'in and out' });
  });

  it.each(['{ mode: Disabled }', '{ mode: ImplementationDefault }', '{}'])(
    'with %s is accepted, and traces nothing',
    (tracing) => {
      const s = traced({ tracing });
      expect(s.fleet().tracing).toBeUndefined();
      expect([...s.fleet().clusters.keys()]).toEqual(['default_a_80']);
      expect(said(s)).toEqual(['True', 'True']);
    },
  );

  it('that is gone leaves neither traces nor collector', () => {
    const s = traced();
    s.remove('XTelemetryPolicy', 't');
    expect(s.fleet().tracing).toBeUndefined();
    expect([...s.fleet().clusters.keys()]).toEqual(['default_a_80']);
    expect(ancestors(s)).toEqual([]);
  });

  it('changes nothing that requests meet', () => {
    const s = shop();
    const before = s.fleet();
    s.change(telemetry('t'));
    expect(s.meets('http://h.test/')).toBe('default/a:80');
    expect(s.fleet().ports.flatMap(({ tables }) => tables)).toEqual(
      before.ports.flatMap(({ tables }) => tables),
    );
    expect(s.fleet().ports[0]?.tables).toBe(before.ports[0]?.tables);
  });
});

describe('of several XTelemetryPolicies for a Gateway', () => {
  it('the older is in force, and the younger is Conflicted', () => {
    const s = shop(
      telemetry('a', { created: '2026-02-01T00:00:00Z', more: 'serviceName: young' }),
      telemetry('b', { created: '2026-01-01T00:00:00Z', more: 'serviceName: old' }),
    );
    expect(s.fleet().tracing?.serviceName).toBe('old');
    expect(said(s, 'a')).toEqual(['Conflicted', 'True']);
    expect(said(s, 'b')).toEqual(['True', 'True']);
    expect(ancestors(s, 'a')[0]?.accepted).toMatchObject({
      at: 'spec.targetRefs[0]',
      message: 'XTelemetryPolicy default/b has the same target and takes precedence',
    });
  });

  it('of one age the first by name is in force; the next takes over when it goes', () => {
    const s = shop(telemetry('b', { more: 'serviceName: b' }), telemetry('a', { more: 'serviceName: a' }));
    expect(s.fleet().tracing?.serviceName).toBe('a');
    expect(said(s, 'b')).toEqual(['Conflicted', 'True']);
    s.remove('XTelemetryPolicy', 'a');
    expect(s.fleet().tracing?.serviceName).toBe('b');
    expect(said(s, 'b')).toEqual(['True', 'True']);
  });

  it('the one in force decides, even that nothing is traced, or when it cannot be honoured', () => {
    const s = shop(telemetry('b'), telemetry('a', { tracing: '{ mode: Disabled }' }));
    expect(s.fleet().tracing).toBeUndefined();
    s.change(telemetry('a', { backend: '{ name: none, port: 80 }' }));
    expect(s.fleet().tracing).toBeUndefined();
    expect(said(s, 'b')).toEqual(['Conflicted', 'True']);
  });

  it('each Gateway has its own', () => {
    const s = shop(telemetry('a'), telemetry('b', { gateways: ['gw', 'other'] }));
    s.change(gateway(HTTP).replace('name: gw', 'name: other'));
    expect(ancestors(s, 'b').map(({ accepted }) => reasonOf(accepted))).toEqual(['Conflicted', 'True']);
    expect(s.fleet('default/other').tracing).toBeDefined();
  });
});

describe('the target of an XTelemetryPolicy', () => {
  it('that does not exist is TargetNotFound, until it does', () => {
    const s = traced({ gateways: ['late'] });
    expect(said(s)).toEqual(['TargetNotFound', 'True']);
    s.change(gateway(HTTP).replace('name: gw', 'name: late'));
    expect(said(s)).toEqual(['True', 'True']);
    expect(s.fleet('default/late').tracing).toBeDefined();
  });

  it('of another kind is Invalid; the other targets are served', () => {
    const s = traced({
      targets:
        '[{ group: "", kind: Service, name: a }, { group: gateway.networking.k8s.io, kind: Gateway, name: gw }]',
    });
    expect(ancestors(s).map(({ ancestor, accepted }) => [ancestor.kind, reasonOf(accepted)])).toEqual([
      ['Service', 'Invalid'],
      ['Gateway', 'True'],
    ]);
    expect(s.fleet().tracing).toBeDefined();
  });

  it('that is a Gateway of another controller is no business of ours', () => {
    const s = traced();
    s.change(gateway(HTTP).replace('gatewayClassName: windlass', 'gatewayClassName: other'));
    expect(ancestors(s)).toEqual([]);
  });

  it('is in its own namespace', () => {
    const s = shop(telemetry('t', { namespace: 'far' }));
    expect(s.fleet().tracing).toBeUndefined();
    expect(said(s)[0]).toBe('TargetNotFound');
  });

  it('named twice is one ancestor', () => {
    expect(ancestors(traced({ gateways: ['gw', 'gw'] }))).toHaveLength(1);
  });
});

describe('the collector of an XTelemetryPolicy', () => {
  it.each([
    ['{ name: none, port: 80 }', 'BackendNotFound'],
    ['{ name: collector, port: 81 }', 'BackendNotFound'],
    ['{ group: x.test, kind: Sink, name: collector }', 'InvalidKind'],
    ['{ name: collector, namespace: far, port: 80 }', 'RefNotPermitted'],
  ])('%s is %s: nothing is traced, and requests are served', (backend, reason) => {
    const s = traced({ backend });
    expect(said(s)).toEqual(['True', reason]);
    expect(ancestors(s)[0]?.resolvedRefs).toMatchObject({ at: 'spec.tracing.provider.backendRef' });
    expect(s.fleet().tracing).toBeUndefined();
    expect(s.meets('http://h.test/')).toBe('default/a:80');
  });

  it('of a protocol that is not supported is UnsupportedProtocol', () => {
    const s = traced();
    s.change(service('collector').replace('port: 80', 'port: 80, protocol: UDP'));
    expect(said(s)).toEqual(['True', 'UnsupportedProtocol']);
    expect(s.fleet().tracing).toBeUndefined();
  });

  it('that comes later is used from then on', () => {
    const s = given(gateway(HTTP) + telemetry('t'));
    expect(said(s)).toEqual(['True', 'BackendNotFound']);
    s.change(services('collector'));
    expect(said(s)).toEqual(['True', 'True']);
    expect(s.fleet().tracing).toBeDefined();
  });

  const GRANT = `---
apiVersion: gateway.networking.k8s.io/v1
kind: ReferenceGrant
metadata: { name: spans, namespace: far }
spec:
  from: [{ group: gateway.networking.x-k8s.io, kind: XTelemetryPolicy, namespace: default }]
  to: [{ group: "", kind: Service }]
`;

  it('of another namespace needs a grant, and is used no longer than it lasts', () => {
    const s = traced({ backend: '{ name: collector, namespace: far, port: 80 }' });
    s.change(service('collector', 'far') + GRANT);
    const tracing = s.fleet().tracing;
    expect(said(s)).toEqual(['True', 'True']);
    const holds = () => tracing?.permits.every((permit) => isStillPermitted(permit, s.fleet()));
    expect(holds()).toBe(true);
    s.remove('ReferenceGrant', 'spans', 'far');
    expect(holds()).toBe(false);
    expect(said(s)).toEqual(['True', 'RefNotPermitted']);
    expect(s.fleet().tracing).toBeUndefined();
    expect([...s.fleet().clusters.keys()]).toEqual(['default_a_80']);
  });

  it('with a BackendTLSPolicy is spoken to by TLS, and by nothing less', () => {
    const s = traced();
    const plain = s.fleet().tracing;
    s.change(policy('p', 'collector') + caConfigMap('ca', ONE));
    expect(s.fleet().tracing?.collector.tls).toMatchObject({ hostname: 'a.test' });
    expect([...s.fleet().bundles.keys()]).toEqual(['ca/default/ca']);
    expect(plain?.permits.every((permit) => isStillPermitted(permit, s.fleet()))).toBe(false);
    s.remove('ConfigMap', 'ca');
    expect(s.fleet().tracing).toBeUndefined();
    expect(said(s)).toEqual(['True', 'BackendNotUsable']);
  });
});

describe('headers of exports', () => {
  const headers = (list: string): TelemetryOptions => ({
    tracing: `{ mode: Enabled, provider: { backendRef: { name: collector, port: 80 }, headers: ${list} } }`,
  });

  it('are lower case, and of names that differ in case alone the first counts', () => {
    const s = traced(
      headers('[{ name: X-Key, value: a }, { name: x-key, value: b }, { name: y, value: c }]'),
    );
    expect(s.fleet().tracing?.headers).toEqual([
      { name: 'x-key', value: 'a' },
      { name: 'y', value: 'c' },
    ]);
  });

  it.each([
    ['{ name: Content-Type, value: text/plain }', 'spec.tracing.provider.headers[1].name'],
    ['{ name: grpc-timeout, value: 1n }', 'spec.tracing.provider.headers[1].name'],
    ['{ name: Host, value: evil }', 'spec.tracing.provider.headers[1].name'],
    ['{ name: x-key, value: 50%off }', 'spec.tracing.provider.headers[1].value'],
  ])('with %s are Invalid: nothing is traced', (header, at) => {
    const s = traced(headers(`[{ name: ok, value: a }, ${header}]`));
    expect(s.fleet().tracing).toBeUndefined();
    expect(ancestors(s)[0]?.accepted).toMatchObject({ reason: 'Invalid', at });
    expect(s.meets('http://h.test/')).toBe('default/a:80');
  });
});

describe('attributes of spans', () => {
  const attribute = (text: string): TelemetryOptions => ({ more: `attributes: [${text}]` });

  it.each([
    [
      '{ name: user, sourceType: Header, headerName: X-User-ID }',
      { kind: 'request-header', header: 'x-user-id' },
    ],
    ['{ name: env, sourceType: Literal, literalValue: "100 %" }', { kind: 'literal', value: '100 %' }],
    [
      '{ name: s, sourceType: Attribute, attributeKey: http.response.status_code }',
      { kind: 'standard', key: 'http.response.status_code' },
    ],
    [
      '{ name: h, sourceType: Attribute, attributeKey: http.request.header.x-a.b }',
      { kind: 'request-header', header: 'x-a.b' },
    ],
    [
      '{ name: h, sourceType: Attribute, attributeKey: http.response.header.via }',
      { kind: 'response-header', header: 'via' },
    ],
  ])('%s', (text, source) => {
    const s = traced(attribute(text));
    expect(s.fleet().tracing?.attributes.map((each) => each.source)).toEqual([source]);
    expect(ancestors(s)[0]?.omitted).toBeUndefined();
  });

  it('that are never there are none, and need no warning', () => {
    const s = traced(attribute('{ name: f, sourceType: Attribute, attributeKey: url.fragment }'));
    expect(s.fleet().tracing?.attributes).toEqual([]);
    expect(ancestors(s)[0]?.omitted).toBeUndefined();
  });

  it('of unknown keys are left out and told; the others are there', () => {
    const s = traced(
      attribute(
        '{ name: a, sourceType: Attribute, attributeKey: tls.cipher }, { name: b, sourceType: Literal, literalValue: x }, { name: c, sourceType: Attribute, attributeKey: http.request.header. }',
      ),
    );
    expect(s.fleet().tracing?.attributes.map(({ name }) => name)).toEqual(['b']);
    expect(said(s)).toEqual(['True', 'True']);
    const [{ omitted } = { omitted: undefined }] = ancestors(s);
    expect(omitted).toMatchObject({
      reason: 'UnsupportedAttribute',
      at: 'spec.tracing.attributes[0].attributeKey',
    });
    expect(omitted?.message).toContain('spec.tracing.attributes[2].attributeKey: c is left out of spans');
  });
});

describe('an XTelemetryPolicy is not admitted', () => {
  const wrong = (options: TelemetryOptions) => () => objects(telemetry('t', options));

  it.each<[string, TelemetryOptions, string]>([
    ['without a provider where it is Enabled', { tracing: '{ mode: Enabled }' }, 'provider is required'],
    [
      'with a provider where it is not',
      { tracing: '{ mode: Disabled, provider: { backendRef: { name: a, port: 80 } } }' },
      'must be empty otherwise',
    ],
    ['without a target', { targets: '[]' }, 'spec.targetRefs'],
    ['with 17 targets', { gateways: Array.from({ length: 17 }, (_, i) => `gw${i}`) }, 'spec.targetRefs'],
    [
      'with a rate above 1',
      { more: 'samplingRate: { numerator: 3, denominator: 2 }' },
      'numerator must be less than or equal to denominator',
    ],
    ['with a denominator of 0', { more: 'samplingRate: { numerator: 0, denominator: 0 }' }, 'denominator'],
    [
      'with a rate for parents that nobody looks at',
      { more: 'parentBasedSampling: { mode: Disabled, samplingRate: { numerator: 1 } }' },
      'samplingRate can only be set when mode is Enabled',
    ],
    [
      'with an attribute without its value',
      { more: 'attributes: [{ name: a, sourceType: Header, literalValue: x }]' },
      'headerName is required',
    ],
    [
      'with two attributes of one name',
      {
        more: 'attributes: [{ name: a, sourceType: Literal, literalValue: x }, { name: a, sourceType: Literal, literalValue: y }]',
      },
      'spec.tracing.attributes',
    ],
    ['with a format in the name of spans', { more: 'spanName: "%PROTOCOL%"' }, 'spec.tracing.spanName'],
    ['without a port of its Service', { backend: '{ name: collector }' }, 'Must have port'],
    ['without tracing', { tracing: 'null' }, 'tracing'],
  ])('%s', (_what, options, message) => {
    expect(wrong(options)).toThrow(message);
  });
});
