import type { Recent } from './recent.js';
import type { ResourceType, Snapshot } from './resource.js';
import { newTrialBudget, type TrialBudget } from './trial-budget.js';
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
  /** Part of the first nonces, so that one of another stream is never taken for one of this. */
  readonly id: string;
  readonly protocol: Protocol;
  readonly types: Readonly<Record<ResourceType, TypeState>>;
  /** Clusters new to this client → milliseconds when they were sent. Kept by rollout until they are ready. */
  readonly warming: Map<string, number>;
  readonly trialBudget: TrialBudget;
  /** The client brought resources from an earlier stream: it uses tables of which this stream does not know yet. */
  resumed: boolean;
  /** The snapshot of which something was sent first. */
  first: number | undefined;
  /** The snapshot of which something was sent last, and how many responses of it. */
  sent: { readonly generation: number; readonly responses: number };
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
    trialBudget: newTrialBudget(),
    resumed: false,
    first: undefined,
    sent: { generation: 0, responses: 0 },
  };
}

/**
 * The nonce of the next response. Counted per snapshot, so that all streams are sent a change in the same words. Not so for the snapshot that the stream
 * began with: an earlier stream of the same client may have had it too, and its nonces must mean nothing here.
 */
export function nextNonce(stream: StreamState, generation: number): string {
  stream.first ??= generation;
  const responses = stream.sent.generation === generation ? stream.sent.responses + 1 : 1;
  stream.sent = { generation, responses };
  return generation === stream.first ? `s${stream.id}.${responses}` : `${generation}.${responses}`;
}

export function momentOf(view: FleetView, type: ResourceType, now: number): Moment {
  return { wanted: view.snapshot?.resources[type], generation: view.generation, now };
}

/** What changed from one snapshot of a fleet to the next, by version: found once, used by all its streams. What they share is not looked into. */
export function changesBetween(before: Snapshot | undefined, after: Snapshot): Changes {
  const of = (type: ResourceType): readonly string[] =>
    after.resources[type]
      .changesSince(before?.resources[type])
      .filter((change) => change.before?.version !== change.after?.version)
      .map(({ key }) => key);
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
      if (!isSubscribed(state, name)) {
        // Something that the client has may name it, and so far there was nothing to ask for.
        state.unproven.add(name);
        continue;
      }
      if (state.trials.get(name)?.of !== moment.wanted?.get(name)?.version) state.trials.delete(name);
      if (!state.trials.has(name) && isRefused(state, name)) tell(state, name, REFUSED);
      look(state, name, moment);
    }
  }
}
