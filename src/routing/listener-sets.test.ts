import { describe, expect, it } from '@jest/globals';
import { given, reasonOf, type Scenario } from './testing/given.js';
import { ONE, tlsSecret, TWO } from './testing/key-pair.js';
import { listenerSet, namespace, ofSet, openGateway } from './testing/listener-sets.js';
import { gateway, HTTP, route, service, services, to } from './testing/yaml.js';

const ALL = '{ from: All }';
const OWN = '{ name: own, port: 80, protocol: HTTP, hostname: own.test }';
const on = (name: string, host: string, port = 80): string =>
  `{ name: ${name}, port: ${port}, protocol: HTTP, hostname: ${host} }`;
const https = (name: string, host: string, certificate: string): string =>
  `{ name: ${name}, port: 443, protocol: HTTPS, hostname: ${host}, tls: { certificateRefs: [${certificate}] } }`;

/** Of each set, by `namespace/name`. */
function verdicts(s: Scenario): Readonly<Record<string, string>> {
  return Object.fromEntries(
    s
      .gateway()
      .listenerSets.map(({ listenerSet: { metadata }, accepted }) => [
        `${metadata.namespace ?? ''}/${metadata.name}`,
        reasonOf(accepted),
      ]),
  );
}

describe('a ListenerSet', () => {
  it('brings listeners to a Gateway, across namespaces, and routes reach its hosts through them', () => {
    const s = given(
      openGateway(ALL, OWN) +
        listenerSet('shop', { namespace: 'team' }, on('web', 'shop.test'), on('alt', 'alt.test', 8080)) +
        route('own', {}, to('a')) +
        route('shop', { namespace: 'team', parent: ofSet('shop') }, to('b')) +
        services('a') +
        service('b', 'team'),
    );
    expect(verdicts(s)).toEqual({ 'team/shop': 'True' });
    expect(
      s.gateway().listeners.map(({ name, section, set, served }) => [name, section, set, served]),
    ).toEqual([
      ['own', 'own', undefined, true],
      ['team/shop/web', 'web', 'team/shop', true],
      ['team/shop/alt', 'alt', 'team/shop', true],
    ]);
    expect(s.fleet().ports.map(({ port }) => port)).toEqual([80, 8080]);
    expect(s.meets('http://own.test/')).toBe('default/a:80');
    expect(s.meets('http://shop.test/')).toBe('team/b:80');
    expect(s.meets('http://alt.test:8080/')).toBe('team/b:80');
  });

  it('may use the name of a listener of the Gateway and of another set', () => {
    const s = given(
      openGateway(ALL, OWN) +
        listenerSet('one', {}, on('own', 'one.test')) +
        listenerSet('two', {}, on('own', 'two.test')) +
        ['one', 'two']
          .map((name) => route(name, { parent: ofSet(name, ', sectionName: own') }, to(name)))
          .join('') +
        services('one', 'two'),
    );
    expect(s.gateway().listeners.map(({ name, attachedRoutes }) => [name, attachedRoutes])).toEqual([
      ['own', 0],
      ['default/one/own', 1],
      ['default/two/own', 1],
    ]);
    expect(s.meets('http://one.test/')).toBe('default/one:80');
    expect(s.meets('http://two.test/')).toBe('default/two:80');
    expect(s.meets('http://own.test/')).toBe('404');
  });

  it('has tables of its own on an HTTPS port, named for namespace, set and listener', () => {
    const s = given(
      openGateway(ALL, https('web', 'own.test', '{ name: cert }')) +
        listenerSet('shop', { namespace: 'team' }, https('web', 'shop.test', '{ name: cert }')) +
        tlsSecret('cert', ONE) +
        tlsSecret('cert', TWO, 'team'),
    );
    expect(
      s
        .fleet()
        .ports.flatMap(({ tables }) =>
          tables.map(({ name, listener }) => [name, listener?.certificates.map((c) => c.name)]),
        ),
    ).toEqual([
      ['gateway/default/gw/443/web', ['secret/default/cert']],
      ['gateway/default/gw/443/team/shop/web', ['secret/team/cert']],
    ]);
  });

  it('of a Gateway of somebody else, or of none, is none of ours', () => {
    const s = given(
      gateway(HTTP).replace('windlass', 'other') +
        listenerSet('a', {}, on('web', 'a.test')) +
        listenerSet('b', { parent: '{ name: none }' }, on('web', 'b.test')) +
        route('r', { parent: ofSet('a') }, to('x')),
    );
    expect(s.model().gateways).toEqual([]);
    expect(s.model().routes.size).toBe(0);
  });

  it('that names a Gateway of another group or kind names none of ours', () => {
    const s = given(
      openGateway(ALL, OWN) +
        listenerSet('a', { parent: '{ group: a.test, kind: Gateway, name: gw }' }, on('web', 'a.test')) +
        listenerSet('b', { parent: '{ group: a.test, kind: Odd, name: gw }' }, on('web', 'b.test')),
    );
    expect(s.gateway().listenerSets).toEqual([]);
  });
});

describe('allowedListeners', () => {
  const sets =
    listenerSet('near', {}, on('web', 'near.test')) +
    listenerSet('far', { namespace: 'far' }, on('web', 'far.test'));

  it.each([
    ['{ from: None }', { 'default/near': 'NotAllowed', 'far/far': 'NotAllowed' }],
    ['{ from: Same }', { 'default/near': 'True', 'far/far': 'NotAllowed' }],
    ['{ from: All }', { 'default/near': 'True', 'far/far': 'True' }],
    [
      '{ from: Selector, selector: { matchLabels: { team: x } } }',
      { 'default/near': 'NotAllowed', 'far/far': 'True' },
    ],
    ['{ from: Selector }', { 'default/near': 'NotAllowed', 'far/far': 'NotAllowed' }],
    ['{}', { 'default/near': 'NotAllowed', 'far/far': 'NotAllowed' }],
  ])('%s lets in what it says', (from, wanted) => {
    expect(verdicts(given(openGateway(from, OWN) + sets + namespace('far', '{ team: x }')))).toEqual(wanted);
  });

  it('lets nobody in when it is absent', () => {
    const s = given(gateway(HTTP) + sets);
    expect(verdicts(s)).toEqual({ 'default/near': 'NotAllowed', 'far/far': 'NotAllowed' });
    expect(s.gateway().listeners.map(({ name }) => name)).toEqual(['http']);
  });

  it('follows the labels of namespaces', () => {
    const s = given(
      openGateway('{ from: Selector, selector: { matchLabels: { team: x } } }', OWN) +
        sets +
        namespace('far', '{}'),
    );
    expect(verdicts(s)).toMatchObject({ 'far/far': 'NotAllowed' });
    expect(verdicts(s.change(namespace('far', '{ team: x }')))).toMatchObject({ 'far/far': 'True' });
    expect(verdicts(s.change(namespace('far', '{}')))).toMatchObject({ 'far/far': 'NotAllowed' });
  });

  it('that is tightened takes the listeners of the set away, and its routes with them; the others stay as they are', () => {
    const s = given(
      openGateway(ALL, OWN) +
        sets +
        route('own', {}, to('a')) +
        route('far', { namespace: 'far', parent: ofSet('far') }, to('b')) +
        route('near', { parent: ofSet('near') }, to('a')) +
        services('a') +
        service('b', 'far'),
    );
    expect(s.meets('http://far.test/')).toBe('far/b:80');
    s.change(openGateway('{ from: Same }', OWN));
    expect(s.meets('http://far.test/')).toBe('404');
    expect(s.meets('http://near.test/')).toBe('default/a:80');
    expect(s.parent('far').accepted).toMatchObject({ reason: 'NoMatchingParent' });
    expect(s.fleet().clusters.has('far_b_80')).toBe(false);
  });
});

describe('precedence among a Gateway and its ListenerSets', () => {
  const conflicts = (s: Scenario) =>
    Object.fromEntries(s.gateway().listeners.map(({ name, conflicted }) => [name, reasonOf(conflicted)]));

  it('is the Gateway first, then the older set, then namespace and name; the first keeps the hostname', () => {
    const s = given(
      openGateway(ALL, OWN) +
        listenerSet('b', {}, on('x', 'own.test'), on('y', 'y.test'), on('z', 'z.test')) +
        listenerSet('a', { created: '2026-01-02T00:00:00Z' }, on('y', 'y.test'), on('w', 'w.test')) +
        listenerSet('c', { created: '2026-01-01T00:00:00Z' }, on('w', 'w.test')) +
        listenerSet('a', { namespace: 'a' }, on('z', 'z.test')),
    );
    expect(conflicts(s)).toEqual({
      own: 'True',
      'default/c/w': 'True',
      'default/a/y': 'True',
      'default/a/w': 'HostnameConflict',
      'a/a/z': 'True',
      'default/b/x': 'HostnameConflict',
      'default/b/y': 'HostnameConflict',
      'default/b/z': 'HostnameConflict',
    });
    expect(verdicts(s)).toMatchObject({ 'default/b': 'ListenersNotValid', 'default/a': 'True' });
    expect(reasonOf(s.gateway().accepted)).toBe('True');
  });

  it('gives the port to the protocol that comes first', () => {
    const s = given(
      openGateway(ALL, OWN) +
        listenerSet(
          'set',
          {},
          '{ name: tls, port: 80, protocol: HTTPS, hostname: x.test, tls: { certificateRefs: [{ name: c }] } }',
          on('ok', 'ok.test'),
        ) +
        tlsSecret('c', ONE),
    );
    expect(conflicts(s)).toEqual({
      own: 'True',
      'default/set/tls': 'ProtocolConflict',
      'default/set/ok': 'True',
    });
    expect(verdicts(s)).toEqual({ 'default/set': 'True' });
  });

  it('has no winner within one set, and nobody else gets what is disputed there', () => {
    const s = given(
      openGateway(ALL, OWN) +
        listenerSet(
          'first',
          { created: '2026-01-01T00:00:00Z' },
          on('a', 'a.test', 81),
          https('b', 'b.test', '{ name: c }').replace('443', '81'),
        ) +
        listenerSet('second', {}, on('a', 'a.test', 81)),
    );
    expect(conflicts(s)).toEqual({
      own: 'True',
      'default/first/a': 'ProtocolConflict',
      'default/first/b': 'ProtocolConflict',
      'default/second/a': 'ProtocolConflict',
    });
  });

  it('says nothing of whose the other listener is', () => {
    const s = given(openGateway(ALL, OWN) + listenerSet('set', { namespace: 'team' }, on('x', 'own.test')));
    const listener = s.listener('team/set/x');
    expect(listener.conflicted).toEqual({
      accepted: false,
      reason: 'HostnameConflict',
      message:
        'port 80 with hostname own.test is used by a listener of the Gateway, or of a ListenerSet that comes first',
      at: 'spec.listeners[0].hostname',
    });
  });

  it('does not let a set take the hostname of a listener that cannot be served', () => {
    const s = given(
      openGateway(ALL, OWN, https('web', 'shop.test', '{ name: missing }')) +
        listenerSet('set', { namespace: 'team' }, https('web', 'shop.test', '{ name: cert }')) +
        tlsSecret('cert', ONE, 'team'),
    );
    expect(reasonOf(s.listener('team/set/web').conflicted)).toBe('HostnameConflict');
    expect(s.meets('https://shop.test/')).toBe('refused');
  });

  it('lets nobody suffer from a listener that has lost', () => {
    const s = given(
      openGateway(ALL, OWN) +
        listenerSet(
          'one',
          { created: '2026-01-01T00:00:00Z' },
          '{ name: t, port: 80, protocol: HTTPS, hostname: new.test, tls: { certificateRefs: [{ name: c }] } }',
        ) +
        listenerSet('two', {}, on('web', 'new.test')),
    );
    expect(conflicts(s)).toMatchObject({ 'default/one/t': 'ProtocolConflict', 'default/two/web': 'True' });
  });

  it('hands a hostname on when the set that had it goes, and takes it back when it returns', () => {
    const older = listenerSet('older', { created: '2026-01-01T00:00:00Z' }, on('web', 'x.test'));
    const s = given(
      openGateway(ALL, OWN) +
        older +
        listenerSet('younger', {}, on('web', 'x.test')) +
        ['older', 'younger'].map((name) => route(name, { parent: ofSet(name) }, to(name))).join('') +
        services('older', 'younger'),
    );
    expect(s.meets('http://x.test/')).toBe('default/older:80');
    s.remove('ListenerSet', 'older');
    expect(s.meets('http://x.test/')).toBe('default/younger:80');
    s.change(older);
    expect(s.meets('http://x.test/')).toBe('default/older:80');
    expect(s.gateway().listeners.map(({ attachedRoutes }) => attachedRoutes)).toEqual([0, 1, 1]);
  });
});

describe('certificates of a ListenerSet', () => {
  const grant = (kind: string): string => `---
apiVersion: gateway.networking.k8s.io/v1
kind: ReferenceGrant
metadata: { name: g, namespace: vault }
spec: { from: [{ group: gateway.networking.k8s.io, kind: ${kind}, namespace: team }], to: [{ group: "", kind: Secret }] }
`;
  const world =
    openGateway(ALL, OWN) +
    listenerSet(
      'set',
      { namespace: 'team' },
      https('web', 'a.test', '{ name: cert, namespace: vault }'),
      on('plain', 'b.test'),
    ) +
    tlsSecret('cert', ONE, 'vault');

  it('of another namespace need a grant to kind ListenerSet; one to Gateways is not enough', () => {
    const s = given(world);
    const refs = () => reasonOf(s.listener('team/set/web').resolvedRefs);
    expect(refs()).toBe('RefNotPermitted');
    s.change(grant('Gateway'));
    expect(refs()).toBe('RefNotPermitted');
    s.change(grant('ListenerSet'));
    expect(refs()).toBe('True');
    s.remove('ReferenceGrant', 'g', 'vault');
    expect(refs()).toBe('RefNotPermitted');
  });

  it('that are no good cost that listener alone', () => {
    const s = given(world);
    expect(verdicts(s)).toEqual({ 'team/set': 'True' });
    expect(s.gateway().listeners.map(({ served }) => served)).toEqual([true, false, true]);
  });

  it('that are no good cost the set when nothing is left of it', () => {
    const only = given(
      openGateway(ALL, OWN) +
        listenerSet('set', { namespace: 'team' }, https('web', 'a.test', '{ name: none }')),
    );
    expect(verdicts(only)).toEqual({ 'team/set': 'ListenersNotValid' });
    expect(reasonOf(only.gateway().accepted)).toBe('True');
  });
});

describe('a Gateway with ListenerSets', () => {
  it('that is refused refuses them, for no fault of theirs', () => {
    const refused = openGateway(ALL, OWN).replace(
      'gatewayClassName: windlass',
      'gatewayClassName: windlass\n  infrastructure: { parametersRef: { group: a.test, kind: Odd, name: x } }',
    );
    expect(verdicts(given(refused + listenerSet('set', {}, on('a', 'a.test'))))).toEqual({
      'default/set': 'ParentNotAccepted',
    });
  });

  it('is valid as long as one listener of all is', () => {
    const bad = '{ name: odd, port: 80, protocol: odd.test/QUIC }';
    const s = given(openGateway(ALL, bad));
    expect(reasonOf(s.gateway().accepted)).toBe('ListenersNotValid');
    s.change(listenerSet('set', {}, on('a', 'a.test')));
    expect(reasonOf(s.gateway().accepted)).toBe('True');
    expect(verdicts(s)).toEqual({ 'default/set': 'True' });
  });

  it('isolates listeners across sets: the most specific one owns the host', () => {
    const s = given(
      openGateway(ALL, '{ name: wide, port: 80, protocol: HTTP, hostname: "*.test" }') +
        listenerSet('set', {}, on('narrow', 'a.test')) +
        route('wide', {}, to('a')) +
        services('a'),
    );
    expect(s.meets('http://b.test/')).toBe('default/a:80');
    expect(s.meets('http://a.test/')).toBe('404');
  });

  it('takes 64 listeners of its own and as many of each set', () => {
    const many = (prefix: string): readonly string[] =>
      Array.from({ length: 64 }, (_, i) => on(`l${i}`, `${prefix}${i}.test`));
    const s = given(
      openGateway(ALL, ...many('own')) +
        listenerSet('one', { namespace: 'one' }, ...many('one')) +
        listenerSet('two', { namespace: 'two' }, ...many('two')) +
        route('r', { namespace: 'two', parent: ofSet('two', ', sectionName: l63') }, to('a')) +
        service('a', 'two'),
    );
    expect(s.gateway().listeners.filter(({ served }) => served)).toHaveLength(192);
    expect(s.meets('http://two63.test/')).toBe('two/a:80');
    expect(s.meets('http://one63.test/')).toBe('404');
  });
});
