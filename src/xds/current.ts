import { RESOURCE_TYPES, referencesOf } from './references.js';
import type { Resource, ResourceType, Snapshot } from './resource.js';
import type { FleetView, StreamState } from './stream-state.js';
import { isSubscribed, WILDCARD, type TypeState } from './type-state.js';

type Types = StreamState['types'];

/** What these types name, an Envoy asks for by itself once it has accepted them; it asks for listeners only after its first clusters. */
const ASKS_FOR: Readonly<Record<ResourceType, readonly ResourceType[]>> = {
  cluster: ['endpoints', 'secret'],
  endpoints: [],
  listener: ['routes', 'secret'],
  routes: [],
  secret: [],
};

/**
 * Has the client accepted all that it subscribed to, in the versions of the snapshot, and subscribed to all that this makes it ask for? Not before it
 * has asked for listeners: until then it serves nothing. Only names of which something changed since they were last found so are looked at.
 */
export function isCurrent({ types }: StreamState, snapshot: Snapshot | undefined): boolean {
  return (
    snapshot !== undefined &&
    types.listener.requested &&
    RESOURCE_TYPES.every((type) => isQuiet(types[type])) &&
    RESOURCE_TYPES.every((type) => isProven(types, snapshot, type))
  );
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
  return allAskedFor(stream.types, snapshot, 'listener') ? newest : before;
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

function isProven(types: Types, snapshot: Snapshot, type: ResourceType): boolean {
  const { unproven } = types[type];
  for (const name of unproven) {
    if (!isAsWanted(types, snapshot, type, name)) return false;
    unproven.delete(name);
  }
  return true;
}

function isAsWanted(types: Types, snapshot: Snapshot, type: ResourceType, name: string): boolean {
  const state = types[type];
  const resource = snapshot.resources[type].get(name);
  if (name === WILDCARD)
    return allAskedFor(types, snapshot, 'cluster') && allAskedFor(types, snapshot, 'listener');
  // The client dropped it. A closed snapshot names nothing that it does not hold.
  if (!isSubscribed(state, name)) return resource === undefined || !isNamed(types, snapshot, type, name);
  if (resource === undefined) return true;
  return state.acked.get(name) === resource.version && hasAskedFor(types, resource);
}

/** Has the client asked for all that a resource names? */
function hasAskedFor(types: Types, resource: Resource): boolean {
  return ASKS_FOR[resource.type].every((of) =>
    referencesOf(resource, of).every((name) => isSubscribed(types[of], name)),
  );
}

function allAskedFor(types: Types, { resources }: Snapshot, type: ResourceType): boolean {
  return resources[type]
    .values()
    .every((each) => !isSubscribed(types[type], each.name) || hasAskedFor(types, each));
}

/** Does anything that the client has name it? Rare: it drops what it has no more use for when that is gone from the snapshot. */
function isNamed(types: Types, { resources }: Snapshot, type: ResourceType, name: string): boolean {
  return RESOURCE_TYPES.filter((by) => ASKS_FOR[by].includes(type)).some((by) =>
    resources[by]
      .values()
      .some((each) => isSubscribed(types[by], each.name) && referencesOf(each, type).includes(name)),
  );
}
