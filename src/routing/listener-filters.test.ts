import { describe, expect, it } from '@jest/globals';
import { policiesOf } from './testing/policies.js';
import { given, reasonOf, type Scenario } from './testing/given.js';
import { policy } from './testing/backend-tls.js';
import { gateway, HTTP, route, services, to } from './testing/yaml.js';

// Gateway.spec.listeners[].filters: Gateway API v1.7.0, experimental channel.

function ask(server: string, more = ''): string {
  return `{ type: ExternalAuth, externalAuth: { protocol: HTTP, backendRef: { name: ${server}, port: 80${more} }, http: {} } }`;
}

const EXTENSION = '{ type: ExtensionRef, extensionRef: { group: x.test, kind: Thing, name: t } }';

/** An HTTP listener with these filters. */
function listener(name: string, filters: string, hostname?: string): string {
  const host = hostname === undefined ? '' : `hostname: "${hostname}", `;
  return `{ name: ${name}, port: 80, protocol: HTTP, ${host}filters: { requests: [${filters}] } }`;
}

const world = (...listeners: readonly string[]): Scenario =>
  given(gateway(...listeners) + services('a', 'first', 'second') + route('r', {}, to('a', '/known')));

const verdicts = (s: Scenario, name: string): readonly string[] => {
  const { accepted, resolvedRefs, served } = s.listener(name);
  return [reasonOf(accepted), reasonOf(resolvedRefs), served ? 'served' : 'not served'];
};

describe('filters of a listener', () => {
  it('are asked in their order before a route is chosen, about requests without a route too', () => {
    const s = world(listener('http', `${ask('second')}, ${ask('first')}`));
    for (const [path, outcome] of [
      ['/known', { kind: 'forward' }],
      ['/unknown', { kind: 'respond', status: 404 }],
    ] as const)
      expect(s.evaluate(`http://h${path}`)).toMatchObject({
        auth: ['default_second_80', 'default_first_80'],
        outcome,
      });
    expect(verdicts(s, 'http')).toEqual(['True', 'True', 'served']);
  });

  it('come before those of the rule', () => {
    const s = world(listener('http', ask('first'))).change(
      route('r', {}, `{ filters: [${ask('second')}], backendRefs: [{ name: a, port: 80 }] }`),
    );
    expect(s.evaluate('http://h/').auth).toEqual(['default_first_80', 'default_second_80']);
  });

  it('act on their own listener alone, also on a port that listeners share', () => {
    const s = world(listener('one', ask('first'), 'one.test'), HTTP);
    expect(s.evaluate('http://one.test/known').auth).toEqual(['default_first_80']);
    expect(s.evaluate('http://two.test/known').auth).toEqual([]);
  });

  it('have clusters even without a route, and none when they are gone', () => {
    const s = given(gateway(listener('http', ask('first'))) + services('first'));
    expect([...s.fleet().clusters.keys()]).toEqual(['default_first_80']);
    expect([...s.change(gateway(HTTP)).fleet().clusters.keys()]).toEqual([]);
  });

  it.each([
    ['does not exist', ask('none'), 'InvalidListenerFilterRef'],
    ['is of another kind', ask('first', ', kind: Thing'), 'InvalidListenerFilterRef'],
    ['is not granted', ask('first', ', namespace: elsewhere'), 'RefNotPermitted'],
  ])('whose server %s let no request pass', (_, filter, reason) => {
    const s = world(listener('http', `${ask('first')}, ${filter}`));
    expect(verdicts(s, 'http')).toEqual(['True', reason, 'served']);
    expect(s.listener('http').resolvedRefs).toMatchObject({
      at: 'spec.listeners[0].filters.requests[1].externalAuth.backendRef',
    });
    for (const path of ['/known', '/unknown']) {
      expect(s.meets(`http://h${path}`)).toBe('500');
      // Not even the first is asked: no request gets to where the second is missing.
      expect(s.evaluate(`http://h${path}`).auth).toEqual([]);
    }
  });

  it('serve again once the server is there', () => {
    const s = world(listener('http', ask('late')));
    expect(s.meets('http://h/known')).toBe('500');
    expect(s.change(services('late')).meets('http://h/known')).toBe('default/a:80');
    expect(s.remove('Service', 'late').meets('http://h/known')).toBe('500');
  });

  it('are granted to the Gateway, not to its routes', () => {
    const s = world(listener('http', ask('far', ', namespace: elsewhere'))).change(`
apiVersion: gateway.networking.k8s.io/v1
kind: ReferenceGrant
metadata: { name: g, namespace: elsewhere }
spec:
  from: [{ group: gateway.networking.k8s.io, kind: Gateway, namespace: default }]
  to: [{ group: "", kind: Service }]
---
apiVersion: v1
kind: Service
metadata: { name: far, namespace: elsewhere }
spec: { ports: [{ port: 80 }] }
`);
    expect(verdicts(s, 'http')).toEqual(['True', 'True', 'served']);
    expect(s.remove('ReferenceGrant', 'g', 'elsewhere').meets('http://h/known')).toBe('500');
  });

  it('are what a BackendTLSPolicy of their server has its effect on, and let nobody pass where that cannot be honoured', () => {
    const s = world(listener('http', ask('first'))).change(policy('p', 'first', { hostname: 'first.test' }));
    expect(s.meets('http://h/known')).toBe('500');
    const ancestors = policiesOf(s, 'BackendTLSPolicy')[0]?.ancestors;
    expect(ancestors).toMatchObject([{ ancestor: { kind: 'Gateway', name: 'gw' } }]);
  });

  it('of a type that is not supported cost their listener, and no other', () => {
    const s = world(listener('one', `${ask('first')}, ${EXTENSION}`, 'one.test'), HTTP);
    expect(verdicts(s, 'one')).toEqual(['UnsupportedValue', 'True', 'not served']);
    expect(s.listener('one').accepted).toMatchObject({
      at: 'spec.listeners[0].filters.requests[1].extensionRef',
    });
    expect(s.meets('http://one.test/known')).toBe('404');
    expect(s.meets('http://two.test/known')).toBe('default/a:80');
  });

  it('that ask for something that cannot be done cost their listener', () => {
    const s = world(listener('http', ask('first').replace('http: {}', 'http: { path: "/a/../b" }')));
    expect(verdicts(s, 'http')).toEqual(['UnsupportedValue', 'True', 'not served']);
  });
});
