import { describe, expect, it } from '@jest/globals';
import { isStillPermitted } from './permits.js';
import { given, reasonOf, type Scenario } from './testing/given.js';
import { gateway, HTTP, route, service, services } from './testing/yaml.js';
import type { TranslatorOptions } from './translator-options.js';

const world = (...refs: readonly string[]): string =>
  gateway(HTTP) +
  services('a', 'b') +
  service('far', 'other') +
  route('r', {}, `{ backendRefs: [${refs.join(', ')}] }`);

function backends(refs: readonly string[], more = '', options?: Partial<TranslatorOptions>): Scenario {
  return given(world(...refs) + more, options);
}

const grant = (namespace: string, from: string, to: string): string => `---
apiVersion: gateway.networking.k8s.io/v1
kind: ReferenceGrant
metadata: { name: g, namespace: ${namespace} }
spec: { from: [${from}], to: [${to}] }
`;
const FROM_ROUTES = '{ group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: default }';
const FAR = '{ name: far, namespace: other, port: 80 }';

describe('backendRefs', () => {
  it('weights are shares of their sum, 1 by default', () => {
    const s = backends(['{ name: a, port: 80, weight: 90 }', '{ name: b, port: 80 }']);
    expect(s.meets('http://h/')).toBe('default/a:80=90 default/b:80=1');
  });

  it.each([
    ['a Service that does not exist', '{ name: none, port: 80 }', 'BackendNotFound'],
    ['a port that the Service has not', '{ name: a, port: 81 }', 'BackendNotFound'],
    ['a kind that is not supported', '{ group: example.com, kind: Thing, name: a }', 'InvalidKind'],
    ['another namespace without a grant', FAR, 'RefNotPermitted'],
    [
      'another namespace without a grant, whether the Service exists or not',
      '{ name: none, namespace: other, port: 80 }',
      'RefNotPermitted',
    ],
  ])('%s answers 500 for its share', (_what, ref, reason) => {
    const alone = backends([ref]);
    expect(alone.meets('http://h/')).toBe('500');
    expect(reasonOf(alone.parent('r').resolvedRefs)).toBe(reason);
    expect(reasonOf(alone.parent('r').accepted)).toBe('True');
    const shared = backends([ref.replace(/ }$/, ', weight: 3 }'), '{ name: b, port: 80, weight: 1 }']);
    expect(shared.meets('http://h/')).toBe('500=3 default/b:80=1');
  });

  it('a missing backend of weight 0 does not break the rule', () => {
    const s = backends(['{ name: none, port: 80, weight: 0 }', '{ name: b, port: 80 }']);
    expect(s.meets('http://h/')).toBe('default/b:80');
    expect(reasonOf(s.parent('r').resolvedRefs)).toBe('BackendNotFound');
  });

  it('no backendRefs, and weights that are all 0, answer 500 with ResolvedRefs true', () => {
    for (const refs of [[], ['{ name: a, port: 80, weight: 0 }']]) {
      const s = backends(refs);
      expect(s.meets('http://h/')).toBe('500');
      expect(reasonOf(s.parent('r').resolvedRefs)).toBe('True');
    }
  });

  it('a grant in the namespace of the Service permits, and its removal forbids', () => {
    const s = backends([FAR], grant('other', FROM_ROUTES, '{ group: "", kind: Service, name: far }'));
    expect(s.meets('http://h/')).toBe('other/far:80');
    s.remove('ReferenceGrant', 'g', 'other');
    expect(s.meets('http://h/')).toBe('500');
  });

  it.each([
    ['from another namespace', FROM_ROUTES.replace('default', 'third'), '{ group: "", kind: Service }'],
    ['from another kind', FROM_ROUTES.replace('HTTPRoute', 'GRPCRoute'), '{ group: "", kind: Service }'],
    ['to another name', FROM_ROUTES, '{ group: "", kind: Service, name: near }'],
    ['to another kind', FROM_ROUTES, '{ group: "", kind: Secret }'],
  ])('a grant %s does not permit', (_what, from, to) => {
    expect(backends([FAR], grant('other', from, to)).meets('http://h/')).toBe('500');
  });

  it('appProtocol kubernetes.io/h2c is HTTP/2 under a name of its own; others that are not HTTP are refused', () => {
    const s = given(
      gateway(HTTP) +
        service('h2', 'default', 'kubernetes.io/h2c') +
        service('wss', 'default', 'kubernetes.io/wss') +
        route('r', {}, '{ backendRefs: [{ name: h2, port: 80 }] }') +
        route('s', { hostnames: ['s'] }, '{ backendRefs: [{ name: wss, port: 80 }] }'),
    );
    const [cluster] = [...s.fleet().clusters.values()];
    expect(cluster?.protocol).toBe('http2');
    expect(cluster?.name).toMatch(/^default_h2_80_[0-9a-f]{8}$/);
    expect(s.fleet().endpoints.get(cluster?.name ?? '')?.endpoints).toEqual([
      { address: '10.0.0.1', port: 8080 },
    ]);
    expect(reasonOf(s.parent('s').resolvedRefs)).toBe('UnsupportedProtocol');
  });

  it('appProtocol kubernetes.io/ws is HTTP/1.1 that is upgraded, under the plain name', () => {
    const s = given(
      gateway(HTTP) +
        service('ws', 'default', 'kubernetes.io/ws') +
        route('r', {}, '{ backendRefs: [{ name: ws, port: 80 }] }'),
    );
    expect([...s.fleet().clusters.keys()]).toEqual(['default_ws_80']);
    expect(reasonOf(s.parent('r').resolvedRefs)).toBe('True');
  });

  it('a Service without ready endpoints stays a cluster, with none', () => {
    const s = backends(['{ name: a, port: 80 }']).remove('EndpointSlice', 'a-1');
    expect(s.meets('http://h/')).toBe('default/a:80');
    expect(s.fleet().endpoints.get('default_a_80')?.endpoints).toEqual([]);
  });
});

describe('ExternalName Services', () => {
  const external = (hostname: string): string => `---
apiVersion: v1
kind: Service
metadata: { name: ext }
spec: { type: ExternalName, externalName: ${hostname} }
`;
  const REF = '{ name: ext, port: 8443 }';

  it('are found by DNS, at the port of the reference', () => {
    const s = backends([REF], external('api.example.com'));
    expect([...s.fleet().clusters.values()].map((c) => c.discovery)).toEqual([
      { kind: 'dns', hostname: 'api.example.com', port: 8443 },
    ]);
    expect(s.fleet().endpoints.size).toBe(0);
  });

  it('are refused unless allowed', () => {
    const s = backends([REF], external('api.example.com'), { allowExternalName: false });
    expect(s.meets('http://h/')).toBe('500');
    expect(reasonOf(s.parent('r').resolvedRefs)).toBe('InvalidKind');
  });

  it('never name the proxy itself, unless that is allowed too', () => {
    for (const hostname of ['localhost', 'a.localhost', '127.0.0.1', '169.254.169.254']) {
      expect(backends([REF], external(hostname)).meets('http://h/')).toBe('500');
    }
    expect(backends([REF], external('localhost'), { allowLoopback: true }).meets('http://h/')).toBe(
      'default/ext:8443',
    );
  });
});

describe('the permission that a share relies on', () => {
  const granted = grant('other', FROM_ROUTES, '{ group: "", kind: Service }');
  const permitsOf = (s: Scenario): readonly (string | undefined)[] =>
    s
      .fleet()
      .ports.flatMap(({ tables }) => tables.flatMap(({ virtualHosts }) => [...virtualHosts.values()]))
      .flatMap(({ rules }) => rules)
      .flatMap(({ action }) => (action.kind === 'forward' ? action.shares.map(({ permit }) => permit) : []));

  it('is none within the namespace, nor of a share that goes nowhere', () => {
    expect(permitsOf(backends(['{ name: a, port: 80 }', FAR]))).toEqual([undefined, undefined]);
  });

  it('holds as long as any grant gives it, whatever becomes of the route', () => {
    const s = backends([FAR, '{ name: a, port: 80 }'], granted);
    const [permit = '', none] = permitsOf(s);
    expect(none).toBeUndefined();
    expect(isStillPermitted(permit, s.fleet())).toBe(true);
    const narrow = granted.replace('kind: Service', 'kind: Service, name: far');
    expect(isStillPermitted(permit, s.change(narrow).fleet())).toBe(true);
    const elsewhere = granted.replace('kind: Service', 'kind: Service, name: near');
    expect(isStillPermitted(permit, s.change(elsewhere).fleet())).toBe(false);
  });

  it('makes another fleet of the same routes when a grant goes that nothing relies on any more', () => {
    const s = backends(['{ name: a, port: 80 }'], granted);
    const before = s.fleet();
    const after = s.change(granted.replace('kind: Service', 'kind: Service, name: near')).fleet();
    expect(after).not.toBe(before);
    expect(after.ports).toBe(before.ports);
  });
});
