import { describe, expect, it } from '@jest/globals';
import { given, type Scenario } from '../routing/testing/given.js';
import { ONE, tlsSecret } from '../routing/testing/key-pair.js';
import { gateway, HTTP, route, services, to } from '../routing/testing/yaml.js';
import { all, gatewayOf, listenerOf, said } from './testing/statuses.js';

// What the core Gateway tests of the API's conformance suite (v1.7.0) demand, each under the suite's name for it.

const kinds = (s: Scenario, name: string): readonly string[] =>
  listenerOf(s, name).supportedKinds.map(({ kind }) => kind);

const https = (refs: string): string =>
  `{ name: https, port: 443, protocol: HTTPS, tls: { certificateRefs: [${refs}] } }`;

const grant = (spec: string): string => `---
apiVersion: gateway.networking.k8s.io/v1
kind: ReferenceGrant
metadata: { name: grant, namespace: certs }
spec: ${spec}
`;

describe('GatewayClassObservedGenerationBump', () => {
  it('every condition of the class follows its generation', () => {
    const s = given(`
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: { name: second }
spec: { controllerName: windlass.io/gateway-controller }
`);
    const seen = (): unknown =>
      all(s).flatMap((status) =>
        status.kind === 'GatewayClass'
          ? status.status.conditions.map((c) => `${c.type} ${c.status} ${c.observedGeneration ?? ''}`)
          : [],
      );
    const written = s.get('GatewayClass', 'second', '');
    for (const generation of [1, 2]) {
      s.put({ ...written, metadata: { ...written.metadata, generation } });
      expect(seen()).toEqual([`Accepted True ${generation}`, `SupportedVersion True ${generation}`]);
    }
  });
});

describe('GatewayObservedGenerationBump', () => {
  it('every condition of Gateway and listeners follows a change of the spec', () => {
    const s = given(gateway(HTTP));
    const written = s.get('Gateway', 'gw');
    const listeners = [...written.spec.listeners, { name: 'alternate', port: 81, protocol: 'HTTP' }];
    s.put({
      ...written,
      metadata: { ...written.metadata, generation: 2 },
      spec: { ...written.spec, listeners },
    });
    const { conditions, listeners: ofListeners } = gatewayOf(s);
    const generations = [...conditions, ...ofListeners.flatMap((listener) => listener.conditions)].map(
      ({ observedGeneration }) => observedGeneration,
    );
    expect(generations).toEqual(Array.from({ length: 11 }, () => 2));
  });
});

describe('GatewayListenerUnsupportedProtocol', () => {
  const odd = '{ name: odd, port: 81, protocol: example.com/unknown }';

  it('has no supportedKinds; beside a good listener the Gateway is accepted, programmed, and says so', () => {
    const mixed = given(gateway(HTTP, odd));
    expect(said(listenerOf(mixed, 'odd'), 'Accepted')).toMatch(/^False UnsupportedProtocol/);
    expect(kinds(mixed, 'odd')).toEqual([]);
    expect(said(gatewayOf(mixed), 'Accepted')).toBe('True ListenersNotValid');
    expect(said(gatewayOf(mixed), 'Programmed')).toBe('True Programmed');
  });

  it('alone refuses the Gateway', () => {
    expect(said(gatewayOf(given(gateway(odd))), 'Accepted')).toMatch(/^False ListenersNotValid/);
  });
});

describe('GatewayInvalidParametersRef', () => {
  it('is not accepted', () => {
    const parameters = '  infrastructure: { parametersRef: { group: example.com, kind: Odd, name: none } }\n';
    expect(said(gatewayOf(given(gateway(HTTP) + parameters)), 'Accepted')).toMatch(
      /^False InvalidParameters: spec\.infrastructure\.parametersRef/,
    );
  });
});

describe('GatewayInvalidRouteKind', () => {
  it.each([
    ['alone leaves none', '{ kind: InvalidRoute }', []],
    ['beside a good one leaves that', '{ kind: InvalidRoute }, { kind: HTTPRoute }', ['HTTPRoute']],
    ['of another group leaves none', '{ group: example.com, kind: HTTPRoute }', []],
  ])('an invalid kind %s', (_what, asked, left) => {
    const listener = HTTP.replace(' }', `, allowedRoutes: { kinds: [${asked}] } }`);
    const s = given(gateway(listener));
    expect(said(listenerOf(s, 'http'), 'ResolvedRefs')).toMatch(/^False InvalidRouteKinds/);
    expect(kinds(s, 'http')).toEqual(left);
  });
});

describe('GatewayInvalidTLSConfiguration', () => {
  it.each([
    ['does not exist', '{ name: none }'],
    ['is of another group', '{ group: wrong.example.com, kind: Secret, name: cert }'],
    ['is of another kind', '{ group: "", kind: WrongKind, name: cert }'],
    ['is malformed', '{ name: malformed }'],
  ])('a certificate that %s', (_what, ref) => {
    const s = given(
      gateway(https(ref)) +
        tlsSecret('cert', ONE) +
        tlsSecret('malformed', { certificate: 'Hello world\n', key: 'Hello world\n' }),
    );
    expect(said(listenerOf(s, 'https'), 'ResolvedRefs')).toMatch(/^False InvalidCertificateRef/);
    expect(said(listenerOf(s, 'https'), 'Programmed')).toMatch(/^False Invalid/);
    expect(kinds(s, 'https')).toEqual(['HTTPRoute', 'GRPCRoute']);
  });
});

describe('GatewayModifyListeners', () => {
  const listeners = (s: Scenario) =>
    gatewayOf(s).listeners.map(
      (listener) =>
        `${listener.name} ${listener.attachedRoutes} ${['Accepted', 'ResolvedRefs', 'Programmed'].map((type) => said(listener, type)).join(', ')}`,
    );
  const good = 'True Accepted, True ResolvedRefs, True Programmed';

  it('a listener that is added and one that is removed come and go, with their routes', () => {
    const s = given(
      gateway(https('{ name: cert }')) + tlsSecret('cert', ONE) + services('a') + route('r', {}, to('a')),
    );
    expect(listeners(s)).toEqual([`https 1 ${good}`]);
    s.change(gateway(https('{ name: cert }'), HTTP));
    expect(listeners(s)).toEqual([`https 1 ${good}`, `http 1 ${good}`]);
    s.change(gateway(HTTP));
    expect(listeners(s)).toEqual([`http 1 ${good}`]);
    expect(s.fleet().ports.map(({ port }) => port)).toEqual([80]);
  });
});

describe('GatewaySecret…ReferenceGrant', () => {
  const from = '{ group: gateway.networking.k8s.io, kind: Gateway, namespace: default }';
  const certificates = tlsSecret('cert', ONE, 'certs');
  const spec = (f: string, t: string): string => grant(`{ from: [${f}], to: [${t}] }`);
  const resolved = (yaml: string, name = 'cert'): string | undefined =>
    said(
      listenerOf(given(gateway(https(`{ name: ${name}, namespace: certs }`)) + yaml), 'https'),
      'ResolvedRefs',
    );

  it.each([
    ['of all Secrets of the namespace', '{ group: "", kind: Secret }'],
    ['of this Secret', '{ group: "", kind: Secret, name: cert }'],
  ])('a grant %s suffices', (_what, target) => {
    expect(resolved(certificates + spec(from, target))).toBe('True ResolvedRefs');
  });

  it.each([
    ['missing, with a Secret that exists', '', 'cert'],
    ['missing, with a Secret that does not exist', '', 'none'],
    ['from another namespace', spec(from.replace('default', 'other'), '{ group: "", kind: Secret }'), 'cert'],
    [
      'from another kind',
      spec(from.replace('Gateway,', 'HTTPRoute,'), '{ group: "", kind: Secret }'),
      'cert',
    ],
    ['to another kind', spec(from, '{ group: "", kind: Service }'), 'cert'],
    ['to another name', spec(from, '{ group: "", kind: Secret, name: not-cert }'), 'cert'],
    ['to another group', spec(from, '{ group: not-core, kind: Secret, name: cert }'), 'cert'],
  ])('%s: RefNotPermitted', (_what, yaml, name) => {
    expect(resolved(certificates + yaml, name)).toMatch(/^False RefNotPermitted/);
  });
});

describe('GatewayWithAttachedRoutes', () => {
  const routes = services('a') + route('one', {}, to('a')) + route('two', {}, to('a'));

  it('routes are counted; one whose hostnames do not meet is not', () => {
    const listener = HTTP.replace(' }', ', hostname: a.example.com }');
    const s = given(gateway(listener) + routes + route('other', { hostnames: ['b.example.com'] }, to('a')));
    expect(listenerOf(s, 'http').attachedRoutes).toBe(2);
  });

  it('on a listener whose certificate is missing, and with a backend that is missing, they count all the same', () => {
    const s = given(gateway(https('{ name: none }'), HTTP) + route('r', {}, to('nobody')));
    expect(gatewayOf(s).listeners.map(({ attachedRoutes }) => attachedRoutes)).toEqual([1, 1]);
  });
});

describe('GatewayNameMaximumLength', () => {
  it('a name of 253 characters gets its conditions', () => {
    const s = given(gateway(HTTP).replace('name: gw,', `name: ${'a'.repeat(253)},`));
    expect(gatewayOf(s).conditions.map(({ type }) => type)).toEqual([
      'Accepted',
      'AddressesAssigned',
      'Programmed',
    ]);
  });
});
