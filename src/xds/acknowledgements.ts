import type { Node } from './node.js';
import type { ResourceType } from './resource.js';
import type { Protocol, StreamState } from './stream-state.js';
import type { Rejection, TypeState } from './type-state.js';

/** What one Envoy has accepted and rejected of one type. A plain value: later events do not change it. */
export interface TypeAcks {
  /** Nonce of the latest response that is neither accepted nor rejected yet. */
  readonly pending: string | undefined;
  /** Name → version last accepted. */
  readonly acked: ReadonlyMap<string, string>;
  readonly nacked: readonly Rejection[];
}

export interface StreamAcks {
  readonly id: string;
  readonly node: string;
  /** Version that the Envoy states, `1.40.0`. */
  readonly version: string | undefined;
  readonly protocol: Protocol;
  /** Milliseconds since the epoch. */
  readonly connectedAt: number;
  /** Why the stream gets no configuration; undefined when it does. */
  readonly refused: string | undefined;
  /** It has accepted all that the fleet's newest snapshot has for it. */
  readonly current: boolean;
  /** It has accepted all that the fleet's newest snapshot adds or alters. Clusters, endpoints and secrets that this one dropped may still be there: such removals wait. */
  readonly accepted: boolean;
  /** Only the types that it asked for. */
  readonly types: Readonly<Partial<Record<ResourceType, TypeAcks>>>;
}

export interface FleetAcks {
  readonly fleet: string;
  readonly streams: readonly StreamAcks[];
}

/** A digest of a fleet that adds up over replicas: see {@link mergeSummaries}. */
export interface FleetSummary {
  readonly fleet: string;
  readonly connected: number;
  readonly current: number;
  /** Number of the newest snapshot; each server counts its own from 1. */
  readonly newest: number;
  /** For each Envoy that has accepted a first complete configuration: the number of the newest snapshot that it has accepted. Ascending. */
  readonly settled: readonly number[];
  /** Each resource version that was rejected, and by how many Envoys. */
  readonly rejected: readonly RejectedResource[];
}

export interface RejectedResource {
  readonly type: ResourceType;
  readonly name: string;
  readonly version: string;
  /** Envoy's words. */
  readonly message: string;
  /** More than one resource of the response was new: this one may be innocent. */
  readonly suspected: boolean;
  readonly count: number;
}

/** What the rooms outside see of a stream. */
export interface StreamView {
  readonly id: string;
  readonly node: Node | undefined;
  readonly connectedAt: number;
  readonly refused: string | undefined;
  readonly current: boolean;
  /** Number of the newest snapshot that it has accepted completely; undefined before the first. */
  readonly settled: number | undefined;
  readonly state: StreamState;
}

/** @param newest number of the fleet's newest snapshot */
export function streamAcks(stream: StreamView, newest: number): StreamAcks {
  const { id, node, connectedAt, refused, current, settled, state } = stream;
  const asked = Object.values(state.types).filter((type) => type.requested);
  return {
    id,
    node: node?.id ?? '',
    version: node?.version,
    protocol: state.protocol,
    connectedAt,
    refused,
    current,
    accepted: settled === newest,
    types: Object.fromEntries(asked.map((type) => [type.type, typeAcks(type)])),
  };
}

function typeAcks(state: TypeState): TypeAcks {
  return {
    pending: state.inFlight.at(-1)?.nonce,
    acked: new Map(state.acked),
    nacked: state.rejections,
  };
}

/** @param newest number of the fleet's newest snapshot */
export function summarize(fleet: string, streams: readonly StreamView[], newest = 0): FleetSummary {
  const summaries = streams.map((stream) => ({
    fleet,
    connected: 1,
    current: stream.current ? 1 : 0,
    newest,
    settled: [],
    rejected: Object.values(stream.state.types).flatMap((type) =>
      type.rejections.flatMap(({ resources, message }) =>
        resources.map(({ name, version }) => ({
          type: type.type,
          name,
          version,
          message,
          suspected: resources.length > 1,
          count: 1,
        })),
      ),
    ),
  }));
  const none: FleetSummary = { fleet, connected: 0, current: 0, newest, settled: [], rejected: [] };
  // Sorted once, not with each stream.
  const settled = streams.flatMap((stream) => stream.settled ?? []).sort((a, b) => a - b);
  return { ...summaries.reduce(mergeSummaries, none), settled };
}

/** The sum of two digests of the same fleet and server, in whatever order they come. Of several messages about one version the first in order is kept. */
export function mergeSummaries(a: FleetSummary, b: FleetSummary): FleetSummary {
  const merged = new Map<string, RejectedResource>();
  for (const one of [...a.rejected, ...b.rejected]) {
    const key = JSON.stringify([one.type, one.name, one.version]);
    const other = merged.get(key);
    merged.set(key, other === undefined ? one : mergeRejected(other, one));
  }
  return {
    fleet: a.fleet,
    connected: a.connected + b.connected,
    current: a.current + b.current,
    newest: Math.max(a.newest, b.newest),
    settled: [...a.settled, ...b.settled].sort((x, y) => x - y),
    rejected: [...merged].sort(([x], [y]) => (x < y ? -1 : 1)).map(([, one]) => one),
  };
}

function mergeRejected(a: RejectedResource, b: RejectedResource): RejectedResource {
  return {
    ...a,
    message: a.message < b.message ? a.message : b.message,
    suspected: a.suspected && b.suspected,
    count: a.count + b.count,
  };
}
