import { describe, expect, it } from '@jest/globals';
import { given } from '../routing/testing/given.js';
import { listenerSet, ofSet, openGateway } from '../routing/testing/listener-sets.js';
import { route, services, to } from '../routing/testing/yaml.js';
import { refusalsOf } from './refusals.js';

const on = (name: string, host: string): string =>
  `{ name: ${name}, port: 80, protocol: HTTP, hostname: ${host} }`;

function lines(yaml: string): readonly string[] {
  const s = given(yaml);
  return refusalsOf(s.model(), s.store()).map(({ object, field, reason }) => `${object} ${field} ${reason}`);
}

describe('the refusals of ListenerSets and default Gateways', () => {
  const gateway = openGateway('{ from: Same }', on('own', 'own.test'));

  it('stand with the set whose listener it is', () => {
    const bad = '{ name: bad, port: 81, protocol: odd.test/QUIC }';
    expect(lines(gateway + listenerSet('s', {}, on('lost', 'own.test'), bad, on('ok', 'ok.test')))).toEqual([
      'ListenerSet default/s spec.listeners[0].hostname HostnameConflict',
      'ListenerSet default/s spec.listeners[1].protocol UnsupportedProtocol',
    ]);
  });

  it('tell of a set that is not let in, and of the routes that name it', () => {
    const set = listenerSet('s', { namespace: 'far' }, on('web', 'a.test'));
    const far = route('r', { namespace: 'far', parent: ofSet('s') }, '{}');
    expect(lines(gateway + set + far)).toEqual([
      'ListenerSet far/s spec.parentRef NotAllowed',
      'HTTPRoute far/r spec.parentRefs[0] NoMatchingParent',
    ]);
  });

  it('tell of a set that nobody serves, and of routes that name one that is not there', () => {
    const orphan = listenerSet('s', { parent: '{ name: none }' }, on('web', 'a.test'));
    expect(lines(orphan + services('a') + route('r', { parent: ofSet('missing') }, to('a')))).toEqual([
      'ListenerSet default/s spec.parentRef NotServed',
      'HTTPRoute default/r spec.parentRefs[0] NotServed',
    ]);
  });

  it('tell of a route that uses default Gateways where there are none', () => {
    const using = route('r', {}, '{}').replace(/parentRefs: .*/, 'useDefaultGateways: All');
    expect(lines(gateway + using)).toEqual(['HTTPRoute default/r spec.useDefaultGateways NotServed']);
    const byDefault = gateway.replace('gatewayClassName', 'defaultScope: All\n  gatewayClassName');
    expect(lines(byDefault + using)).toEqual([]);
  });
});
