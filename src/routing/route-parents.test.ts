import { describe, expect, it } from '@jest/globals';
import { given, reasonOf } from './testing/given.js';
import { listenerSet, ofSet, openGateway } from './testing/listener-sets.js';
import { grpcRoute, callsTo, route, service, services, to } from './testing/yaml.js';

const ALL = '{ from: All }';
const OWN = '{ name: web, port: 80, protocol: HTTP, hostname: own.test }';
const world =
  openGateway(ALL, OWN) +
  listenerSet(
    'set',
    {},
    '{ name: one, port: 80, protocol: HTTP, hostname: one.test }',
    '{ name: two, port: 81, protocol: HTTP, hostname: two.test }',
  ) +
  services('a');

/** Reason and listeners of each parent of a route. */
function parents(yaml: string, more = '') {
  const s = given(world + more + yaml);
  const model = s
    .model()
    .routes.values()
    .find(({ route: { metadata } }) => metadata.name === 'r');
  return model?.parents.map(({ accepted, listeners }) => [reasonOf(accepted), ...listeners]) ?? [];
}
const withParents = (...refs: readonly string[]): string => route('r', { parent: refs.join(', ') }, to('a'));

describe('a parentRef to a Gateway', () => {
  it('means its own listeners alone, never those of its sets', () => {
    expect(parents(withParents('{ name: gw }'))).toEqual([['True', 'web']]);
  });

  it('cannot name a listener of a set', () => {
    expect(parents(withParents('{ name: gw, sectionName: one }'))).toEqual([['NoMatchingParent']]);
    expect(parents(withParents('{ name: gw, port: 81 }'))).toEqual([['NoMatchingParent']]);
  });
});

describe('a parentRef to a ListenerSet', () => {
  it('means all its listeners', () => {
    expect(parents(withParents(ofSet('set')))).toEqual([['True', 'default/set/one', 'default/set/two']]);
  });

  it('chooses by section, by port and by both', () => {
    expect(parents(withParents(ofSet('set', ', sectionName: two')))).toEqual([['True', 'default/set/two']]);
    expect(parents(withParents(ofSet('set', ', port: 80')))).toEqual([['True', 'default/set/one']]);
    expect(parents(withParents(ofSet('set', ', sectionName: two, port: 81')))).toEqual([
      ['True', 'default/set/two'],
    ]);
    expect(parents(withParents(ofSet('set', ', sectionName: two, port: 80')))).toEqual([
      ['NoMatchingParent'],
    ]);
    expect(parents(withParents(ofSet('set', ', sectionName: web')))).toEqual([['NoMatchingParent']]);
  });

  it('has a status of its own beside that of the Gateway', () => {
    expect(parents(withParents('{ name: gw, sectionName: none }', ofSet('set')))).toEqual([
      ['NoMatchingParent'],
      ['True', 'default/set/one', 'default/set/two'],
    ]);
    expect(parents(withParents('{ name: gw }', ofSet('set', ', sectionName: none')))).toEqual([
      ['True', 'web'],
      ['NoMatchingParent'],
    ]);
  });

  it('that the Gateway does not let in matches nothing', () => {
    expect(parents(withParents(ofSet('set')), openGateway('{ from: None }', OWN))).toEqual([
      ['NoMatchingParent'],
    ]);
  });

  it('that does not exist, or of another group or kind, is none of ours', () => {
    expect(parents(withParents(ofSet('none')))).toEqual([]);
    expect(parents(withParents('{ group: a.test, kind: ListenerSet, name: set }'))).toEqual([]);
    expect(parents(withParents('{ kind: Odd, name: set }'))).toEqual([]);
  });

  it('in the same namespace means the namespace of the set', () => {
    const set = listenerSet('far', { namespace: 'far' }, '{ name: web, port: 82, protocol: HTTP }');
    const far = (namespace: string): string =>
      route('r', { namespace, parent: '{ kind: ListenerSet, name: far, namespace: far }' }, to('a'));
    expect(parents(far('far'), set + service('a', 'far'))).toEqual([['True', 'far/far/web']]);
    expect(parents(far('default'), set)).toEqual([['NotAllowedByListeners']]);
  });

  it('goes by the kinds that its listeners take', () => {
    const set = listenerSet(
      'calls',
      {},
      '{ name: grpc, port: 82, protocol: HTTP, allowedRoutes: { kinds: [{ kind: GRPCRoute }] } }',
    );
    expect(parents(withParents(ofSet('calls')), set)).toEqual([['NotAllowedByListeners']]);
    expect(parents(grpcRoute('r', { parent: ofSet('calls') }, callsTo('a')), set)).toEqual([
      ['True', 'default/calls/grpc'],
    ]);
  });

  it('needs a hostname that meets one of its listeners', () => {
    const other = route('r', { parent: ofSet('set'), hostnames: ['own.test'] }, to('a'));
    expect(parents(other)).toEqual([['NoMatchingListenerHostname']]);
  });
});
