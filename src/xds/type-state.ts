import type { Trial } from './trial.js';
import type { Resource, ResourceType } from './resource.js';

/** The name that stands for all. */
export const WILDCARD = '*';

/** What a client was last told of a name: nothing it can use. */
export const ABSENT = '';

/** What a client counts as told that refused what it was told, once the snapshot has changed there: no version, so that whatever is wanted then is offered. */
export const REFUSED = 'refused';

/**
 * What a client was last told of a name, accepted or not: the resource when this stream sent it, the version that the client stated when it
 * brought the resource from an earlier stream, {@link ABSENT}, or {@link REFUSED}.
 */
export type Told = Resource | string;

/** A name to look at when the stream is next written. */
export interface Due {
  /** The client asked for it, or must have it again: it is sent even if nothing changed. */
  readonly asked: boolean;
  /** Number of the snapshot that made it due. */
  readonly generation: number;
  /** Milliseconds: since when it has been due. */
  readonly since: number;
  /** Milliseconds: when a removal that waits for nothing but its grace period may go. Kept by rollout. */
  releaseAt: number | undefined;
}

/** A response that was sent and is neither accepted nor rejected yet: names and versions, no bytes. */
export interface Push {
  readonly nonce: string;
  readonly resources: ReadonlyMap<string, string>;
  /** What was new in it, unless it was on trial. */
  readonly offers: ReadonlyMap<string, Offered>;
  readonly removed: readonly string[];
  /** State-of-the-world CDS and LDS: what is not in it is deleted. */
  readonly full: boolean;
  readonly sentAt: number;
  /** Number of the snapshot that the client has completely, for this type, once it accepts; undefined when something was held back. */
  readonly completes: number | undefined;
  /** Name of the only resource that is new in it, when it is a variant of a resource on trial. */
  readonly trial: string | undefined;
}

/** What a listener or table that was sent is of: the whole, or a part in which some sections are still as they were. */
export interface Offered {
  /** Version of the wanted resource. */
  readonly of: string;
  /** Sections that went out because they had waited long enough, and since when they had. */
  readonly overdue: ReadonlyMap<string, number>;
}

/** Resources of one response that the client refused, in the client's words. */
export interface Rejection {
  readonly resources: readonly { readonly name: string; readonly version: string }[];
  readonly message: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/**
 * One type on one stream. A name is, as seen from the server, in one of four states:
 * - not subscribed: in none of the maps;
 * - settled: `told` is what the snapshot says, and the name is not in `due`;
 * - due: in `due`; sent, or found settled, by the next plan, unless roll-out or pacing hold it;
 * - in flight: in a push of `inFlight` (and perhaps due again).
 */
export interface TypeState {
  readonly type: ResourceType;
  /** A first request has come. */
  requested: boolean;
  wildcard: boolean;
  /** A name (or `*`) was sent once: from then on an empty list no longer means everything. */
  namedOnce: boolean;
  readonly names: Set<string>;
  readonly told: Map<string, Told>;
  /** Name → version last accepted. */
  readonly acked: Map<string, string>;
  /**
   * Names of which something changed since they were last found to be as the snapshot wants them; {@link WILDCARD} for those of a wildcard that
   * was dropped. Kept by current.ts.
   */
  readonly unproven: Set<string>;
  readonly due: Map<string, Due>;
  readonly inFlight: Push[];
  rejections: readonly Rejection[];
  /** Rejected resources whose guilt is to be found out, by name. */
  readonly trials: Map<string, Trial>;
  /** The content of what is `acked`, for names of which the client was told something else since; where this stream knows it. */
  readonly bases: Map<string, Resource>;
  /** Name → section → milliseconds: since when a section of it waits. Kept by the offer. */
  readonly waits: Map<string, ReadonlyMap<string, number>>;
  /** The last push was a variant: ordinary changes come first now, so that neither starves the other. */
  triedLast: boolean;
  /** An answer must be sent even if there is nothing to put into it. */
  answerOwed: boolean;
  /** State-of-the-world: nonce of the latest response. */
  lastNonce: string | undefined;
  /** Number of the newest snapshot that the client is known to have accepted completely, for this type. */
  completed: number;
}

export function newTypeState(type: ResourceType): TypeState {
  return {
    type,
    requested: false,
    wildcard: false,
    namedOnce: false,
    names: new Set(),
    told: new Map(),
    acked: new Map(),
    unproven: new Set(),
    due: new Map(),
    inFlight: [],
    rejections: [],
    trials: new Map(),
    bases: new Map(),
    waits: new Map(),
    triedLast: false,
    answerOwed: false,
    lastNonce: undefined,
    completed: -1,
  };
}

/** What a transition needs to know of the fleet and of time. */
export interface Moment {
  /** The snapshot's resources of the type; undefined before the fleet's first snapshot. */
  readonly wanted: ReadonlyMap<string, Resource> | undefined;
  readonly generation: number;
  readonly now: number;
}

export function isSubscribed(state: TypeState, name: string): boolean {
  return state.wildcard || state.names.has(name);
}

export function toldVersion(told: Told | undefined): string | undefined {
  return told === undefined || typeof told === 'string' ? told : told.version;
}

/** Has the name been sent and neither accepted nor rejected yet? */
export function isInFlight(state: TypeState, name: string): boolean {
  return state.inFlight.some((push) => push.resources.has(name) || push.removed.includes(name));
}

/** Is the last that the client was told of a name something that it has not accepted? */
export function isUnaccepted({ told, acked }: TypeState, name: string): boolean {
  const version = toldVersion(told.get(name)) ?? ABSENT;
  return version !== ABSENT && acked.get(name) !== version;
}

/**
 * Has the client refused the last that it was told of a name? That is neither accepted nor under way; a full set under way may hold the name as it was
 * accepted before. It uses that, or, if it applies what it refuses, anything.
 */
export function isRefused(state: TypeState, name: string): boolean {
  const version = toldVersion(state.told.get(name));
  return (
    isUnaccepted(state, name) && !state.inFlight.some(({ resources }) => resources.get(name) === version)
  );
}

/** What the client has accepted last of a name, where this stream knows its content. */
export function acceptedOf({ told, acked, bases }: TypeState, name: string): Resource | undefined {
  const version = acked.get(name);
  const last = told.get(name);
  const all = [typeof last === 'string' ? undefined : last, bases.get(name)];
  return version === undefined ? undefined : all.find((each) => each?.version === version);
}

/** From now on this is the last that the client was told of a name. */
export function tell(state: TypeState, name: string, told: Told): void {
  const accepted = acceptedOf(state, name);
  if (accepted !== undefined) state.bases.set(name, accepted);
  state.told.set(name, told);
}

/** The client asks for a name: it is answered whatever it was told before. */
export function ask(state: TypeState, name: string, { generation, now }: Moment): void {
  state.unproven.add(name);
  const due = state.due.get(name);
  state.due.set(name, { generation, since: now, releaseAt: undefined, ...due, asked: true });
}

/** A name may have changed: it is looked at, and sent if it differs from what the client was told. */
export function look(state: TypeState, name: string, { generation, now }: Moment): void {
  state.unproven.add(name);
  const asked = state.due.get(name)?.asked ?? false;
  state.due.set(name, { asked, generation, since: now, releaseAt: undefined });
}

/** Everything that exists and everything the client was told of is looked at: a wildcard subscription begins. */
export function lookAtAll(state: TypeState, moment: Moment): void {
  for (const name of moment.wanted?.keys() ?? []) look(state, name, moment);
  for (const name of state.told.keys()) look(state, name, moment);
}

/** The client dropped the name. */
export function forget(state: TypeState, name: string): void {
  state.unproven.add(name);
  state.told.delete(name);
  state.acked.delete(name);
  state.due.delete(name);
  state.trials.delete(name);
  state.bases.delete(name);
  state.waits.delete(name);
}

/** The client dropped everything that it is not subscribed to by name. */
export function forgetUnnamed(state: TypeState): void {
  state.unproven.add(WILDCARD);
  for (const name of new Set([...state.told.keys(), ...state.acked.keys(), ...state.due.keys()])) {
    if (!state.names.has(name)) forget(state, name);
  }
}
