import { describe, expect, it } from '@jest/globals';
import { filtered, forwarded } from '../testing/filtered.js';
import { given, reasonOf } from '../testing/given.js';
import { gateway, HTTP, route, service, services, to } from '../testing/yaml.js';

function mirror(backend: string, more = ''): string {
  return `{ type: RequestMirror, requestMirror: { backendRef: { name: ${backend}, port: 80 }${more} } }`;
}

const mirrorsOf = (filters: string) => filtered(filters).evaluate('http://h/').outcome;

describe('RequestMirror', () => {
  it('copies every request unless told otherwise; several mirrors are independent', () => {
    expect(mirrorsOf(`${mirror('a')}, ${mirror('b', ', percent: 20')}`)).toMatchObject({
      shares: [
        {
          cluster: 'default_a_80',
          mirrors: [
            { cluster: 'default_a_80', perMillion: 1_000_000 },
            { cluster: 'default_b_80', perMillion: 200_000 },
          ],
        },
      ],
    });
  });

  it.each([
    ['percent: 100', 1_000_000],
    ['percent: 1', 10_000],
    ['fraction: { numerator: 35 }', 350_000],
    ['fraction: { numerator: 25, denominator: 50 }', 500_000],
    ['fraction: { numerator: 1, denominator: 3 }', 333_333],
    ['fraction: { numerator: 1, denominator: 100000000 }', 1],
  ])('copies %s of the requests', (share, perMillion) => {
    expect(mirrorsOf(mirror('b', `, ${share}`))).toMatchObject({ shares: [{ mirrors: [{ perMillion }] }] });
  });

  it.each(['percent: 0', 'fraction: { numerator: 0 }'])('copies nothing for %s', (share) => {
    const s = filtered(mirror('b', `, ${share}`));
    expect(s.evaluate('http://h/').outcome).toMatchObject({ shares: [{ mirrors: [] }] });
    expect([...s.fleet().clusters.keys()]).toEqual(['default_a_80']);
  });

  it('has its cluster and endpoints in the fleet', () => {
    const { clusters, endpoints } = filtered(mirror('b')).fleet();
    expect([[...clusters.keys()], [...endpoints.keys()]]).toEqual([
      ['default_a_80', 'default_b_80'],
      ['default_a_80', 'default_b_80'],
    ]);
  });

  it.each([
    ['BackendNotFound', '{ name: missing, port: 80 }'],
    ['BackendNotFound', '{ name: b, port: 81 }'],
    ['InvalidKind', '{ group: x.test, kind: Thing, name: b, port: 80 }'],
    ['RefNotPermitted', '{ name: far, namespace: elsewhere, port: 80 }'],
    ['UnsupportedProtocol', '{ name: odd, port: 80 }'],
  ])('to a backend that does not resolve is dropped, says %s, and the requests go on', (reason, ref) => {
    const s = filtered(
      `{ type: RequestMirror, requestMirror: { backendRef: ${ref} } }, ${mirror('b')}`,
    ).change(service('odd', 'default', 'smoke') + service('far', 'elsewhere'));
    expect(s.parent('r').resolvedRefs).toMatchObject({
      reason,
      at: 'spec.rules[0].filters[0].requestMirror.backendRef',
    });
    expect(reasonOf(s.parent('r').accepted)).toBe('True');
    expect(s.parent('r').partiallyInvalid).toBeUndefined();
    expect(forwarded(s, 'http://h/')).toHaveLength(1);
    expect(s.evaluate('http://h/').outcome).toMatchObject({
      shares: [{ mirrors: [{ cluster: 'default_b_80' }] }],
    });
  });

  it('reaches another namespace by its grant, for as long as there is one', () => {
    const grant = `---
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: { name: mirrors, namespace: elsewhere }
spec:
  from: [{ group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: default }]
  to: [{ group: "", kind: Service, name: far }]
`;
    const ref = 'backendRef: { name: far, namespace: elsewhere, port: 80 }';
    const s = filtered(`{ type: RequestMirror, requestMirror: { ${ref} } }`).change(
      service('far', 'elsewhere') + grant,
    );
    expect(reasonOf(s.parent('r').resolvedRefs)).toBe('True');
    expect(s.fleet().clusters.has('elsewhere_far_80')).toBe(true);
    s.remove('ReferenceGrant', 'mirrors', 'elsewhere');
    expect(reasonOf(s.parent('r').resolvedRefs)).toBe('RefNotPermitted');
    expect(s.fleet().clusters.has('elsewhere_far_80')).toBe(false);
  });

  it('cannot stand beside a redirect, which reaches no backend', () => {
    const redirect = '{ type: RequestRedirect, requestRedirect: { hostname: n.test } }';
    const rule = `{ filters: [${redirect}, ${mirror('b')}] }`;
    const s = given(gateway(HTTP) + services('a', 'b') + route('r', {}, rule, to('a', '/a')));
    expect(s.meets('http://h/')).toBe('500');
    expect(s.parent('r').partiallyInvalid).toMatchObject({ reason: 'IncompatibleFilters' });
  });
});
