import type { Recent } from './recent.js';
import type { ResourceType, Snapshot } from './resource.js';
import {
  isRefused,
  isSubscribed,
  look,
  newTypeState,
  REFUSED,
  tell,
  type Moment,
  type TypeState,
} from './type-state.js';

export type Protocol = 'delta' | 'sotw';

/** All that is known of one stream, without its socket. */
export interface StreamState {
  /** Part of every nonce, so that one of another stream is never taken for one of this. */
  readonly id: string;
  readonly protocol: Protocol;
  readonly types: Readonly<Record<ResourceType, TypeState>>;
  /** Clusters new to this client → milliseconds when they were sent. Kept by rollout until they are ready. */
  readonly warming: Map<string, number>;
  /** The client brought resources from an earlier stream: it uses tables of which this stream does not know yet. */
  resumed: boolean;
  /** Responses sent on this stream; the next nonce. */
  responses: number;
}

/** A fleet's newest snapshot, how many came before it, and what was sent lately. */
export interface FleetView {
  readonly snapshot: Snapshot | undefined;
  readonly generation: number;
  readonly recent: Recent;
}

/** Names that differ between two snapshots. */
export type Changes = Readonly<Record<ResourceType, readonly string[]>>;

export function newStreamState(protocol: Protocol, id = ''): StreamState {
  return {
    id,
    protocol,
    types: {
      cluster: newTypeState('cluster'),
      endpoints: newTypeState('endpoints'),
      listener: newTypeState('listener'),
      routes: newTypeState('routes'),
      secret: newTypeState('secret'),
    },
    warming: new Map(),
    resumed: false,
    responses: 0,
  };
}

export function momentOf(view: FleetView, type: ResourceType, now: number): Moment {
  return { wanted: view.snapshot?.resources[type], generation: view.generation, now };
}

/** What changed from one snapshot of a fleet to the next: found once, used by all its streams. Maps that are the same are not looked into. */
export function changesBetween(before: Snapshot | undefined, after: Snapshot): Changes {
  const of = (type: ResourceType): readonly string[] => {
    const old = before?.resources[type];
    const wanted = after.resources[type];
    if (old === wanted) return [];
    const changed = [...wanted].filter(([name, { version }]) => old?.get(name)?.version !== version);
    const gone = [...(old?.keys() ?? [])].filter((name) => !wanted.has(name));
    return [...changed.map(([name]) => name), ...gone];
  };
  return {
    cluster: of('cluster'),
    endpoints: of('endpoints'),
    listener: of('listener'),
    routes: of('routes'),
    secret: of('secret'),
  };
}

/**
 * A new snapshot is in force: what changed is looked at where the stream is subscribed to it. Trials of what is wanted no more are over, and what stands
 * in the snapshot now is offered even if it is what the client has refused: the reason may be gone as well.
 */
export function snapshotChanged(stream: StreamState, changes: Changes, view: FleetView, now: number): void {
  for (const state of Object.values(stream.types)) {
    const moment = momentOf(view, state.type, now);
    for (const name of changes[state.type]) {
      if (!isSubscribed(state, name)) continue;
      if (state.trials.get(name)?.of !== moment.wanted?.get(name)?.version) state.trials.delete(name);
      if (!state.trials.has(name) && isRefused(state, name)) tell(state, name, REFUSED);
      look(state, name, moment);
    }
  }
}
