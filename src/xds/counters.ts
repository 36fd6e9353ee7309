import type { ResourceType } from './resource.js';

/** Sums since the start, by type. */
export interface TypeCounters {
  pushes: number;
  resources: number;
  removals: number;
  bytes: number;
  acks: number;
  nacks: number;
}

/** Sums since the start. Read them when metrics are scraped; they only grow. */
export interface XdsCounters {
  streams: number;
  /** Streams that were refused: without a token that admits them. */
  unauthenticated: number;
  /** The same by reason. */
  readonly refusals: Record<string, number>;
  /** Streams of an Envoy that is too old. */
  unsupported: number;
  /** Streams ended because the client did not read, or did not answer. */
  stalled: number;
  /** Streams ended because they were old. */
  aged: number;
  /** Requests for types that are not served. */
  unknownTypes: number;
  readonly types: Readonly<Record<ResourceType, TypeCounters>>;
}

export function newCounters(): XdsCounters {
  const none = (): TypeCounters => ({ pushes: 0, resources: 0, removals: 0, bytes: 0, acks: 0, nacks: 0 });
  return {
    streams: 0,
    unauthenticated: 0,
    refusals: {},
    unsupported: 0,
    stalled: 0,
    aged: 0,
    unknownTypes: 0,
    types: { cluster: none(), endpoints: none(), listener: none(), routes: none(), secret: none() },
  };
}
