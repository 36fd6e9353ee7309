import { describe, expect, it } from '@jest/globals';
import { unknownProperties } from './index.js';

const HOST = 'envoy.config.route.v3.VirtualHost';

describe('unknownProperties', () => {
  it('finds nothing in a message that is spelt right', () => {
    const routes = [{ match: { prefix: '/' }, route: { timeout: { seconds: 1 } }, typedPerFilterConfig: { x: {} } }];
    expect(unknownProperties(HOST, { name: 'a', routes })).toEqual([]);
  });

  it('names every misspelt property, in messages, lists and maps', () => {
    const message = {
      nam: 'a',
      routes: [{}, { route: { timeout: { second: 1 } } }],
      typedPerFilterConfig: { x: { type_url: 'y' } },
    };
    expect(unknownProperties(HOST, message)).toEqual([
      'nam',
      'routes[1].route.timeout.second',
      'typedPerFilterConfig[x].type_url',
    ]);
  });

  it('knows the names of the encoder, not those of the definition', () => {
    const type = 'envoy.config.cluster.v3.OutlierDetection';
    expect(unknownProperties(type, { consecutive_5xx: { value: 1 } })).toEqual(['consecutive_5xx']);
    expect(unknownProperties(type, { consecutive5xx: { value: 1 } })).toEqual([]);
  });

  it('does not take names of every object for fields', () => {
    expect(unknownProperties(HOST, { constructor: 1, toString: 2 })).toEqual(['constructor', 'toString']);
  });
});
