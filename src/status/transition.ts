import { isDeepStrictEqual } from 'node:util';
import { displayRef, type Condition } from '../resources/index.js';
import type { CurrentCondition, ListenerStatus, ObjectStatus, ParentStatus } from './object-status.js';

/** Statuses of one moment and what they were made of. */
export interface StatusBook {
  readonly statuses: readonly ObjectStatus[];
  /** Those that differ from the moment before, new ones included. */
  readonly changed: readonly ObjectStatus[];
  /** How many conditions took another status. */
  readonly transitions: number;
  readonly entries: ReadonlyMap<string, Entry>;
}

interface Entry {
  readonly current: ObjectStatus<CurrentCondition>;
  readonly dated: ObjectStatus;
}

export const NO_STATUSES: StatusBook = { statuses: [], changed: [], transitions: 0, entries: new Map() };

/**
 * The next moment: every condition gets the time since when its status holds, `now` if that changed just now (meta/v1.Condition:
 * lastTransitionTime changes with `status` alone). Statuses that are equal keep their identity.
 */
export function transition(
  previous: StatusBook,
  next: readonly ObjectStatus<CurrentCondition>[],
  now: Date,
): StatusBook {
  // RFC 3339 in whole seconds, as the API writes it.
  const time = now.toISOString().replace(/\.\d+Z$/, 'Z');
  const entries = new Map<string, Entry>();
  const changed: ObjectStatus[] = [];
  let transitions = 0;
  const since: Since = (before, conditions) =>
    conditions.map((condition) => {
      const known = before?.find(({ type }) => type === condition.type);
      if (known?.status === condition.status)
        return { ...condition, lastTransitionTime: known.lastTransitionTime };
      transitions += 1;
      return { ...condition, lastTransitionTime: time };
    });
  for (const current of next) {
    const key = displayRef(current.ref);
    const known = previous.entries.get(key);
    if (known?.current === current) {
      entries.set(key, known);
      continue;
    }
    const made = date(known?.dated, current, since);
    const dated = known !== undefined && isDeepStrictEqual(made, known.dated) ? known.dated : made;
    entries.set(key, { current, dated });
    if (dated !== known?.dated) changed.push(dated);
  }
  return { statuses: [...entries.values()].map(({ dated }) => dated), changed, transitions, entries };
}

type Since = (
  before: readonly Condition[] | undefined,
  now: readonly CurrentCondition[],
) => readonly Condition[];

function date(
  before: ObjectStatus | undefined,
  current: ObjectStatus<CurrentCondition>,
  since: Since,
): ObjectStatus {
  switch (current.kind) {
    case 'GatewayClass': {
      const old = before?.kind === 'GatewayClass' ? before.status : undefined;
      return { ...current, status: { conditions: since(old?.conditions, current.status.conditions) } };
    }
    case 'Gateway': {
      const old = before?.kind === 'Gateway' ? before.status : undefined;
      const listeners = current.status.listeners.map((listener): ListenerStatus => {
        const known = old?.listeners.find(({ name }) => name === listener.name);
        return { ...listener, conditions: since(known?.conditions, listener.conditions) };
      });
      const conditions = since(old?.conditions, current.status.conditions);
      return { ...current, status: { ...current.status, conditions, listeners } };
    }
    case 'HTTPRoute': {
      const old = before?.kind === 'HTTPRoute' ? before.status : undefined;
      const parents = current.status.parents.map((parent): ParentStatus => {
        const known = old?.parents.find(({ parentRef }) => isDeepStrictEqual(parentRef, parent.parentRef));
        return { ...parent, conditions: since(known?.conditions, parent.conditions) };
      });
      return { ...current, status: { parents } };
    }
  }
}
