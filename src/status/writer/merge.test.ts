import { describe, expect, it } from '@jest/globals';
import type { Condition } from '../../resources/index.js';
import type { ObjectStatus } from '../object-status.js';
import { holdsOurs, mergedStatus } from './merge.js';

const OURS = 'windlass.io/gateway-controller';
const NOW = '2030-01-01T12:00:00Z';
const THEN = '2020-01-01T00:00:00Z';

const condition = (
  type: string,
  status: 'True' | 'False' = 'True',
  more: Partial<Condition> = {},
): Condition => ({
  ...{
    type,
    status,
    reason: 'Because',
    message: '',
    observedGeneration: 1,
    lastTransitionTime: NOW,
    ...more,
  },
});
const then = (type: string, status: 'True' | 'False' = 'True', more: Partial<Condition> = {}): Condition =>
  condition(type, status, { lastTransitionTime: THEN, ...more });
const ref = (kind: string) => ({ group: 'gateway.networking.k8s.io', kind, namespace: 'ns', name: 'x' });
const gateway = (
  conditions: readonly Condition[],
  listeners: readonly (readonly [string, number])[] = [],
) => {
  const status = { addresses: [], conditions, attachedListenerSets: 0 };
  const each = listeners.map(([name, attachedRoutes]) => ({
    ...{ name, attachedRoutes, supportedKinds: [], conditions: [condition('Accepted')] },
  }));
  return {
    kind: 'Gateway',
    ref: ref('Gateway'),
    status: { ...status, listeners: each },
  } satisfies ObjectStatus;
};
const parent = (name: string, ...conditions: readonly Condition[]) => ({
  ...{
    parentRef: { group: 'gateway.networking.k8s.io', kind: 'Gateway', name },
    controllerName: OURS,
    conditions,
  },
});
const route = (...parents: readonly ReturnType<typeof parent>[]) =>
  ({ kind: 'HTTPRoute', ref: ref('HTTPRoute'), status: { parents } }) satisfies ObjectStatus;
const theirs = (name: string) => ({ ...parent(name, then('Accepted')), controllerName: 'example.com/other' });
const policy = (kind: 'BackendTLSPolicy' | 'XBackend', ...names: readonly string[]) =>
  ({
    ...{ kind, ref: ref(kind) },
    status: {
      ancestors: names.map((name) => ({
        ancestorRef: { name },
        controllerName: OURS,
        conditions: [condition('Accepted')],
      })),
    },
  }) satisfies ObjectStatus;
const ancestor = (name: string, controllerName = OURS) => ({
  ...{ ancestorRef: { group: 'gateway.networking.k8s.io', kind: 'Gateway', name }, controllerName },
  conditions: [then('Accepted')],
});
const merge = (server: unknown, ours: ObjectStatus | undefined) => mergedStatus(server, ours, OURS);

describe('conditions', () => {
  it('that are as they should be are not written', () => {
    expect(
      merge(gateway([then('Accepted')], [['a', 1]]).status, gateway([condition('Accepted')], [['a', 1]])),
    ).toBeUndefined();
  });

  it('keep the time of the server while their status is the same, whatever else changes', () => {
    const ours = gateway([
      condition('Accepted', 'True', { reason: 'Other', message: 'new', observedGeneration: 2 }),
    ]);
    const merged = merge(gateway([then('Accepted')]).status, ours);
    expect(merged?.status['conditions']).toEqual([
      { ...ours.status.conditions[0], lastTransitionTime: THEN },
    ]);
    const flipped = merge(gateway([then('Accepted')]).status, gateway([condition('Accepted', 'False')]));
    expect(flipped?.status['conditions']).toMatchObject([{ lastTransitionTime: NOW }]);
  });

  it('of others stay where they are, and so does the order of ours', () => {
    const server = {
      conditions: [then('Theirs'), then('Programmed'), then('example.com/Too'), then('Accepted')],
    };
    const merged = merge(
      server,
      gateway([condition('Accepted', 'False'), condition('Programmed'), condition('ResolvedRefs')]),
    );
    expect((merged?.status['conditions'] as Condition[]).map(({ type }) => type)).toEqual([
      ...['Theirs', 'Programmed', 'example.com/Too', 'Accepted', 'ResolvedRefs'],
    ]);
    expect(merged?.status['conditions']).toEqual(
      expect.arrayContaining([then('Theirs'), then('example.com/Too')]),
    );
  });

  it('of ours that no longer hold go', () => {
    const server = { conditions: [then('Accepted'), then('ResolvedRefs'), then('Theirs')] };
    const merged = merge(server, gateway([condition('Accepted')]));
    expect(merged?.status['conditions']).toEqual([then('Accepted'), then('Theirs')]);
  });

  it('fit beside those of others: the most important of ours', () => {
    const foreign = Array.from({ length: 6 }, (_, i) => then(`example.com/${i}`));
    const ours = ['AddressesAssigned', 'Accepted', 'DefaultGateway', 'Programmed'].map((type) =>
      condition(type),
    );
    const merged = merge({ conditions: foreign }, gateway(ours));
    const types = (merged?.status['conditions'] as Condition[]).map(({ type }) => type);
    expect(types.slice(6)).toEqual(['Accepted', 'Programmed']);
  });

  it('have no message that the server would refuse', () => {
    const merged = merge(
      undefined,
      gateway([condition('Accepted', 'False', { message: 'x'.repeat(40_000) })]),
    );
    expect((merged?.status['conditions'] as Condition[])[0]?.message).toHaveLength(32_768);
  });
});

describe('a Gateway', () => {
  it('keeps what others wrote on its listeners, and fields that we do not know', () => {
    const server = {
      ...{ added: 'by a later version', conditions: [] },
      listeners: [
        { name: 'a', added: 1, attachedRoutes: 0, supportedKinds: [], conditions: [then('Theirs')] },
        { name: 'gone', attachedRoutes: 0, supportedKinds: [], conditions: [then('Theirs')] },
      ],
    };
    const merged = merge(server, gateway([], [['a', 2]]));
    expect(merged?.status).toMatchObject({
      added: 'by a later version',
      listeners: [
        { name: 'a', added: 1, attachedRoutes: 2, conditions: [then('Theirs'), condition('Accepted')] },
      ],
    });
    expect(merged?.status['listeners']).toHaveLength(1);
  });

  it('is urgent but for counts and words', () => {
    const server = gateway([then('Accepted')], [['a', 1]]).status;
    const isUrgent = (ours: ObjectStatus) => merge(server, ours)?.isUrgent;
    expect(isUrgent(gateway([condition('Accepted', 'True', { message: 'x' })], [['a', 2]]))).toBe(false);
    expect(isUrgent(gateway([condition('Accepted', 'True', { reason: 'x' })], [['a', 1]]))).toBe(true);
    expect(isUrgent(gateway([condition('Accepted', 'True', { observedGeneration: 2 })], [['a', 1]]))).toBe(
      true,
    );
    expect(isUrgent(gateway([condition('Accepted')], []))).toBe(true);
  });

  it('that is no longer ours is left alone: nothing says who wrote what', () => {
    expect(merge(gateway([then('Accepted')]).status, undefined)).toBeUndefined();
  });
});

describe('parents and ancestors', () => {
  it('of others stay as they are, ours in their place', () => {
    const server = { parents: [theirs('a'), parent('a', then('Accepted')), theirs('b')] };
    const merged = merge(
      server,
      route(parent('b', condition('Accepted')), parent('a', condition('Accepted', 'False'))),
    );
    expect(merged?.status['parents']).toEqual([
      ...[
        theirs('a'),
        parent('a', condition('Accepted', 'False')),
        theirs('b'),
        parent('b', condition('Accepted')),
      ],
    ]);
  });

  it('are the same in whatever order', () => {
    const server = { parents: [parent('b', then('Accepted')), theirs('a'), parent('a', then('Accepted'))] };
    expect(
      merge(server, route(parent('a', condition('Accepted')), parent('b', condition('Accepted')))),
    ).toBeUndefined();
  });

  it('are the same with and without what the server adds', () => {
    expect(merge({ ancestors: [ancestor('a')] }, policy('BackendTLSPolicy', 'a'))).toBeUndefined();
  });

  it('of ours are there once, and go when nothing names them', () => {
    const server = {
      parents: [
        parent('a', then('Accepted')),
        parent('a', then('Accepted')),
        parent('old', then('Accepted')),
      ],
    };
    expect(merge(server, route(parent('a', condition('Accepted'))))?.status).toEqual({
      parents: [parent('a', then('Accepted'))],
    });
    expect(merge(server, undefined)?.status).toEqual({ parents: [] });
    expect(merge({ ancestors: [ancestor('a'), ancestor('a', 'other')] }, undefined)?.status).toEqual({
      ancestors: [ancestor('a', 'other')],
    });
  });

  it('are not written where there is nothing to say', () => {
    expect(merge(undefined, route())).toBeUndefined();
    expect(merge({ parents: [] }, route())).toBeUndefined();
    expect(merge({ parents: [theirs('a')] }, undefined)).toBeUndefined();
  });

  it.each([
    ['BackendTLSPolicy', 16],
    ['XBackend', 32],
  ] as const)('of a %s are at most %i, those of others and those that are there first', (kind, most) => {
    const others = Array.from({ length: most - 2 }, (_, i) => ancestor(`${i}`, 'other'));
    const merged = merge({ ancestors: [...others, ancestor('c')] }, policy(kind, 'a', 'b', 'c'));
    const names = (merged?.status['ancestors'] as ReturnType<typeof ancestor>[]).map(
      ({ ancestorRef }) => ancestorRef.name,
    );
    expect(names.slice(-2)).toEqual(['c', 'a']);
    expect(merged?.left).toBe(1);
    const full = Array.from({ length: most }, (_, i) => ancestor(`${i}`, 'other'));
    expect(merge({ ancestors: full }, policy(kind, 'a'))).toBeUndefined();
  });

  it('say whether any is ours', () => {
    expect(holdsOurs({ parents: [theirs('a'), parent('a')] }, OURS)).toBe(true);
    expect(holdsOurs({ ancestors: [ancestor('a')] }, OURS)).toBe(true);
    expect(holdsOurs({ parents: [theirs('a')] }, OURS)).toBe(false);
    expect(holdsOurs(undefined, OURS)).toBe(false);
  });

  it('that are no lists are none', () => {
    expect(merge({ parents: 'nonsense' }, route(parent('a', condition('Accepted'))))?.status).toEqual({
      parents: [parent('a', condition('Accepted'))],
    });
  });
});
