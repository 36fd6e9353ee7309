import { describe, expect, it } from '@jest/globals';
import { given, type Scenario } from '../routing/testing/given.js';
import { gateway, HTTP, route, service, services, to } from '../routing/testing/yaml.js';
import { listenerOf, parentsOf, said } from './testing/statuses.js';

// What the core HTTPRoute tests of the API's conformance suite (v1.7.0) demand of statuses, each under the suite's name for it. What
// they demand of traffic alone has its tests in routing/.

/** Accepted and ResolvedRefs of each parent of the route, without messages. */
function verdicts(s: Scenario, name: string): readonly string[] {
  return parentsOf(s, name).map((parent) =>
    ['Accepted', 'ResolvedRefs'].map((type) => said(parent, type)?.replace(/:.*/s, '')).join(', '),
  );
}

const GOOD = 'True Accepted, True ResolvedRefs';
const section = (name: string): string => `{ name: gw, namespace: default, sectionName: ${name} }`;

describe('HTTPRouteInvalidCrossNamespaceParentRef', () => {
  it('is not allowed by the listeners, with its references resolved, and is not counted', () => {
    const far = { namespace: 'far' };
    const s = given(gateway(HTTP) + service('a', 'far') + route('r', far, to('a')));
    expect(verdicts(s, 'r')).toEqual(['False NotAllowedByListeners, True ResolvedRefs']);
    expect(listenerOf(s, 'http').attachedRoutes).toBe(0);
  });
});

describe('HTTPRouteInvalidParentRefNotMatchingSectionName', () => {
  it('has no matching parent', () => {
    const s = given(gateway(HTTP) + services('a') + route('r', { parent: section('none') }, to('a')));
    expect(verdicts(s, 'r')).toEqual(['False NoMatchingParent, True ResolvedRefs']);
  });
});

describe('HTTPRouteInvalidParentRefSectionNameNotMatchingPort', () => {
  it('has no matching parent', () => {
    const parent = section('http').replace(' }', ', port: 81 }');
    const s = given(gateway(HTTP) + services('a') + route('r', { parent }, to('a')));
    expect(verdicts(s, 'r')).toEqual(['False NoMatchingParent, True ResolvedRefs']);
  });
});

describe('HTTPRouteHostnameIntersection, GatewayWithAttachedRoutes', () => {
  it('a route that no hostname of the listener meets is told so', () => {
    const listener = HTTP.replace(' }', ', hostname: "*.wildcard.io" }');
    const s = given(gateway(listener) + services('a') + route('r', { hostnames: ['wildcard.io'] }, to('a')));
    expect(verdicts(s, 'r')).toEqual(['False NoMatchingListenerHostname, True ResolvedRefs']);
    expect(listenerOf(s, 'http').attachedRoutes).toBe(0);
  });
});

describe('Backends that do not resolve', () => {
  const FROM = '{ group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: default }';
  const grant = (to_: string): string => `---
apiVersion: gateway.networking.k8s.io/v1
kind: ReferenceGrant
metadata: { name: grant, namespace: far }
spec: { from: [${FROM}], to: [${to_}] }
`;
  const FAR = '{ name: a, namespace: far, port: 80 }';

  it.each([
    ['HTTPRouteInvalidNonExistentBackendRef', '{ name: none, port: 80 }', '', 'BackendNotFound'],
    [
      'HTTPRouteInvalidBackendRefUnknownKind',
      '{ group: unknown.example.com, kind: Odd, name: a }',
      '',
      'InvalidKind',
    ],
    ['HTTPRouteInvalidCrossNamespaceBackendRef', FAR, '', 'RefNotPermitted'],
    [
      'HTTPRouteInvalidReferenceGrant',
      FAR,
      grant('{ group: "", kind: Service, name: b }'),
      'RefNotPermitted',
    ],
  ])('%s: the route is accepted and answers 500', (_name, ref, more, reason) => {
    const s = given(
      gateway(HTTP) +
        services('a') +
        service('a', 'far') +
        more +
        route('r', {}, `{ backendRefs: [${ref}] }`),
    );
    expect(verdicts(s, 'r')).toEqual([`True Accepted, False ${reason}`]);
    expect(s.meets('http://h/')).toBe('500');
    expect(listenerOf(s, 'http').attachedRoutes).toBe(1);
  });

  it('HTTPRoutePartiallyInvalidViaInvalidReferenceGrant: the other rule serves', () => {
    const rules = [`{ matches: [{ path: { value: /bad } }], backendRefs: [${FAR}] }`, to('a', '/good')];
    const s = given(gateway(HTTP) + services('a') + service('a', 'far') + route('r', {}, ...rules));
    expect(verdicts(s, 'r')).toEqual(['True Accepted, False RefNotPermitted']);
    expect([s.meets('http://h/bad'), s.meets('http://h/good')]).toEqual(['500', 'default/a:80']);
  });

  it('HTTPRouteReferenceGrant: the removal of the grant takes effect', () => {
    const permits = grant('{ group: "", kind: Service, name: a }');
    const s = given(
      gateway(HTTP) + service('a', 'far') + permits + route('r', {}, `{ backendRefs: [${FAR}] }`),
    );
    expect([verdicts(s, 'r'), s.meets('http://h/')]).toEqual([[GOOD], 'far/a:80']);
    s.remove('ReferenceGrant', 'grant', 'far');
    expect([verdicts(s, 'r'), s.meets('http://h/')]).toEqual([
      ['True Accepted, False RefNotPermitted'],
      '500',
    ]);
  });

  it('HTTPRouteNoBackendRefs: nothing is wrong with the route, and it answers 500', () => {
    const s = given(
      gateway(HTTP) + route('r', {}, '{ matches: [{ path: { value: /a } }] }', '{ backendRefs: [] }'),
    );
    expect(verdicts(s, 'r')).toEqual([GOOD]);
    expect([s.meets('http://h/a'), s.meets('http://h/')]).toEqual(['500', '500']);
  });
});

describe('HTTPRouteRuleOrder', () => {
  const rule = (names: readonly string[], backend: string): string =>
    `{ matches: [{ headers: [${names.map((name) => `{ name: ${name}, value: x }`).join(', ')}] }], backendRefs: [{ name: ${backend}, port: 80 }] }`;
  const headers = [
    ['one', 'x'],
    ['two', 'x'],
  ] as const;

  it('of rules that match the same the first wins, its headers in whatever order', () => {
    const s = given(
      gateway(HTTP) +
        services('a', 'b') +
        route('r', {}, rule(['two', 'one'], 'a'), rule(['one', 'two'], 'b')),
    );
    expect(s.meets('http://h/', { headers })).toBe('default/a:80');
  });

  it('even when its backend is missing: nothing falls through', () => {
    const s = given(
      gateway(HTTP) + services('b') + route('r', {}, rule(['two', 'one'], 'none'), rule(['one', 'two'], 'b')),
    );
    expect(s.meets('http://h/', { headers })).toBe('500');
    expect(verdicts(s, 'r')).toEqual(['True Accepted, False BackendNotFound']);
  });
});

describe('HTTPRouteMultipleGateways', () => {
  it('has a status for each of ours, in the order of the spec, and none for what is not ours', () => {
    const second = gateway(HTTP).replace('name: gw,', 'name: second,');
    const parents =
      '{ name: foreign }, { name: second }, { kind: Service, group: "", name: a, port: 80 }, { name: gw }';
    const s = given(gateway(HTTP) + second + services('a') + route('r', { parent: parents }, to('a')));
    expect(parentsOf(s, 'r').map(({ parentRef }) => parentRef.name)).toEqual(['second', 'gw']);
    expect(verdicts(s, 'r')).toEqual([GOOD, GOOD]);
    for (const gateway_ of ['default/gw', 'default/second'])
      expect(s.meets('http://h/', { gateway: gateway_ })).toBe('default/a:80');
  });

  it('a dedicated route does not leak to the other', () => {
    const second = gateway(HTTP).replace('name: gw,', 'name: second,');
    const s = given(
      gateway(HTTP) + second + services('a') + route('r', { parent: '{ name: second }' }, to('a')),
    );
    expect(s.meets('http://h/', { gateway: 'default/gw' })).toBe('404');
  });
});

describe('HTTPRouteObservedGenerationBump', () => {
  it('every condition of every parent follows', () => {
    const s = given(gateway(HTTP) + services('a') + route('r', {}, to('a')));
    const written = s.get('HTTPRoute', 'r');
    s.put({ ...written, metadata: { ...written.metadata, generation: 2 } });
    expect(
      parentsOf(s, 'r').flatMap(({ conditions }) => conditions.map((c) => c.observedGeneration)),
    ).toEqual([2, 2]);
  });
});

describe('a parentRef in the status', () => {
  it('spells out group and kind, by which the suite finds it', () => {
    const s = given(gateway(HTTP) + services('a') + route('r', {}, to('a')));
    expect(parentsOf(s, 'r')[0]?.parentRef).toEqual({
      group: 'gateway.networking.k8s.io',
      kind: 'Gateway',
      name: 'gw',
      namespace: 'default',
    });
  });
});
