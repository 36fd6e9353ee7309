import { isDeepStrictEqual } from 'node:util';
import { sortedMap, type Edit, type SortedMap } from '../collections/index.js';
import type { Condition } from '../resources/index.js';
import type {
  AncestorStatus,
  CurrentCondition,
  ListenerStatus,
  ObjectStatus,
  ParentStatus,
} from './object-status.js';
import type { Current } from './statuses-of.js';

/** Statuses of one moment and what they were made of. Both by `Kind namespace/name`. */
export interface StatusBook {
  readonly statuses: SortedMap<ObjectStatus>;
  /** Those that differ from the moment before, new ones included. */
  readonly changed: readonly ObjectStatus[];
  /** How many of the moment before are no more. */
  readonly gone: number;
  /** How many conditions took another status. */
  readonly transitions: number;
  readonly current: SortedMap<Current>;
}

export const NO_STATUSES: StatusBook = {
  statuses: sortedMap(),
  changed: [],
  gone: 0,
  transitions: 0,
  current: sortedMap(),
};

/**
 * The next moment: every condition gets the time since when its status holds, `now` if that changed just now (meta/v1.Condition:
 * lastTransitionTime changes with `status` alone). Statuses that are equal keep their identity, and only what differs is looked at.
 */
export function transition(previous: StatusBook, current: SortedMap<Current>, now: Date): StatusBook {
  // RFC 3339 in whole seconds, as the API writes it.
  const time = now.toISOString().replace(/\.\d+Z$/, 'Z');
  let transitions = 0;
  const since: Since = (before, conditions) =>
    conditions.map((condition) => {
      const known = before?.find(({ type }) => type === condition.type);
      if (known?.status === condition.status)
        return { ...condition, lastTransitionTime: known.lastTransitionTime };
      transitions += 1;
      return { ...condition, lastTransitionTime: time };
    });
  const edits = current.changesSince(previous.current).map(({ key, after }): Edit<ObjectStatus> => {
    const before = previous.statuses.get(key);
    const made = after && date(before, after, since);
    return [key, isDeepStrictEqual(made, before) ? before : made];
  });
  const statuses = previous.statuses.edit(edits);
  const changes = statuses.changesSince(previous.statuses);
  const changed = changes.flatMap(({ after }) => after ?? []);
  return { statuses, changed, gone: changes.length - changed.length, transitions, current };
}

type Since = (
  before: readonly Condition[] | undefined,
  now: readonly CurrentCondition[],
) => readonly Condition[];

function date(before: ObjectStatus | undefined, current: Current, since: Since): ObjectStatus {
  switch (current.kind) {
    case 'GatewayClass': {
      const old = before?.kind === 'GatewayClass' ? before.status : undefined;
      const conditions = since(old?.conditions, current.status.conditions);
      return { ...current, status: { ...current.status, conditions } };
    }
    case 'Gateway': {
      const old = before?.kind === 'Gateway' ? before.status : undefined;
      const listeners = dateListeners(old?.listeners, current.status.listeners, since);
      const conditions = since(old?.conditions, current.status.conditions);
      return { ...current, status: { ...current.status, conditions, listeners } };
    }
    case 'ListenerSet': {
      const old = before?.kind === 'ListenerSet' ? before.status : undefined;
      const listeners = dateListeners(old?.listeners, current.status.listeners, since);
      return {
        ...current,
        status: { conditions: since(old?.conditions, current.status.conditions), listeners },
      };
    }
    case 'HTTPRoute':
    case 'GRPCRoute':
    case 'TLSRoute':
    case 'TCPRoute':
    case 'UDPRoute': {
      const old = before?.kind === current.kind ? before.status : undefined;
      const parents = current.status.parents.map((parent): ParentStatus => {
        const known = old?.parents.find(({ parentRef }) => isDeepStrictEqual(parentRef, parent.parentRef));
        return { ...parent, conditions: since(known?.conditions, parent.conditions) };
      });
      return { ...current, status: { parents } };
    }
    case 'BackendTLSPolicy':
    case 'XBackend':
    case 'XTelemetryPolicy':
    case 'XBackendTrafficPolicy':
    case 'BackendLBPolicy': {
      const old = before?.kind === current.kind ? before.status : undefined;
      const ancestors = current.status.ancestors.map((ancestor): AncestorStatus => {
        const known = old?.ancestors.find((each) =>
          isDeepStrictEqual(each.ancestorRef, ancestor.ancestorRef),
        );
        return { ...ancestor, conditions: since(known?.conditions, ancestor.conditions) };
      });
      return { ...current, status: { ancestors } };
    }
  }
}

function dateListeners(
  before: readonly ListenerStatus[] | undefined,
  listeners: readonly ListenerStatus<CurrentCondition>[],
  since: Since,
): readonly ListenerStatus[] {
  const known = new Map(before?.map((listener) => [listener.name, listener.conditions]));
  return listeners.map((listener) => ({
    ...listener,
    conditions: since(known.get(listener.name), listener.conditions),
  }));
}
