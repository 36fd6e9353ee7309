import { describe, expect, it } from '@jest/globals';
import { given } from '../routing/testing/given.js';
import { ONE, tlsSecret, TWO } from '../routing/testing/key-pair.js';
import { gateway, HTTP, route, services, to } from '../routing/testing/yaml.js';
import type { Resource } from '../xds/index.js';
import { snapshotOf } from './snapshot.js';

// Every change of a listener costs connections or time (DESIGN D7): what does not change it, and what changes no more than its filter chains.

const tls = (name: string, hostname: string): string =>
  `{ name: ${name}, port: 443, protocol: HTTPS, hostname: ${hostname}, tls: { certificateRefs: [{ name: cert }] } }`;

const gatewayWith = (...more: readonly string[]): string => gateway(HTTP, tls('a', 'a.test'), ...more);
const shop = (hostname: string): string => route('shop', { hostnames: [hostname] }, to('a'));

function scenario() {
  const started = given(gatewayWith() + tlsSecret('cert', ONE) + services('a') + shop('a.test'));
  const listeners = (): ReadonlyMap<string, Resource> => snapshotOf(started.fleet()).resources.listener;
  return { change: started.change.bind(started), listeners, snapshot: () => snapshotOf(started.fleet()) };
}

describe('a listener', () => {
  it.each([
    ['another route', route('more', { hostnames: ['b.a.test'] }, to('a'))],
    ['another hostname of a route', shop('*.test')],
    ['another certificate in the same Secret', tlsSecret('cert', TWO)],
    ['a Secret that nothing names', tlsSecret('other', TWO)],
    ['a Service', services('b')],
  ])('is the same after %s', (_what, change) => {
    const { change: apply, listeners } = scenario();
    const before = listeners();
    apply(change);
    expect([...listeners()].map(([name, listener]) => [name, listener === before.get(name)])).toEqual([
      ['gateway/default/gw/443', true],
      ['gateway/default/gw/80', true],
    ]);
  });

  it('gets its new certificate by SDS alone', () => {
    const { change, snapshot } = scenario();
    const before = snapshot().resources.secret;
    change(tlsSecret('cert', TWO));
    const after = snapshot().resources.secret;
    expect([...after.keys()]).toEqual([...before.keys()]);
    const [name = ''] = before.keys();
    expect(after.get(name)?.version).not.toBe(before.get(name)?.version);
  });

  it('changes in nothing but its filter chains when its port gets another HTTPS listener', () => {
    const { change, listeners } = scenario();
    const parts = (): Map<string, string> =>
      new Map(
        listeners()
          .get('gateway/default/gw/443')
          ?.sections.flatMap((section) => section.parts.map(({ key, hash }) => [key, hash])),
      );
    const before = parts();
    const plain = listeners().get('gateway/default/gw/80');
    change(gatewayWith(tls('b', 'b.test')));
    const after = parts();
    expect(after.size).toBe(before.size + 1);
    expect([...before].filter(([key, hash]) => after.get(key) !== hash)).toEqual([]);
    expect(listeners().get('gateway/default/gw/80')).toBe(plain);
  });
});
