import { describe, expect, it } from '@jest/globals';
import { given, type Scenario } from './testing/given.js';
import { pod, selector, toXBackend, xBackend } from './testing/x-backend.js';
import { gateway, HTTP, route, service, to } from './testing/yaml.js';

// What the endpoint controllers of a cluster do, for a directory of files: KEP-1669, Service.spec.selector, Pod.status.

const SHOP = gateway(HTTP) + route('r', {}, toXBackend('x')) + selector('x', 'web');

function addressesOf(s: Scenario): readonly string[] {
  return [...s.fleet().endpoints.values()].flatMap(({ endpoints }) =>
    endpoints.map(({ address, port }) => `${address}:${port}`),
  );
}

const ready = (status: string): string => `, conditions: [{ type: Ready, status: "${status}" }]`;

describe('a Pod is an endpoint', () => {
  it.each([
    ['that nothing is said of but its address', {}, true],
    ['that is ready', { status: ready('True') }, true],
    ['that is not ready', { status: ready('False') }, false],
    ['of which it is not known', { status: ready('Unknown') }, false],
    ['that has succeeded', { status: `, phase: Succeeded${ready('True')}` }, false],
    ['that has failed', { status: ', phase: Failed' }, false],
    ['that is ending, while there is no other', { ending: true }, true],
    ['that is ending and not ready', { ending: true, status: ready('False') }, false],
    ['with other labels besides', { labels: '{ app: web, tier: x }' }, true],
    ['with another value of the label', { labels: '{ app: webs }' }, false],
    ['of another namespace', { namespace: 'far' }, false],
  ])('%s', (_what, options, is) => {
    expect(addressesOf(given(SHOP + pod('a', '10.0.0.1', 'web', options)))).toEqual(
      is ? ['10.0.0.1:8080'] : [],
    );
  });

  it('that is ending gives way to one that is not', () => {
    const s = given(SHOP + pod('a', '10.0.0.1', 'web', { ending: true }) + pod('b', '10.0.0.2', 'web'));
    expect(addressesOf(s)).toEqual(['10.0.0.2:8080']);
  });

  it('by one of its addresses, so that none counts twice', () => {
    const both = pod('a', '10.0.0.1', 'web', { status: ', podIPs: [{ ip: 10.0.0.1 }, { ip: "fd00::1" }]' });
    expect(addressesOf(given(SHOP + both))).toEqual(['10.0.0.1:8080']);
    expect(
      addressesOf(given(SHOP + pod('a', '', 'web', { status: ', podIPs: [{ ip: "fd00::1" }]' }))),
    ).toEqual(['fd00::1:8080']);
  });

  it('only with every label that is asked for', () => {
    const s = given(
      SHOP + pod('a', '10.0.0.1', 'web') + pod('b', '10.0.0.2', 'web', { labels: '{ app: web, tier: x }' }),
    );
    s.change(
      xBackend(
        'x',
        'type: EndpointSelector, port: { number: 81 }, endpointSelector: { matchLabels: { app: web, tier: x } }',
      ),
    );
    expect(addressesOf(s)).toEqual(['10.0.0.2:81']);
  });
});

describe('a Service that no EndpointSlice is labelled for', () => {
  const bare = (ports: string, more = ''): string => `---
{ apiVersion: v1, kind: Service, metadata: { name: a }, spec: { selector: { app: web }, ports: [${ports}]${more} } }
`;
  const base =
    gateway(HTTP) +
    route('r', {}, to('a')) +
    pod('a', '10.0.0.1', 'web', { ports: '[{ name: web, containerPort: 8081 }]' });

  it.each([
    ['by its own number', '{ port: 80 }', ['10.0.0.1:80']],
    ['by the number of its target', '{ port: 80, targetPort: 8080 }', ['10.0.0.1:8080']],
    ['by the name of its target', '{ port: 80, targetPort: web }', ['10.0.0.1:8081']],
    ['not by a name that the Pod does not have', '{ port: 80, targetPort: other }', []],
  ])('leads to the Pods that it selects, %s', (_what, ports, expected) => {
    expect(addressesOf(given(base + bare(ports)))).toEqual(expected);
  });

  it('leads to Pods that are not ready where it says so', () => {
    const unready = pod('a', '10.0.0.1', 'web', { status: ready('False') });
    expect(addressesOf(given(base + unready + bare('{ port: 80 }')))).toEqual([]);
    expect(
      addressesOf(given(base + unready + bare('{ port: 80 }', ', publishNotReadyAddresses: true'))),
    ).toEqual(['10.0.0.1:80']);
  });

  it('leads nowhere without a selector, and by its slices alone as soon as there is one', () => {
    const s = given(base + bare('{ port: 80 }').replace('selector: { app: web }, ', ''));
    expect(addressesOf(s)).toEqual([]);
    s.change(bare('{ name: web, port: 80 }'));
    expect(addressesOf(s)).toEqual(['10.0.0.1:80']);
    const [, slice = ''] = service('a').split('---\napiVersion: discovery').slice(0, 2);
    s.change(`---\napiVersion: discovery${slice}`);
    expect(addressesOf(s)).toEqual(['10.0.0.1:8080']);
    s.remove('EndpointSlice', 'a-1');
    expect(addressesOf(s)).toEqual(['10.0.0.1:80']);
  });
});

describe('one Pod of a thousand', () => {
  it.each([1, 20])(
    'that comes or changes touches the XBackends that select it, of a hundred (%i labels)',
    (shared) => {
      const labels = (i: number): string =>
        `{ app: web${i % 100}, ${Array.from({ length: shared }, (_, n) => `l${n}: same`).join(', ')} }`;
      const names = Array.from({ length: 100 }, (_, i) => `x${i}`);
      const matching = (i: number): string =>
        xBackend(
          `x${i}`,
          `type: EndpointSelector, port: { number: 80 }, endpointSelector: { matchLabels: { app: web${i} } }`,
        );
      const routes = Array.from({ length: 10 }, (_, i) =>
        route(`r${i}`, {}, ...names.slice(i * 10, i * 10 + 10).map((name) => toXBackend(name, `/${name}`))),
      );
      const s = given(
        gateway(HTTP) +
          names.map((_, i) => matching(i)).join('') +
          routes.join('') +
          Array.from({ length: 1000 }, (_, i) =>
            pod(`p${i}`, `10.0.${Math.floor(i / 250)}.${(i % 250) + 1}`, '', { labels: labels(i) }),
          ).join(''),
      );
      const before = s.fleet();
      const counted = s.counters();
      s.change(pod('new', '10.9.0.1', '', { labels: labels(7) }));
      const after = s.fleet();
      const changed = after.endpoints.changesSince(before.endpoints).map(({ key }) => key);
      expect(changed).toEqual(['xbackend_default_x7_80']);
      const { endpointsVisited, endpointsBuilt, routesVisited } = s.counters();
      expect([endpointsVisited, endpointsBuilt, routesVisited]).toEqual([
        counted.endpointsVisited + 1,
        counted.endpointsBuilt + 1,
        counted.routesVisited,
      ]);
      expect(after.clusters).toBe(before.clusters);
    },
  );
});
