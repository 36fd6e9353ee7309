import { describe, expect, it } from '@jest/globals';
import { given, reasonOf, type Scenario } from './testing/given.js';
import { listenerSet } from './testing/listener-sets.js';
import { gateway, HTTP, route, service, services, to } from './testing/yaml.js';

// GEP-3793.

const byDefault = (yaml: string): string =>
  yaml.replace(/ {2}gatewayClassName: windlass/g, '  defaultScope: All\n  gatewayClassName: windlass');
const named = (name: string, yaml: string): string => yaml.replace('name: gw,', `name: ${name},`);
/** An HTTPRoute that uses default Gateways. @param parents YAML flow sequence */
const using = (name: string, parents = '[]', scope = 'All'): string =>
  route(name, {}, to('a')).replace(
    'parentRefs: [{ name: gw, namespace: default }]',
    `useDefaultGateways: ${scope}\n  parentRefs: ${parents}`,
  );

const parentsOf = (s: Scenario, name: string) =>
  s
    .model()
    .routes.values()
    .find(({ route: { metadata } }) => metadata.name === name)
    ?.parents.map(({ parentRef, accepted }) => [
      parentRef.name,
      parentRef.sectionName ?? '',
      reasonOf(accepted),
    ]) ?? [];

describe('a route that uses default Gateways', () => {
  it('is attached to every default Gateway, and to no other; its parents name them', () => {
    const s = given(
      byDefault(gateway(HTTP)) +
        byDefault(named('gw2', gateway(HTTP))) +
        named('gw3', gateway(HTTP)) +
        using('r') +
        services('a'),
    );
    expect(
      s
        .model()
        .routes.get('HTTPRoute default/r')
        ?.parents.map(({ parentRef }) => parentRef),
    ).toEqual(
      ['gw', 'gw2'].map((name) => ({
        group: 'gateway.networking.k8s.io',
        kind: 'Gateway',
        namespace: 'default',
        name,
      })),
    );
    expect(s.meets('http://x.test/', { gateway: 'default/gw' })).toBe('default/a:80');
    expect(s.meets('http://x.test/', { gateway: 'default/gw2' })).toBe('default/a:80');
    expect(s.meets('http://x.test/', { gateway: 'default/gw3' })).toBe('404');
  });

  it('follows Gateways that become default ones and cease to be', () => {
    const s = given(gateway(HTTP) + using('r') + services('a'));
    expect(parentsOf(s, 'r')).toEqual([]);
    expect(s.meets('http://x.test/')).toBe('404');
    s.change(byDefault(gateway(HTTP)));
    expect(parentsOf(s, 'r')).toEqual([['gw', '', 'True']]);
    expect(s.meets('http://x.test/')).toBe('default/a:80');
    s.change(gateway(HTTP));
    expect(parentsOf(s, 'r')).toEqual([]);
    expect(s.meets('http://x.test/')).toBe('404');
  });

  it('is attached to the Gateways that it names as well', () => {
    const s = given(
      gateway(HTTP) + byDefault(named('gw2', gateway(HTTP))) + using('r', '[{ name: gw }]') + services('a'),
    );
    expect(parentsOf(s, 'r')).toEqual([
      ['gw', '', 'True'],
      ['gw2', '', 'True'],
    ]);
  });

  it('that names a default Gateway is its once; that names a listener of it, has the others by default', () => {
    const two = byDefault(gateway(HTTP, '{ name: alt, port: 81, protocol: HTTP }'));
    const whole = given(two + using('r', '[{ name: gw }]') + services('a'));
    expect(parentsOf(whole, 'r')).toEqual([['gw', '', 'True']]);
    const part = given(two + using('r', '[{ name: gw, sectionName: alt }]') + services('a'));
    expect(parentsOf(part, 'r')).toEqual([
      ['gw', 'alt', 'True'],
      ['gw', '', 'True'],
    ]);
    expect(part.gateway().listeners.map(({ attachedRoutes }) => attachedRoutes)).toEqual([1, 1]);
  });

  it('needs to be let in like any other', () => {
    const far = using('r').replace('namespace: default }', 'namespace: far }') + service('a', 'far');
    const s = given(byDefault(gateway(HTTP)) + far);
    expect(parentsOf(s, 'r')).toEqual([['gw', '', 'NotAllowedByListeners']]);
    s.change(
      byDefault(
        gateway('{ name: http, port: 80, protocol: HTTP, allowedRoutes: { namespaces: { from: All } } }'),
      ),
    );
    expect(parentsOf(s, 'r')).toEqual([['gw', '', 'True']]);
  });

  it('is not attached to ListenerSets of a default Gateway', () => {
    const open = byDefault(gateway(HTTP)).replace(
      '  listeners:',
      '  allowedListeners: { namespaces: { from: All } }\n  listeners:',
    );
    const set = listenerSet('set', {}, '{ name: web, port: 81, protocol: HTTP }');
    const s = given(open + set + using('r') + services('a'));
    expect(s.gateway().listeners.map(({ name, attachedRoutes }) => [name, attachedRoutes])).toEqual([
      ['http', 1],
      ['default/set/web', 0],
    ]);
  });

  it('of scope None uses none, nor does a Gateway of scope None take any', () => {
    expect(parentsOf(given(byDefault(gateway(HTTP)) + using('r', '[]', 'None')), 'r')).toEqual([]);
    const none = byDefault(gateway(HTTP)).replace('defaultScope: All', 'defaultScope: None');
    expect(parentsOf(given(none + using('r')), 'r')).toEqual([]);
  });

  it('tells of 32 parents at most, and is attached to the others all the same', () => {
    const many = Array.from({ length: 33 }, (_, i) => byDefault(named(`gw${i}`, gateway(HTTP))));
    const s = given(many.join('') + using('r') + services('a'));
    expect(parentsOf(s, 'r')).toHaveLength(32);
    for (let i = 0; i < 33; i += 1)
      expect(s.meets('http://x.test/', { gateway: `default/gw${i}` })).toBe('default/a:80');
  });
});
