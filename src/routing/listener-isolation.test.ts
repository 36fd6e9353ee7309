import { describe, expect, it } from '@jest/globals';
import { given } from './testing/given.js';
import { listenerSet, ofSet, openGateway } from './testing/listener-sets.js';
import { gateway, route, services, to } from './testing/yaml.js';

// GatewayHTTPListenerIsolation of the conformance suite: the listener with the most specific hostname owns a request, whatever is attached to wider ones.

const LISTENERS = [
  ['all', ''],
  ['wide', '*.example.com'],
  ['narrow', '*.foo.example.com'],
  ['exact', 'abc.foo.example.com'],
] as const;
const HOSTS = [
  ['bar.com', 'all'],
  ['bar.example.com', 'wide'],
  ['bar.foo.example.com', 'narrow'],
  ['abc.foo.example.com', 'exact'],
] as const;

const listener = (name: string, host: string): string =>
  `{ name: ${name}, port: 80, protocol: HTTP${host === '' ? '' : `, hostname: "${host}"`} }`;
const hostnames = ['bar.com', '*.example.com', '*.foo.example.com', 'abc.foo.example.com'];
const own = gateway(...LISTENERS.map(([name, host]) => listener(name, host)));
const [first = '', second = '', third = '', fourth = ''] = LISTENERS.map(([name, host]) =>
  listener(name, host),
);
const apart =
  openGateway('{ from: All }', third, first) +
  listenerSet('one', {}, second) +
  listenerSet('two', { created: '2026-01-01T00:00:00Z' }, fourth);
const parentOf = (name: string): string => {
  const set = { wide: 'one', exact: 'two' }[name];
  return set === undefined ? `{ name: gw, sectionName: ${name} }` : ofSet(set, `, sectionName: ${name}`);
};

describe.each([
  ['of one Gateway', own, (name: string) => `{ name: gw, sectionName: ${name} }`],
  ['of a Gateway and its ListenerSets', apart, parentOf],
])('listeners %s', (_what, listeners, parent) => {
  it.each([
    ['without hostnames of their own', {}],
    ['that name all hostnames', { hostnames }],
  ])('have none of the requests of narrower ones, with routes %s', (_routes, options) => {
    const routes = LISTENERS.map(([name]) =>
      route(name, { ...options, parent: parent(name) }, to(name, `/${name}`)),
    );
    const s = given(listeners + routes.join('') + services(...LISTENERS.map(([name]) => name)));
    for (const [host, owner] of HOSTS)
      for (const [name] of LISTENERS)
        expect([host, name, s.meets(`http://${host}/${name}`)]).toEqual([
          host,
          name,
          name === owner ? `default/${name}:80` : '404',
        ]);
  });
});
