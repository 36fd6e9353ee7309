// How long a client may keep the server waiting. Two things are waited for: that the socket takes what was written, and that the client answers what it was
// sent. Each wait begins anew with any progress, and is added up from the steps between two looks, never read from a clock: a control plane
// that stood still itself (suspended, or busy) must not take that for the silence of its Envoys.
import type { ResourceType } from './resource.js';

export interface PatienceLimits {
  /** Longest time without a byte taken by a socket that has bytes to take. Milliseconds. */
  readonly socketStallMs: number;
  /** Longest time without an answer of a type that has unanswered responses. Milliseconds. */
  readonly answerStallMs: number;
  /** The same for clusters, whose answers Envoy withholds while any of them warms: a DNS name that does not resolve may take minutes. Milliseconds. */
  readonly clusterStallMs: number;
}

/**
 * A live Envoy's main thread takes seconds for the largest table. A socket's progress is only seen as often as its client grants more to be sent (HTTP/2 flow
 * control), which for a large window is once per response: so it has as long as an answer.
 */
export const DEFAULT_PATIENCE: PatienceLimits = {
  socketStallMs: 60_000,
  answerStallMs: 60_000,
  clusterStallMs: 600_000,
};

export type Awaited = 'socket' | ResourceType;

/** What is waited for now, each with a number that grows with progress. */
export type Progress = ReadonlyMap<Awaited, number>;

/** Each wait with the progress that it began at, and how long it has lasted. */
export type Waits = ReadonlyMap<Awaited, { readonly progress: number; readonly waitedMs: number }>;

export const NO_WAITS: Waits = new Map();

/** The waits after a further step. */
export function waitsAfter(before: Waits, progress: Progress, stepMs: number): Waits {
  if (progress.size === 0) return NO_WAITS;
  return new Map(
    [...progress].map(([awaited, made]) => {
      const wait = before.get(awaited);
      const waitedMs = wait?.progress === made ? wait.waitedMs + stepMs : 0;
      return [awaited, { progress: made, waitedMs }];
    }),
  );
}

/** What a client has kept the server waiting for too long; undefined while there is nothing to complain of. */
export function stallOf(waits: Waits, limits: PatienceLimits): Awaited | undefined {
  for (const [awaited, { waitedMs }] of waits) if (waitedMs >= longestWait(awaited, limits)) return awaited;
  return undefined;
}

/** In a sentence, for the client's log and ours. */
export function stallText(awaited: Awaited, limits: PatienceLimits): string {
  const within = `for ${longestWait(awaited, limits) / 1000} s`;
  return awaited === 'socket'
    ? `the client has not read ${within}`
    : `the client has not answered a response of type ${awaited} ${within}`;
}

function longestWait(awaited: Awaited, limits: PatienceLimits): number {
  switch (awaited) {
    case 'socket':
      return limits.socketStallMs;
    case 'cluster':
      return limits.clusterStallMs;
    case 'endpoints':
    case 'listener':
    case 'routes':
    case 'secret':
      return limits.answerStallMs;
  }
}
