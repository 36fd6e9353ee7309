import { describe, expect, it } from '@jest/globals';
import { sortedMap } from '../collections/index.js';
import { assigned, given, reasonOf } from './testing/given.js';
import { gateway, HTTP, route, service, services, to } from './testing/yaml.js';

const open = (namespaces: string): string =>
  `{ name: http, port: 80, protocol: HTTP, allowedRoutes: { namespaces: ${namespaces} } }`;
const namespace = (name: string, labels: string): string => `---
apiVersion: v1
kind: Namespace
metadata: { name: ${name}, labels: ${labels} }
`;

describe('parentRefs', () => {
  it('without a section attach to every listener that fits, with section or port to those alone', () => {
    const listeners = gateway(HTTP, '{ name: alt, port: 81, protocol: HTTP }') + services('a');
    expect(given(listeners + route('r', {}, to('a'))).parent('r').listeners).toEqual(['http', 'alt']);
    expect(
      given(listeners + route('r', { parent: '{ name: gw, sectionName: alt }' }, to('a'))).parent('r')
        .listeners,
    ).toEqual(['alt']);
    expect(
      given(listeners + route('r', { parent: '{ name: gw, port: 80 }' }, to('a'))).parent('r').listeners,
    ).toEqual(['http']);
  });

  it.each(['sectionName: none', 'port: 99', 'sectionName: http, port: 81'])(
    'that name no listener have no matching parent: %s',
    (fields) => {
      const s = given(
        gateway(HTTP) + services('a') + route('r', { parent: `{ name: gw, ${fields} }` }, to('a')),
      );
      expect(reasonOf(s.parent('r').accepted)).toBe('NoMatchingParent');
      expect(reasonOf(s.parent('r').resolvedRefs)).toBe('True');
    },
  );

  it('twice to one listener count and serve once; each has a status of its own', () => {
    const s = given(gateway(HTTP) + services('a') + route('r', {}, to('a')));
    const r = s.get('HTTPRoute', 'r');
    const parentRefs = [
      { name: 'gw', sectionName: 'none' },
      { name: 'gw', sectionName: 'http' },
      { name: 'gw' },
    ];
    s.put({ ...r, spec: { ...r.spec, parentRefs } });
    expect([0, 1, 2].map((i) => reasonOf(s.parent('r', i).accepted))).toEqual([
      'NoMatchingParent',
      'True',
      'True',
    ]);
    expect(s.parent('r', 2).parentRef).toBe(parentRefs[2]);
    expect(s.listener('http').attachedRoutes).toBe(1);
    expect(s.fleet().ports[0]?.tables[0]?.virtualHosts.get('*')?.rules).toHaveLength(1);
  });

  it('to a Gateway that does not exist or is not ours are no business of ours', () => {
    const s = given(
      gateway(HTTP).replace('windlass', 'foreign') +
        services('a') +
        route('r', {}, to('a')) +
        route('q', { parent: '{ name: none }' }, to('a')),
    );
    expect(s.model()).toMatchObject({
      gatewayClasses: [],
      gateways: [],
      routes: sortedMap(),
    });
  });
});

describe('allowedRoutes', () => {
  const far = route('r', { namespace: 'team' }, to('a')) + service('a', 'team');

  it('are of the same namespace by default', () => {
    expect(reasonOf(given(gateway(HTTP) + far).parent('r').accepted)).toBe('NotAllowedByListeners');
    expect(reasonOf(given(gateway(open('{ from: All }')) + far).parent('r').accepted)).toBe('True');
  });

  it.each([
    ['{ matchLabels: { env: prod } }', true],
    ['{ matchLabels: { env: test } }', false],
    ['{ matchLabels: { kubernetes.io/metadata.name: team } }', true],
    ['{ matchExpressions: [{ key: env, operator: In, values: [prod, test] }] }', true],
    ['{ matchExpressions: [{ key: env, operator: NotIn, values: [prod] }] }', false],
    ['{ matchExpressions: [{ key: other, operator: NotIn, values: [prod] }] }', true],
    ['{ matchExpressions: [{ key: env, operator: Exists }, { key: other, operator: DoesNotExist }] }', true],
    ['{ matchLabels: { env: prod }, matchExpressions: [{ key: env, operator: DoesNotExist }] }', false],
  ])('by selector %s: %s', (selector, allowed) => {
    const s = given(
      gateway(open(`{ from: Selector, selector: ${selector} }`)) + namespace('team', '{ env: prod }') + far,
    );
    expect(s.parent('r').accepted.accepted).toBe(allowed);
  });

  it('follow the labels of the namespace', () => {
    const s = given(gateway(open('{ from: Selector, selector: { matchLabels: { env: prod } } }')) + far);
    expect(s.meets('http://h/')).toBe('404');
    s.change(namespace('team', '{ env: prod }'));
    expect(s.meets('http://h/')).toBe('team/a:80');
  });
});

describe('Gateways and their classes', () => {
  const gatewayClass = (controller: string, more = ''): string => `---
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: { name: windlass }
spec: { controllerName: ${controller}${more} }
`;
  const OURS = 'windlass.io/gateway-controller';

  it('a missing class of our name counts as present only if that is wanted', () => {
    expect(given(gateway(HTTP)).model().gateways).toHaveLength(1);
    expect(given(gateway(HTTP), { implicitClass: false }).model().gateways).toHaveLength(0);
    expect(given(gateway(HTTP) + gatewayClass(OURS), { implicitClass: false }).model().gateways).toHaveLength(
      1,
    );
  });

  it('a class of another controller is ignored with its Gateways', () => {
    expect(given(gateway(HTTP) + gatewayClass('other.test/controller')).model()).toMatchObject({
      gatewayClasses: [],
      gateways: [],
      routes: sortedMap(),
    });
  });

  it('parameters that we do not know refuse class and Gateway, and leave what already has an address', () => {
    const s = given(
      gateway(HTTP) + gatewayClass(OURS, ', parametersRef: { group: x.test, kind: Thing, name: t }'),
    );
    expect(s.model().gatewayClasses.map(({ accepted }) => reasonOf(accepted))).toEqual(['InvalidParameters']);
    expect(reasonOf(s.gateway().accepted)).toBe('InvalidParameters');
    expect(s.fleet().ports).toHaveLength(1);
    s.observe({ ...assigned('default/gw'), addresses: [] });
    expect(s.gateway().fleet).toBeUndefined();
  });

  it('a Gateway without an address serves nothing yet; a refused address is told where it belongs', () => {
    const s = given(gateway(HTTP)).observe({ ...assigned('default/gw'), addresses: [] });
    expect(reasonOf(s.gateway().addressed)).toBe('AddressNotAssigned');
    expect(s.gateway().fleet).toBeUndefined();
    const refused = { reason: 'UnsupportedAddress', message: 'no hostnames' };
    s.observe({
      ...assigned('default/gw'),
      addresses: [],
      addressRefusal: { condition: 'Accepted', ...refused },
    });
    expect(reasonOf(s.gateway().accepted)).toBe('UnsupportedAddress');
  });
});
