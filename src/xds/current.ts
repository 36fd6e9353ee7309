import { RESOURCE_TYPES, referencesOf } from './references.js';
import type { Resource, ResourceType, Snapshot } from './resource.js';
import type { FleetView, StreamState } from './stream-state.js';
import { isSubscribed, type TypeState } from './type-state.js';

type Types = StreamState['types'];

/** What these types name, an Envoy asks for by itself once it has accepted them; it asks for listeners only after its first clusters. */
const ASKS_FOR: readonly (readonly [ResourceType, readonly ResourceType[]])[] = [
  ['cluster', ['endpoints', 'secret']],
  ['listener', ['routes', 'secret']],
];

/**
 * Has the client accepted all that it subscribed to, in the versions of the snapshot, and subscribed to all that this makes it ask for? Not before it
 * has asked for listeners: until then it serves nothing.
 */
export function isCurrent({ types }: StreamState, snapshot: Snapshot | undefined): boolean {
  return (
    snapshot !== undefined &&
    types.listener.requested &&
    RESOURCE_TYPES.every((type) => isQuiet(types[type])) &&
    RESOURCE_TYPES.every((type) => hasAccepted(types[type], snapshot.resources[type])) &&
    ASKS_FOR.every(([type, asked]) => hasAskedFor(types, snapshot, type, asked))
  );
}

/**
 * Number of the newest snapshot that the client has accepted completely; undefined before the first one. Unlike {@link isCurrent} it moves on
 * while changes come faster than acknowledgements, and does not wait for removals of clusters, endpoints and secrets, which wait themselves.
 * What was rejected and not replaced yet holds it where it was.
 */
export function settledSnapshot(
  stream: StreamState,
  { snapshot, generation }: FleetView,
  before: number | undefined,
): number | undefined {
  const asked = RESOURCE_TYPES.map((type) => stream.types[type]).filter(({ requested }) => requested);
  if (asked.some(({ rejections }) => rejections.length > 0)) return before;
  if (before === undefined && !isCurrent(stream, snapshot)) return undefined;
  const settled = asked.map((state) =>
    owesRemovalsOnly(state, snapshot?.resources[state.type]) ? generation : state.completed,
  );
  const newest = Math.min(...settled);
  if (snapshot === undefined || newest <= (before ?? 0)) return before;
  // An Envoy that has accepted a new listener asks for its table next, and serves nothing there until then.
  return hasAskedFor(stream.types, snapshot, 'listener', ['routes', 'secret']) ? newest : before;
}

function owesRemovalsOnly(
  { type, due, inFlight, answerOwed }: TypeState,
  wanted: ReadonlyMap<string, Resource> | undefined,
): boolean {
  if (inFlight.length > 0 || answerOwed) return false;
  // Their removals do not wait: until they are accepted, ports are open that should not be.
  if (type === 'listener' || type === 'routes') return due.size === 0;
  for (const name of due.keys()) if (wanted?.has(name) === true) return false;
  return true;
}

/** Nothing to send, nothing unanswered, nothing rejected. */
function isQuiet({ due, inFlight, answerOwed, rejections }: TypeState): boolean {
  return due.size === 0 && inFlight.length === 0 && !answerOwed && rejections.length === 0;
}

function hasAccepted(state: TypeState, wanted: ReadonlyMap<string, Resource>): boolean {
  for (const [name, { version }] of wanted) {
    if (isSubscribed(state, name) && state.acked.get(name) !== version) return false;
  }
  return true;
}

function hasAskedFor(
  types: Types,
  { resources }: Snapshot,
  type: ResourceType,
  asked: readonly ResourceType[],
): boolean {
  for (const [name, resource] of resources[type]) {
    if (!isSubscribed(types[type], name)) continue;
    const isAsked = (of: ResourceType): boolean =>
      referencesOf(resource, of).every((each) => isSubscribed(types[of], each));
    if (!asked.every(isAsked)) return false;
  }
  return true;
}
