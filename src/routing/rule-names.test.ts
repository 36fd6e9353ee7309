import { describe, expect, it } from '@jest/globals';
import { given } from './testing/given.js';
import { gateway, route, services, to } from './testing/yaml.js';

const named = (name: string, rule: string): string => rule.replace('{ ', `{ name: ${name}, `);

describe('the name of a rule', () => {
  it('stands beside what the rule does, and changes nothing of it', () => {
    const s = given(
      gateway('{ name: a, port: 8080, protocol: HTTP }') +
        services('a', 'b') +
        route('r', {}, named('first', to('a', '/a')), to('b', '/b')),
    );
    expect(s.meets('http://h.test:8080/a')).toBe('default/a:80');
    expect(s.meets('http://h.test:8080/b')).toBe('default/b:80');
    expect(s.evaluate('http://h.test:8080/a').rule?.ruleName).toBe('first');
    expect(s.evaluate('http://h.test:8080/b').rule?.ruleName).toBeUndefined();
  });
});

describe('listeners of one Gateway', () => {
  it('have the ports that they name, each with its own routes', () => {
    const s = given(
      gateway('{ name: a, port: 80, protocol: HTTP }', '{ name: b, port: 8080, protocol: HTTP }') +
        services('a', 'b') +
        route('on-80', { parent: '{ name: gw, port: 80 }' }, to('a')) +
        route('on-8080', { parent: '{ name: gw, port: 8080 }' }, to('b')),
    );
    expect(s.meets('http://h.test/')).toBe('default/a:80');
    expect(s.meets('http://h.test:8080/')).toBe('default/b:80');
    expect(s.meets('http://h.test:8081/')).toBe('refused');
    expect(s.gateway().listeners.map(({ attachedRoutes }) => attachedRoutes)).toEqual([1, 1]);
  });
});
