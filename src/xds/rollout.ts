// Roll-out: what may be sent to a stream now, and what has to wait, and for how long at most.
//
// A change goes out in the order CDS, EDS, LDS, RDS, SDS (SDS is asked for by name, and answered at once). Additions come first: a section of a listener
// or table waits until the clusters that it names, and that are new to this client, are ready, while the rest goes ahead (offer.ts). Removals of clusters, endpoints and secrets come
// last: once the client has accepted the listeners and tables of the snapshot that dropped them, and a grace period has passed for requests under
// way. Every wait is bounded.
import { referencesOf } from './references.js';
import type { Resource, ResourceType, Snapshot } from './resource.js';
import type { FleetView, StreamState } from './stream-state.js';
import { ABSENT, ask, isInFlight, isSubscribed, type Due, type TypeState } from './type-state.js';
import { momentOf } from './stream-state.js';

export interface RolloutLimits {
  /** Longest wait of a section of a listener or table for new clusters, from when it first waited; and for a cluster, from when that was sent. Milliseconds. */
  readonly readyDeadlineMs: number;
  /** Wait of a removal after the client has accepted the tables that no longer need it. Milliseconds. */
  readonly removalGraceMs: number;
  /** Longest wait of a removal altogether. Milliseconds. */
  readonly removalDeadlineMs: number;
}

export const DEFAULT_ROLLOUT: RolloutLimits = {
  readyDeadlineMs: 5_000,
  removalGraceMs: 1_000,
  removalDeadlineMs: 15_000,
};

/** The order in which a change goes out. */
export const PUSH_ORDER: readonly ResourceType[] = ['cluster', 'endpoints', 'listener', 'routes', 'secret'];

/** Held until an acknowledgement comes, not until a time. */
const UNTIL_ANSWERED = Number.POSITIVE_INFINITY;

/** Milliseconds until when what names these clusters must not be sent; undefined when it may go now. */
export function clustersHeldUntil(
  stream: StreamState,
  names: readonly string[],
  snapshot: Snapshot,
  now: number,
  deadlineMs: number,
): number | undefined {
  return earliest(names.map((name) => clusterHeldUntil(stream, name, snapshot, now, deadlineMs)));
}

/**
 * Milliseconds until when a listener that names these secrets must not be sent. A secret that the client has and that changes goes first: Envoy takes a
 * new filter chain with the content that it has, even if it rejected that.
 */
export function secretsHeldUntil(
  { types: { secret } }: StreamState,
  names: readonly string[],
  now: number,
  deadlineMs: number,
): number | undefined {
  return earliest(
    names.map((name) => {
      if (!isSubscribed(secret, name)) return undefined;
      const sent = secret.inFlight.find(({ resources }) => resources.has(name));
      const since = secret.due.get(name)?.since ?? sent?.sentAt ?? Number.NEGATIVE_INFINITY;
      return now < since + deadlineMs ? since + deadlineMs : undefined;
    }),
  );
}

function clusterHeldUntil(
  stream: StreamState,
  name: string,
  snapshot: Snapshot,
  now: number,
  deadlineMs: number,
): number | undefined {
  const { cluster } = stream.types;
  // The reserved cluster is in no snapshot; a client that asks for clusters by name asks after it has met the table.
  if (!snapshot.resources.cluster.has(name) || !isSubscribed(cluster, name)) return undefined;
  if ((cluster.told.get(name) ?? ABSENT) === ABSENT) return UNTIL_ANSWERED;
  const since = stream.warming.get(name);
  if (since === undefined) return undefined;
  if (!isClusterReady(stream, name, snapshot) && now < since + deadlineMs) {
    return since + deadlineMs;
  }
  stream.warming.delete(name);
  return undefined;
}

/**
 * Does the client serve a cluster that it was sent? With endpoints in the snapshot: it has answered them, and every secret that the cluster names
 * (an acknowledgement of CDS says nothing about warming). Without: it has answered the cluster. A rejection is an answer: waiting is over.
 */
export function isClusterReady(stream: StreamState, name: string, snapshot: Snapshot): boolean {
  const { cluster, endpoints, secret } = stream.types;
  const resource = snapshot.resources.cluster.get(name);
  const secrets = resource === undefined ? [] : referencesOf(resource, 'secret');
  if (!secrets.every((each) => isAnswered(secret, each, snapshot))) return false;
  return snapshot.resources.endpoints.has(name)
    ? isAnswered(endpoints, name, snapshot)
    : !isInFlight(cluster, name);
}

/** What the client was last told is not that the resource does not exist, unless it does not. */
function isAnswered(state: TypeState, name: string, { resources }: Snapshot): boolean {
  const told = state.told.get(name);
  if (told === undefined || (told === ABSENT && resources[state.type].has(name))) return false;
  return state.due.get(name)?.asked !== true && !isInFlight(state, name);
}

/** Milliseconds until when a removal must not be sent; undefined when it may go now. */
export function removalHeldUntil(
  stream: StreamState,
  type: ResourceType,
  due: Due,
  now: number,
  limits: RolloutLimits,
): number | undefined {
  if (type === 'listener' || type === 'routes') return undefined;
  const deadline = due.since + limits.removalDeadlineMs;
  if (now >= deadline) return undefined;
  const { listener, routes } = stream.types;
  if (!hasTablesOf(stream, listener, due.generation) || !hasTablesOf(stream, routes, due.generation)) {
    return deadline;
  }
  due.releaseAt ??= now + limits.removalGraceMs;
  return now < due.releaseAt ? Math.min(due.releaseAt, deadline) : undefined;
}

/** Has the client accepted all listeners, or all tables, of a snapshot? One that never asked for any, on its first stream, has none. */
function hasTablesOf(stream: StreamState, state: TypeState, generation: number): boolean {
  return state.requested ? state.completed >= generation : !stream.resumed;
}

/**
 * Clusters were sent: those new to the client are warming from now on, and all of them get their endpoints and the secrets they name again, because
 * Envoy may not ask (envoyproxy/envoy#13009).
 */
export function afterClusters(
  stream: StreamState,
  sent: readonly Resource[],
  isNew: (name: string) => boolean,
  view: FleetView,
  now: number,
): void {
  const { endpoints, secret } = stream.types;
  for (const cluster of sent) {
    if (isNew(cluster.name)) stream.warming.set(cluster.name, now);
    if (isSubscribed(endpoints, cluster.name)) ask(endpoints, cluster.name, momentOf(view, 'endpoints', now));
    for (const name of referencesOf(cluster, 'secret')) {
      if (isSubscribed(secret, name)) ask(secret, name, momentOf(view, 'secret', now));
    }
  }
}

/** The earliest of the times at which something is to be looked at again; undefined when none is set. */
export function earliest(times: readonly (number | undefined)[]): number | undefined {
  return times.reduce((a, b) => (a === undefined ? b : b === undefined ? a : Math.min(a, b)), undefined);
}
