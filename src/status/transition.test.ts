import { describe, expect, it } from '@jest/globals';
import type { SortedMap } from '../collections/index.js';
import { given } from '../routing/testing/given.js';
import { gateway, HTTP, route, services, to } from '../routing/testing/yaml.js';
import { NO_STATUSES, transition, type StatusBook } from './index.js';
import type { Current } from './statuses-of.js';
import { made } from './testing/statuses.js';

const NOON = new Date('2030-01-01T12:00:00.789Z');
const LATER = new Date('2030-01-01T13:00:00Z');
const scenario = () => given(gateway(HTTP) + services('a') + route('r', {}, to('a')));

const at = (...of: Parameters<typeof made>): SortedMap<Current> => made(...of).current;

const since = ({ statuses }: StatusBook, type: string): string | undefined => {
  for (const status of statuses.values()) {
    if (status.kind === 'Gateway')
      return status.status.conditions.find((c) => c.type === type)?.lastTransitionTime;
  }
  return undefined;
};

describe('lastTransitionTime', () => {
  it('is when a condition was first written, in whole seconds', () => {
    const book = transition(NO_STATUSES, at(scenario()), NOON);
    expect(since(book, 'Programmed')).toBe('2030-01-01T12:00:00Z');
    expect(book.changed).toEqual([...book.statuses.values()]);
  });

  it('changes with the status of its condition, and with no other', () => {
    const s = scenario();
    const book = transition(NO_STATUSES, at(s), NOON);
    const next = transition(book, at(s, { connected: 0, counted: 0, accepted: {} }), LATER);
    expect(since(next, 'Programmed')).toBe('2030-01-01T13:00:00Z');
    expect(since(next, 'Accepted')).toBe('2030-01-01T12:00:00Z');
    // Of the Gateway, and of its one listener.
    expect(next.transitions).toBe(2);
    expect(next.changed.map(({ kind }) => kind)).toEqual(['Gateway']);
  });

  it('does not change with reason or message alone', () => {
    const s = scenario();
    const book = transition(NO_STATUSES, at(s, { connected: 0, counted: 0, accepted: {} }), NOON);
    const next = transition(book, at(s, { accepted: {} }), LATER);
    expect(since(next, 'Programmed')).toBe('2030-01-01T12:00:00Z');
    expect(next.transitions).toBe(0);
    expect(next.changed).toHaveLength(1);
  });
});

describe('statuses that are equal', () => {
  it('keep their identity and are not told again', () => {
    const s = scenario();
    const book = transition(NO_STATUSES, at(s), NOON);
    const again = at(scenario());
    expect(again.changesSince(book.current)).toHaveLength(book.statuses.size);
    const next = transition(book, again, LATER);
    expect(next.changed).toEqual([]);
    expect(next.statuses).toBe(book.statuses);
  });

  it('of what is gone are gone', () => {
    const s = scenario();
    const book = transition(NO_STATUSES, at(s), NOON);
    const next = transition(book, at(s.remove('HTTPRoute', 'r')), LATER);
    expect([...next.statuses.keys()]).toEqual(['Gateway default/gw']);
    expect(next.gone).toBe(1);
  });
});
