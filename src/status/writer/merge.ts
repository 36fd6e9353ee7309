import { isDeepStrictEqual } from 'node:util';
import type { ListenerStatus, ObjectStatus } from '../object-status.js';
import { mergeConditions } from './conditions.js';
import { mergeEntries, type Entry, type EntryList } from './entries.js';
import { listAt, objectAt, type Json } from '../json.js';

// Source of their lengths: the CRDs.
const PARENTS: EntryList = { refField: 'parentRef', most: 32 };
const ANCESTORS: EntryList = { refField: 'ancestorRef', most: 16 };
const BACKEND_ANCESTORS: EntryList = { refField: 'ancestorRef', most: 32 };

export interface Merged {
  /** What the server should have. */
  readonly status: Json;
  /** Something that clients act on differs: a condition's status or reason, an entry, a generation; not only a count or the words of a message. */
  readonly isUrgent: boolean;
  /** How many entries of ours there was no room for. */
  readonly left: number;
}

/**
 * The status that the server should have: ours, and all that others put there (DESIGN D16).
 * @param server `status` as the server has it
 * @param ours undefined: nothing should be ours any more. Our entries in routes and policies go; of other kinds nothing says who wrote what, and all stays
 * @returns undefined if the server has just that
 */
export function mergedStatus(
  server: unknown,
  ours: ObjectStatus | undefined,
  controllerName: string,
): Merged | undefined {
  const before = objectAt({ server }, 'server');
  const { status, left } =
    ours === undefined ? withoutOurs(before, controllerName) : merge(before, ours, controllerName);
  // Like the server's data: fields that are undefined are not there.
  const plain = JSON.parse(JSON.stringify(status)) as Json;
  if (isDeepStrictEqual(plain, before)) return undefined;
  return { status: plain, isUrgent: !isDeepStrictEqual(essence(plain), essence(before)), left };
}

/** Whether an entry of ours is in the status of a route or policy. */
export function holdsOurs(server: unknown, controllerName: string): boolean {
  const status = objectAt({ server }, 'server');
  return [...listAt(status, 'parents'), ...listAt(status, 'ancestors')].some(
    (entry) => entry['controllerName'] === controllerName,
  );
}

interface MergedStatus {
  readonly status: Json;
  readonly left: number;
}

function merge(server: Json, ours: ObjectStatus, controllerName: string): MergedStatus {
  const known = listAt(server, 'conditions');
  switch (ours.kind) {
    case 'GatewayClass': {
      const conditions = mergeConditions('GatewayClass', known, ours.status.conditions);
      return { status: { ...server, ...ours.status, conditions }, left: 0 };
    }
    case 'Gateway': {
      const conditions = mergeConditions('Gateway', known, ours.status.conditions);
      const listeners = mergeListeners(server, ours.status.listeners);
      return { status: { ...server, ...ours.status, conditions, listeners }, left: 0 };
    }
    case 'ListenerSet': {
      const conditions = mergeConditions('ListenerSet', known, ours.status.conditions);
      const listeners = mergeListeners(server, ours.status.listeners);
      return { status: { ...server, conditions, listeners }, left: 0 };
    }
    case 'HTTPRoute':
    case 'GRPCRoute':
    case 'TLSRoute':
    case 'TCPRoute':
    case 'UDPRoute': {
      const entries = ours.status.parents.map(({ parentRef: ref, conditions }) => ({ ref, conditions }));
      return inList(server, 'parents', PARENTS, entries, controllerName);
    }
    case 'BackendTLSPolicy':
    case 'XBackend':
    case 'XTelemetryPolicy':
    case 'XBackendTrafficPolicy':
    case 'BackendLBPolicy': {
      const entries = ours.status.ancestors.map(({ ancestorRef: ref, conditions }) => ({ ref, conditions }));
      const list = ours.kind === 'XBackend' ? BACKEND_ANCESTORS : ANCESTORS;
      return inList(server, 'ancestors', list, entries, controllerName);
    }
  }
}

function withoutOurs(server: Json, controllerName: string): MergedStatus {
  const { status } = inList(server, 'parents', PARENTS, [], controllerName);
  return inList(status, 'ancestors', ANCESTORS, [], controllerName);
}

/** A list that nobody has ever written stays unwritten while there is nothing to say. */
function inList(
  server: Json,
  field: string,
  list: EntryList,
  ours: readonly Entry[],
  controllerName: string,
): MergedStatus {
  const { entries, left } = mergeEntries(list, listAt(server, field), ours, controllerName);
  const isSilent = entries.length === 0 && server[field] === undefined;
  return { status: isSilent ? server : { ...server, [field]: entries }, left };
}

function mergeListeners(server: Json, ours: readonly ListenerStatus[]): readonly Json[] {
  const before = new Map(listAt(server, 'listeners').map((listener) => [listener['name'], listener]));
  return ours.map((listener) => ({
    ...before.get(listener.name),
    ...listener,
    conditions: mergeConditions(
      'Listener',
      listAt(before.get(listener.name), 'conditions'),
      listener.conditions,
    ),
  }));
}

const UNHURRIED = new Set(['message', 'attachedRoutes']);

/** Without what may be told later. */
function essence(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(essence);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([field, inner]) =>
      UNHURRIED.has(field) ? [] : [[field, essence(inner)]],
    ),
  );
}
