// Roll-out: what may be sent to a stream now, and what has to wait, and for how long at most.
//
// A change goes out in the order CDS, EDS, LDS, RDS, SDS (SDS is asked for by name, and answered at once). Additions come first: a listener or table
// waits until the clusters that it names, and that are new to this client, are ready. Removals of clusters, endpoints and secrets come
// last: once the client has accepted the listeners and tables of the snapshot that dropped them, and a grace period has passed for requests under
// way. Every wait is bounded. The unit that waits is the resource; to let the rest of a table go ahead, refine `heldUntil`.
import { referencesOf } from './references.js';
import type { Resource, ResourceType, Snapshot } from './resource.js';
import type { FleetView, StreamState } from './stream-state.js';
import { ABSENT, ask, isInFlight, isSubscribed, type Due, type TypeState } from './type-state.js';
import { momentOf } from './stream-state.js';

export interface RolloutLimits {
  /** Longest wait of a listener or table for a new cluster, from when the cluster was sent. Milliseconds. */
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

/** Milliseconds until when a resource must not be sent; undefined when it may go now. */
export function heldUntil(
  stream: StreamState,
  resource: Resource,
  snapshot: Snapshot,
  now: number,
  limits: RolloutLimits,
): number | undefined {
  if (resource.type !== 'listener' && resource.type !== 'routes') return undefined;
  return earliest([
    ...referencesOf(resource, 'cluster').map((name) => clusterHeldUntil(stream, name, snapshot, now, limits)),
    ...referencesOf(resource, 'secret').map((name) => secretHeldUntil(stream, name, now, limits)),
  ]);
}

/** A secret that the client has and that changes goes first: Envoy takes a new filter chain with the content that it has, even if it rejected that. */
function secretHeldUntil(
  { types: { secret } }: StreamState,
  name: string,
  now: number,
  { readyDeadlineMs }: RolloutLimits,
): number | undefined {
  if (!isSubscribed(secret, name)) return undefined;
  const sent = secret.inFlight.find(({ resources }) => resources.has(name));
  const until = (secret.due.get(name)?.since ?? sent?.sentAt ?? Number.NEGATIVE_INFINITY) + readyDeadlineMs;
  return now < until ? until : undefined;
}

function clusterHeldUntil(
  stream: StreamState,
  name: string,
  snapshot: Snapshot,
  now: number,
  limits: RolloutLimits,
): number | undefined {
  const { cluster } = stream.types;
  // The reserved cluster is in no snapshot; a client that asks for clusters by name asks after it has met the table.
  if (!snapshot.resources.cluster.has(name) || !isSubscribed(cluster, name)) return undefined;
  if ((cluster.told.get(name) ?? ABSENT) === ABSENT) return UNTIL_ANSWERED;
  const since = stream.warming.get(name);
  if (since === undefined) return undefined;
  if (!isClusterReady(stream, name, snapshot) && now < since + limits.readyDeadlineMs) {
    return since + limits.readyDeadlineMs;
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
  if (!secrets.every((each) => isAnswered(secret, each))) return false;
  return snapshot.resources.endpoints.has(name) ? isAnswered(endpoints, name) : !isInFlight(cluster, name);
}

function isAnswered(state: TypeState, name: string): boolean {
  return state.told.has(name) && state.due.get(name)?.asked !== true && !isInFlight(state, name);
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
