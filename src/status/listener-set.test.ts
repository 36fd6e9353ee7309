import { describe, expect, it } from '@jest/globals';
import { given, type Scenario } from '../routing/testing/given.js';
import { ONE, tlsSecret } from '../routing/testing/key-pair.js';
import { listenerSet, ofSet, openGateway } from '../routing/testing/listener-sets.js';
import { route, services, to } from '../routing/testing/yaml.js';
import { acceptedBy, marksOf } from './marks.js';
import { nextProgress } from './progress.js';
import { statusesOf } from './statuses-of.js';
import type { FleetAcknowledgements } from './acknowledgements.js';
import { all, gatewayOf, listenerOf, said } from './testing/statuses.js';

const ALL = '{ from: All }';
const OWN = '{ name: own, port: 80, protocol: HTTP, hostname: own.test }';
const on = (name: string, host: string, port = 80): string =>
  `{ name: ${name}, port: ${port}, protocol: HTTP, hostname: ${host} }`;
const https = (name: string, host: string): string =>
  `{ name: ${name}, port: 443, protocol: HTTPS, hostname: ${host}, tls: { certificateRefs: [{ name: cert }] } }`;

function setOf(s: Scenario, name: string, acknowledgements: Partial<FleetAcknowledgements> = {}) {
  for (const { kind, ref, status } of all(s, acknowledgements))
    if (kind === 'ListenerSet' && ref.name === name) return status;
  throw new Error(`no status of ListenerSet ${name}`);
}

/** Reasons of Accepted, Programmed and Conflicted of a listener. */
function states(s: Scenario, set: string): Readonly<Record<string, readonly (string | undefined)[]>> {
  return Object.fromEntries(
    setOf(s, set).listeners.map((listener) => [
      listener.name,
      ['Accepted', 'Programmed', 'Conflicted'].map((type) => said(listener, type)?.split(':')[0]),
    ]),
  );
}

const GOOD = ['True Accepted', 'True Programmed', 'False NoConflicts'];

describe('the status of a ListenerSet', () => {
  it('tells its own conditions and those of each listener by its own name', () => {
    const s = given(
      openGateway(ALL, OWN) +
        listenerSet('set', { namespace: 'team' }, on('web', 'a.test'), on('alt', 'b.test', 81)) +
        route('r', { namespace: 'team', parent: ofSet('set', ', sectionName: alt') }, to('a')),
    );
    expect(said(setOf(s, 'set'), 'Accepted')).toBe('True Accepted');
    expect(said(setOf(s, 'set'), 'Programmed')).toBe('True Programmed');
    expect(states(s, 'set')).toEqual({ web: GOOD, alt: GOOD });
    expect(setOf(s, 'set').listeners.map(({ attachedRoutes }) => attachedRoutes)).toEqual([0, 1]);
    expect(setOf(s, 'set').listeners[0]?.supportedKinds).toEqual(
      ['HTTPRoute', 'GRPCRoute'].map((kind) => ({ group: 'gateway.networking.k8s.io', kind })),
    );
    expect(gatewayOf(s).listeners.map(({ name }) => name)).toEqual(['own']);
  });

  it('is NotAllowed, without listeners, where the Gateway does not let it in', () => {
    const s = given(
      openGateway('{ from: Same }', OWN) + listenerSet('set', { namespace: 'team' }, on('web', 'a.test')),
    );
    expect(said(setOf(s, 'set'), 'Accepted')).toBe(
      'False NotAllowed: spec.parentRef: Gateway default/gw does not allow ListenerSets of namespace team',
    );
    expect(said(setOf(s, 'set'), 'Programmed')).toContain('False NotAllowed');
    expect(setOf(s, 'set').listeners).toEqual([]);
    expect(gatewayOf(s).attachedListenerSets).toBe(0);
  });

  it('is gone with the set, and with its Gateway', () => {
    const s = given(openGateway(ALL, OWN) + listenerSet('set', {}, on('web', 'a.test')));
    const kinds = () => all(s).map(({ kind }) => kind);
    expect(kinds()).toEqual(['Gateway', 'ListenerSet']);
    s.remove('ListenerSet', 'set');
    expect(kinds()).toEqual(['Gateway']);
    s.change(listenerSet('set', {}, on('web', 'a.test')));
    s.remove('Gateway', 'gw');
    expect(kinds()).toEqual([]);
  });

  it('observes the generation of the set, not that of the Gateway', () => {
    const s = given(openGateway(ALL, OWN) + listenerSet('set', {}, on('web', 'a.test')));
    const set = s.get('ListenerSet', 'set');
    s.put({ ...set, metadata: { ...set.metadata, generation: 7 } });
    const { conditions, listeners } = setOf(s, 'set');
    const observed = [...conditions, ...listeners.flatMap((listener) => listener.conditions)];
    expect(new Set(observed.map(({ observedGeneration }) => observedGeneration))).toEqual(new Set([7]));
  });

  it('is ParentNotAccepted and ParentNotProgrammed with a Gateway that is refused', () => {
    const refused = openGateway(ALL, OWN).replace(
      'gatewayClassName: windlass',
      'gatewayClassName: windlass\n  infrastructure: { parametersRef: { group: a.test, kind: Odd, name: x } }',
    );
    const s = given(refused + listenerSet('set', {}, on('web', 'a.test')));
    expect(said(setOf(s, 'set'), 'Accepted')).toContain('False ParentNotAccepted');
    expect(said(setOf(s, 'set'), 'Programmed')).toContain('False ParentNotProgrammed');
  });

  it('is ParentNotProgrammed while the Gateway has no address', () => {
    const s = given(openGateway(ALL, OWN) + listenerSet('set', {}, on('web', 'a.test')));
    s.observe({ fleet: 'default/gw', addresses: [], ports: {}, portOffset: 0 });
    expect(said(setOf(s, 'set'), 'Accepted')).toBe('True Accepted');
    expect(said(setOf(s, 'set'), 'Programmed')).toBe(
      'False ParentNotProgrammed: the Gateway has no address; its status says why',
    );
  });
});

// ListenerSetHostnameConflict and ListenerSetProtocolConflict of the conformance suite.
describe.each([
  [
    'hostname',
    (name: string) => on(name, 'disputed.test'),
    'HostnameConflict',
    (name: string) => on(name, 'second.test'),
  ],
  [
    'protocol',
    (name: string) =>
      name === 'own-disputed' ? on(name, 'disputed.test', 443) : https(name, 'disputed.test'),
    'ProtocolConflict',
    (name: string) =>
      name === 'set-disputed-1'
        ? on(name, 'second.test', 444)
        : https(name, 'second.test').replace('443', '444'),
  ],
])('a conflict of the %s', (_what, first, reason, second) => {
  const LOST = [`False ${reason}`, `False ${reason}`, `True ${reason}`];
  const s = given(
    openGateway(ALL, OWN, first('own-disputed')) +
      listenerSet('a', {}, first('lost'), on('good', 'a.test'), second('set-disputed-1')) +
      listenerSet('b', {}, first('lost')) +
      listenerSet('c', {}, second('set-disputed-2'), on('good', 'c.test')) +
      listenerSet('d', {}, second('set-disputed-2')) +
      tlsSecret('cert', ONE),
  );

  it('leaves the listener of the Gateway as it is', () => {
    expect(said(listenerOf(s, 'own-disputed'), 'Accepted')).toBe('True Accepted');
    expect(said(listenerOf(s, 'own-disputed'), 'Conflicted')).toContain('False NoConflicts');
    expect(said(gatewayOf(s), 'Accepted')).toBe('True Accepted');
  });

  it('is lost by what comes later; a set with one good listener stays accepted', () => {
    expect(states(s, 'a')).toEqual({ lost: LOST, good: GOOD, 'set-disputed-1': GOOD });
    expect(states(s, 'c')).toEqual({ 'set-disputed-2': LOST, good: GOOD });
    for (const name of ['a', 'c']) {
      expect(said(setOf(s, name), 'Accepted')).toBe('True ListenersNotValid');
      expect(said(setOf(s, name), 'Programmed')).toBe('True Programmed');
    }
  });

  it('costs a set that has nothing else', () => {
    for (const name of ['b', 'd']) {
      expect(said(setOf(s, name), 'Accepted')).toContain('False ListenersNotValid');
      expect(said(setOf(s, name), 'Programmed')).toContain('False ListenersNotValid');
    }
    expect(gatewayOf(s).attachedListenerSets).toBe(2);
  });
});

describe('kinds of routes on a ListenerSet', () => {
  it('that its listener cannot take are InvalidRouteKinds there, and leave the Gateway alone', () => {
    const kinds = (all: string): string =>
      `{ name: web, port: 80, protocol: HTTP, hostname: a.test, allowedRoutes: { kinds: [${all}] } }`;
    const s = given(
      openGateway(ALL, OWN) + listenerSet('set', {}, kinds('{ kind: HTTPRoute }, { kind: TCPRoute }')),
    );
    const [listener] = setOf(s, 'set').listeners;
    expect(listener?.supportedKinds.map(({ kind }) => kind)).toEqual(['HTTPRoute']);
    expect(said(listener ?? { conditions: [] }, 'ResolvedRefs')).toContain('False InvalidRouteKinds');
    expect(said(gatewayOf(s), 'Accepted')).toBe('True Accepted');
  });
});

describe('what the Envoys say', () => {
  const s = given(
    openGateway(ALL, OWN) +
      listenerSet('set', { namespace: 'team' }, https('web', 'a.test'), on('plain', 'b.test')) +
      tlsSecret('cert', ONE, 'team') +
      services('a'),
  );
  const name = 'gateway/default/gw/443/team/set/web';

  it('of a listener of a set condemns neither the Gateway nor other listeners of the set', () => {
    const rejected = [{ type: 'listener', name, message: `${name}: odd`, suspected: false }];
    expect(said(setOf(s, 'set', { rejected }), 'Programmed')).toBe('True Programmed');
    expect(
      setOf(s, 'set', { rejected }).listeners.map((each) => said(each, 'Programmed')?.split(':')[0]),
    ).toEqual(['False Invalid', 'True Programmed']);
    expect(said(gatewayOf(s, { rejected }), 'Programmed')).toBe('True Programmed');
  });

  it('of a certificate of a set, or of its chain when that alone had changed, neither', () => {
    const convictions = [
      { owner: { object: 'Secret team/cert', at: '' }, message: 'no', resource: 'secret secret/team/cert' },
      {
        owner: { object: 'Gateway default/gw', at: 'team/set/web' },
        message: 'no',
        resource: `listener ${name}`,
      },
    ];
    expect(said(gatewayOf(s, { convictions }), 'Programmed')).toBe('True Programmed');
    const [web, plain] = setOf(s, 'set', { convictions }).listeners;
    expect(said(web ?? { conditions: [] }, 'Programmed')).toContain('False Invalid');
    expect(said(plain ?? { conditions: [] }, 'Programmed')).toBe('True Programmed');
  });

  it('has to be about the latest generation of the set', () => {
    const bump = (generation: number): void => {
      const set = s.get('ListenerSet', 'set', 'team');
      s.put({ ...set, metadata: { ...set.metadata, generation } });
    };
    const at = (newest: number, settled: number, before: ReturnType<typeof report> | undefined) =>
      report(s, newest, settled, before);
    bump(1);
    const first = at(1, 1, undefined);
    expect(first.programmed).toEqual(['True Programmed', 'True Programmed']);
    bump(2);
    const second = at(2, 1, first);
    expect(second.programmed).toEqual(['False Pending', 'True Programmed']);
    expect(at(2, 2, second).programmed).toEqual(['True Programmed', 'True Programmed']);
  });
});

/** Of the set and of the Gateway, as snapshots are made and settled. */
function report(
  s: Scenario,
  newest: number,
  settled: number,
  before?: { readonly marks: ReturnType<typeof marksOf>; readonly progress: ReturnType<typeof nextProgress> },
) {
  const model = s.gateway();
  const marks = marksOf(before?.marks ?? {}, model, newest);
  const acknowledged = {
    fleet: 'default/gw',
    connected: 1,
    counted: 1,
    accepted: acceptedBy(marks, [settled]),
    rejected: [],
  };
  const progress = nextProgress(before?.progress, model, acknowledged, 0);
  const { current } = statusesOf(s.model(), new Map([['default/gw', progress]]), 'c');
  const programmed = ['ListenerSet team/set', 'Gateway default/gw'].map((key) => {
    const status = current.get(key)?.status;
    return status !== undefined && 'conditions' in status
      ? said(status, 'Programmed')?.split(':')[0]
      : undefined;
  });
  return { marks, progress, programmed };
}
