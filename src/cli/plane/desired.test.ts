import { describe, expect, it } from '@jest/globals';
import { assigned, given } from '../../routing/testing/given.js';
import { gateway, HTTP } from '../../routing/testing/yaml.js';
import { desiredProxies } from './desired.js';

const WRONG = '{ name: wrong, port: 81, protocol: example.com/OWN }';
const desired = (scenario: ReturnType<typeof given>) => desiredProxies(scenario.model());

describe('an Envoy is wanted', () => {
  it('for a Gateway, with the ports of the listeners that can be served', () => {
    expect(desired(given(gateway(HTTP, WRONG)))).toEqual([
      { fleet: 'default/gw', listeners: [{ name: 'http', port: 80 }], addresses: [] },
    ]);
  });

  it('not for a Gateway without such a listener', () => {
    expect(desired(given(gateway(WRONG)))).toEqual([]);
  });

  it('for a port that could not be had, so that it is tried again', () => {
    const s = given(gateway(HTTP)).observe({
      ...assigned('default/gw'),
      ports: { 80: { bound: false, reason: 'PortUnavailable', message: 'taken' } },
    });
    expect(s.gateway().accepted.accepted).toBe(false);
    expect(desired(s)).toHaveLength(1);
  });

  it('for an address that could not be had, so that another is taken once it is written', () => {
    const addressRefusal = { condition: 'Accepted', reason: 'UnsupportedAddress', message: 'no' } as const;
    const s = given(gateway(HTTP)).observe({ ...assigned('default/gw'), addresses: [], addressRefusal });
    expect(desired(s)).toHaveLength(1);
  });
});
