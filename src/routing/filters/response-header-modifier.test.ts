import { describe, expect, it } from '@jest/globals';
import { given } from '../testing/given.js';
import { gateway, HTTP, route, services } from '../testing/yaml.js';

const modifier = (fields: string): string =>
  `{ type: ResponseHeaderModifier, responseHeaderModifier: { ${fields} } }`;

describe('ResponseHeaderModifier', () => {
  it('changes the headers of an answer, by rule and by backend, whoever answers', () => {
    const s = given(
      gateway(HTTP) +
        services('a') +
        route(
          'r',
          {},
          `{ matches: [{ path: { type: PathPrefix, value: /a } }], filters: [${modifier('set: [{ name: x-rule, value: r }]')}],
             backendRefs: [{ name: a, port: 80, filters: [${modifier('add: [{ name: x-own, value: o }], remove: [x-gone]')}] }] }`,
          `{ filters: [${modifier('set: [{ name: x-rule, value: none }]')}] }`,
        ),
    );
    const { outcome } = s.evaluate('http://h.test/a');
    expect(outcome).toMatchObject({
      kind: 'forward',
      shares: [
        {
          responseModifiers: [
            { set: [{ name: 'x-rule', value: 'r' }] },
            { add: [{ name: 'x-own', value: 'o' }], remove: ['x-gone'] },
          ],
        },
      ],
    });
    expect(s.evaluate('http://h.test/').outcome).toMatchObject({
      kind: 'respond',
      status: 500,
      responseModifiers: [{ set: [{ name: 'x-rule', value: 'none' }] }],
    });
  });
});
