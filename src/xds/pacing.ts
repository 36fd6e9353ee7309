// Pacing: when a stream may be written. By acknowledgement, not by timer.
//
// At most one unacknowledged push per type and stream: what changes meanwhile coalesces, since the next push is made from the newest snapshot. Answers to a
// delta client's own requests do not wait for it, up to a bound. CDS is the exception: Envoy withholds all CDS acknowledgements while any
// cluster warms, so a further push may follow once the clusters of the earlier ones are ready, or after a bound that doubles with each.
import type { Snapshot } from './resource.js';
import { isClusterReady } from './rollout.js';
import type { StreamState } from './stream-state.js';
import type { Push, TypeState } from './type-state.js';

export interface PacingLimits {
  /** Wait after the first unacknowledged CDS push; doubles with each further one. Milliseconds. */
  readonly clusterBoundMs: number;
}

export const DEFAULT_PACING: PacingLimits = { clusterBoundMs: 1_000 };

const LONGEST_BOUND_MS = 30_000;

/** Unacknowledged responses of one type to a client that asks on and on without acknowledging. */
const MOST_UNACKNOWLEDGED = 16;

/** `open`: everything may go. `answers`: only what the client asked for. `closed`: nothing, until an acknowledgement or the time given. */
export type Pace =
  | { readonly kind: 'open' }
  | { readonly kind: 'answers'; readonly until: number | undefined }
  | { readonly kind: 'closed'; readonly until: number | undefined };

/** What may be written of a type now. */
export function paceOf(
  stream: StreamState,
  state: TypeState,
  snapshot: Snapshot,
  now: number,
  limits: PacingLimits,
): Pace {
  const last = state.inFlight.at(-1);
  if (last === undefined) return { kind: 'open' };
  const until = state.type === 'cluster' ? clustersPacedUntil(stream, state, snapshot, limits) : undefined;
  if (until !== undefined && now >= until) return { kind: 'open' };
  const mayAnswer = stream.protocol === 'delta' && state.inFlight.length < MOST_UNACKNOWLEDGED;
  return { kind: mayAnswer ? 'answers' : 'closed', until };
}

function clustersPacedUntil(
  stream: StreamState,
  state: TypeState,
  snapshot: Snapshot,
  limits: PacingLimits,
): number {
  const last = state.inFlight.at(-1)?.sentAt ?? 0;
  const bound = Math.min(limits.clusterBoundMs * 2 ** (state.inFlight.length - 1), LONGEST_BOUND_MS);
  const ready = state.inFlight.every((push) =>
    [...push.resources.keys()].every(
      (name) => snapshot.resources.endpoints.has(name) && isClusterReady(stream, name, snapshot),
    ),
  );
  return ready && state.inFlight.length < MOST_UNACKNOWLEDGED ? last : last + bound;
}

/**
 * Keeps the record of unacknowledged responses short, whatever the client does: the two oldest become one, which the acknowledgement of the later
 * settles.
 */
export function boundInFlight(inFlight: Push[]): void {
  if (inFlight.length <= MOST_UNACKNOWLEDGED) return;
  const [older, newer] = inFlight.splice(0, 2);
  if (older === undefined || newer === undefined) return;
  inFlight.unshift({
    ...newer,
    resources: newer.full ? newer.resources : new Map([...older.resources, ...newer.resources]),
    offers: new Map([...older.offers, ...newer.offers]),
    removed: [...older.removed.filter((name) => !newer.resources.has(name)), ...newer.removed],
  });
}
