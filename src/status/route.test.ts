import { describe, expect, it } from '@jest/globals';
import { given } from '../routing/testing/given.js';
import { callsTo, gateway, grpcRoute, HTTP, route, services, to } from '../routing/testing/yaml.js';
import { all, made, parentsOf, said } from './testing/statuses.js';

const missing = '{ backendRefs: [{ name: nobody, port: 80 }] }';

describe('a route whose Service or its endpoints an Envoy rejected', () => {
  it.each(['cluster', 'endpoints'])('says so at the rules that send to it: %s', (type) => {
    const s = given(
      gateway(HTTP) +
        services('a', 'b') +
        route('r', {}, to('a'), to('b', '/b')) +
        route('q', {}, to('a', '/q')),
    );
    const owner = { object: 'Service default/b', at: 'ports[80]' };
    const convictions = [{ owner, message: 'malformed', resource: `${type} default_b_80` }];
    const [status] = parentsOf(s, 'r', { convictions });
    expect(status && said(status, 'windlass.io/RejectedByProxy')).toContain('True');
    const { message } = status?.conditions.find(({ type: of }) => of === 'windlass.io/RejectedByProxy') ?? {};
    expect(message).toBe(`rules[1]: Envoy rejected it in ${type} default_b_80: malformed`);
    const [other] = parentsOf(s, 'q', { convictions });
    expect(other && said(other, 'windlass.io/RejectedByProxy')).toBeUndefined();
  });
});

describe('the status of a route', () => {
  it('echoes each parentRef unchanged, with our name and the observed generation', () => {
    const parent = '{ name: gw, namespace: default, sectionName: http }';
    const s = given(gateway(HTTP) + services('a') + route('r', { parent }, to('a')));
    const written = s.get('HTTPRoute', 'r');
    s.put({ ...written, metadata: { ...written.metadata, generation: 7 } });
    const [status, ...more] = parentsOf(s, 'r');
    expect(more).toEqual([]);
    expect(status?.parentRef).toEqual(s.get('HTTPRoute', 'r').spec.parentRefs?.[0]);
    expect(status?.controllerName).toBe('windlass.io/gateway-controller');
    expect(status?.conditions.map(({ observedGeneration }) => observedGeneration)).toEqual([7, 7]);
  });

  it('has no PartiallyInvalid when all is well', () => {
    const [status] = parentsOf(given(gateway(HTTP) + services('a') + route('r', {}, to('a'))), 'r');
    expect(status?.conditions.map(({ type, status: is }) => `${type} ${is}`)).toEqual([
      'Accepted True',
      'ResolvedRefs True',
    ]);
  });

  it('tells a rule that is dropped, while the route is accepted', () => {
    const odd =
      '{ matches: [{ path: { type: RegularExpression, value: "/(?=a)" } }], backendRefs: [{ name: a, port: 80 }] }';
    const [status] = parentsOf(given(gateway(HTTP) + services('a') + route('r', {}, odd, to('a'))), 'r');
    expect(status && said(status, 'Accepted')).toBe('True Accepted');
    const partially = status?.conditions.find(({ type }) => type === 'PartiallyInvalid');
    expect(partially).toMatchObject({
      status: 'True',
      reason: 'UnsupportedValue',
      message: expect.stringMatching(/^Dropped Rule/),
    });
  });

  it('tells references that do not resolve, with their place, even where the route is not accepted', () => {
    const s = given(
      gateway('{ name: http, port: 80, protocol: HTTP, hostname: a.example }') +
        route('r', { hostnames: ['b.example'] }, missing),
    );
    const [status] = parentsOf(s, 'r');
    expect(status && said(status, 'Accepted')).toMatch(/^False NoMatchingListenerHostname: /);
    expect(status && said(status, 'ResolvedRefs')).toMatch(
      /^False BackendNotFound: spec\.rules\[0\]\.backendRefs\[0\]/,
    );
  });

  it('says what Envoy rejected of it, in its words, at the parents that this concerns, until that is over', () => {
    const other = gateway(HTTP).replace('namespace: default', 'namespace: other');
    const parent = '{ name: gw }, { name: gw, namespace: other }';
    const s = given(gateway(HTTP) + other + services('a') + route('r', { parent }, to('a')));
    const conviction = (object: string) => ({
      owner: { object, at: 'rule[1]' },
      message: 'regex is too large',
      resource: 'routes gateway/default/gw/80',
    });
    const told = (object?: string) =>
      parentsOf(s, 'r', { convictions: object === undefined ? [] : [conviction(object)] }).map(
        ({ conditions }) => conditions.find(({ type }) => type === 'windlass.io/RejectedByProxy')?.message,
      );
    const words = 'rule[1]: Envoy rejected it in routes gateway/default/gw/80: regex is too large';
    expect(told()).toEqual([undefined, undefined]);
    expect(told('HTTPRoute default/r')).toEqual([words, undefined]);
    expect(told('HTTPRoute other/r')).toEqual([undefined, undefined]);
    expect(told()).toEqual([undefined, undefined]);
  });

  it('is that of its kind: routes of one name and different kinds have one each', () => {
    const s = given(
      gateway(HTTP) + services('a') + route('r', {}, to('a')) + grpcRoute('r', {}, callsTo('none')),
    );
    const owner = { object: 'GRPCRoute default/r', at: 'rules[0]' };
    const convictions = [{ owner, message: 'no', resource: 'routes x' }];
    const told = all(s, { convictions }).flatMap(({ kind, status }) =>
      'parents' in status
        ? status.parents.map((parent) => [
            kind,
            said(parent, 'ResolvedRefs')?.split(':')[0],
            said(parent, 'windlass.io/RejectedByProxy'),
          ])
        : [],
    );
    expect(told).toEqual([
      ['GRPCRoute', 'False BackendNotFound', 'True RejectedByProxy'],
      ['HTTPRoute', 'True ResolvedRefs', undefined],
    ]);
  });

  it('keeps its identity while the route and what it meets are the same', () => {
    const s = given(gateway(HTTP) + services('a') + route('r', {}, to('a')) + route('q', {}, to('a')));
    const before = made(s);
    s.change(route('q', {}, missing));
    const after = made(s, { accepted: {} }, before);
    expect(after.current.changesSince(before.current).map(({ key }) => key)).toEqual([
      'Gateway default/gw',
      'HTTPRoute default/q',
    ]);
  });
});

describe('the status of a GatewayClass', () => {
  const gatewayClass = (more = '') => `---
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: { name: windlass }
spec: { controllerName: windlass.io/gateway-controller${more} }
`;

  it('is Accepted and of a supported version', () => {
    const [status] = all(given(gatewayClass()));
    expect(status).toMatchObject({
      kind: 'GatewayClass',
      status: {
        conditions: [
          { type: 'Accepted', status: 'True' },
          { type: 'SupportedVersion', status: 'True' },
        ],
      },
    });
  });

  it('is not Accepted with parameters that are not supported', () => {
    const [status] = all(given(gatewayClass(', parametersRef: { group: a.example, kind: B, name: c }')));
    expect(status).toMatchObject({
      status: { conditions: [{ type: 'Accepted', status: 'False', reason: 'InvalidParameters' }, {}] },
    });
  });
});
