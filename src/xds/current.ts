import { RESOURCE_TYPES, referencesOf } from './references.js';
import type { Resource, ResourceType, Snapshot } from './resource.js';
import type { Verdict } from './settle.js';
import type { Changes, FleetView, StreamState } from './stream-state.js';
import { isSubscribed, type TypeState } from './type-state.js';

type Types = StreamState['types'];

/** What these types name, an Envoy asks for by itself once it has accepted them; it asks for listeners only after its first clusters. */
const ASKS_FOR: readonly (readonly [ResourceType, readonly ResourceType[]])[] = [
  ['cluster', ['endpoints', 'secret']],
  ['listener', ['routes', 'secret']],
];

/**
 * Names of each type that are to be looked at before a stream counts as current; undefined: all. A thousand streams are asked after every change: what was found
 * accepted once, and did not change since, is not looked at again.
 */
export type Unverified = Record<ResourceType, Set<string> | undefined>;

export function allUnverified(): Unverified {
  return {
    cluster: undefined,
    endpoints: undefined,
    listener: undefined,
    routes: undefined,
    secret: undefined,
  };
}

/** A new snapshot is in force. */
export function unverify(unverified: Unverified, changes: Changes): void {
  for (const type of RESOURCE_TYPES) for (const name of changes[type]) unverified[type]?.add(name);
}

/** A request was taken in. An acknowledgement, and nothing else, changes only what has been in the response. @param asks it says what the client is subscribed to */
export function unverifiedAfter(
  unverified: Unverified,
  verdict: Verdict | undefined,
  asks: boolean,
): Unverified {
  const isPlain = verdict?.kind === 'accepted' && verdict.push.trial === undefined && !asks;
  return isPlain ? unverified : allUnverified();
}

/**
 * Has the client accepted all that it subscribed to, in the versions of the snapshot, and subscribed to all that this makes it ask for? Not before it
 * has asked for listeners: until then it serves nothing. What is found accepted is taken out of `unverified`.
 */
export function isCurrent(
  { types }: StreamState,
  snapshot: Snapshot | undefined,
  unverified: Unverified = allUnverified(),
): boolean {
  if (snapshot === undefined || !types.listener.requested) return false;
  if (!RESOURCE_TYPES.every((type) => isQuiet(types[type]))) return false;
  const { resources } = snapshot;
  const among = (type: ResourceType): Iterable<string> => unverified[type] ?? resources[type].keys();
  const isSo =
    RESOURCE_TYPES.every((type) => hasAccepted(types[type], resources[type], among(type))) &&
    ASKS_FOR.every(([type, asked]) => hasAskedFor(types, snapshot, type, asked, among(type)));
  if (isSo) for (const type of RESOURCE_TYPES) unverified[type] = new Set();
  return isSo;
}

/**
 * Number of the newest snapshot that the client has accepted completely; undefined before the first one. Unlike {@link isCurrent} it moves on
 * while changes come faster than acknowledgements, and does not wait
 * for removals, which wait themselves. What was rejected and not replaced yet holds it where it was.
 */
export function settledSnapshot(
  stream: StreamState,
  { snapshot, generation }: FleetView,
  before: number | undefined,
  isCurrentNow = (): boolean => isCurrent(stream, snapshot),
): number | undefined {
  const asked = RESOURCE_TYPES.map((type) => stream.types[type]).filter(({ requested }) => requested);
  if (asked.some(({ rejections }) => rejections.length > 0)) return before;
  if (before === undefined && !isCurrentNow()) return undefined;
  const settled = asked.map((state) =>
    owesRemovalsOnly(state, snapshot?.resources[state.type]) ? generation : state.completed,
  );
  const newest = Math.min(...settled);
  if (snapshot === undefined || newest <= (before ?? 0)) return before;
  // An Envoy that has accepted a new listener asks for its table next, and serves nothing there until then.
  return hasAskedFor(stream.types, snapshot, 'listener', ['routes', 'secret']) ? newest : before;
}

function owesRemovalsOnly(
  { due, inFlight, answerOwed }: TypeState,
  wanted: ReadonlyMap<string, Resource> | undefined,
): boolean {
  if (inFlight.length > 0 || answerOwed) return false;
  for (const name of due.keys()) if (wanted?.has(name) === true) return false;
  return true;
}

/** Nothing to send, nothing unanswered, nothing rejected. */
function isQuiet({ due, inFlight, answerOwed, rejections }: TypeState): boolean {
  return due.size === 0 && inFlight.length === 0 && !answerOwed && rejections.length === 0;
}

function hasAccepted(
  state: TypeState,
  wanted: ReadonlyMap<string, Resource>,
  among: Iterable<string>,
): boolean {
  for (const name of among) {
    const resource = wanted.get(name);
    if (resource === undefined || !isSubscribed(state, name)) continue;
    if (state.acked.get(name) !== resource.version) return false;
  }
  return true;
}

function hasAskedFor(
  types: Types,
  { resources }: Snapshot,
  type: ResourceType,
  asked: readonly ResourceType[],
  among: Iterable<string> = resources[type].keys(),
): boolean {
  for (const name of among) {
    const resource = resources[type].get(name);
    if (resource === undefined || !isSubscribed(types[type], name)) continue;
    const isAsked = (of: ResourceType): boolean =>
      referencesOf(resource, of).every((each) => isSubscribed(types[of], each));
    if (!asked.every(isAsked)) return false;
  }
  return true;
}
