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
  if (snapshot === undefined) return false;
  for (const type of RESOURCE_TYPES) prune(types, snapshot, type);
  return (
    types.listener.requested &&
    RESOURCE_TYPES.every((type) => isQuiet(types[type])) &&
    RESOURCE_TYPES.every((type) => isProven(types, snapshot, type))
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
  return allAskedFor(stream.types, snapshot, 'listener') ? newest : before;
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

/** More than so many names for each that the client was told of or asked for, and most are ones that it made up and dropped. */
const MOST_UNPROVEN = 1_000;

function isProven(types: Types, snapshot: Snapshot, type: ResourceType): boolean {
  const { unproven } = types[type];
  for (const name of unproven) {
    if (!isAsWanted(types, snapshot, type, name)) return false;
    unproven.delete(name);
  }
  return true;
}

/** Keeps the record short, whatever the client does. */
function prune(types: Types, snapshot: Snapshot, type: ResourceType): void {
  const { unproven, told, names } = types[type];
  if (unproven.size <= MOST_UNPROVEN + 2 * (told.size + names.size)) return;
  for (const name of unproven) if (isAsWanted(types, snapshot, type, name)) unproven.delete(name);
}

function isAsWanted(types: Types, snapshot: Snapshot, type: ResourceType, name: string): boolean {
  if (name === WILDCARD)
    return allAskedFor(types, snapshot, 'cluster') && allAskedFor(types, snapshot, 'listener');
  const state = types[type];
  const resource = snapshot.resources[type].get(name);
  if (resource === undefined) return true;
  if (!isSubscribed(state, name)) return !isNamed(types, snapshot, resource);
  return state.acked.get(name) === resource.version && hasAskedFor(types, snapshot, resource);
}

/** Has the client asked for all that a resource names, of what there is? */
function hasAskedFor(types: Types, { resources }: Snapshot, resource: Resource): boolean {
  return ASKS_FOR[resource.type].every((of) =>
    referencesOf(resource, of).every((name) => isSubscribed(types[of], name) || !resources[of].has(name)),
  );
}

function allAskedFor(types: Types, snapshot: Snapshot, type: ResourceType): boolean {
  return snapshot.resources[type]
    .values()
    .every((each) => !isSubscribed(types[type], each.name) || hasAskedFor(types, snapshot, each));
}

/** Does anything that the client has name it? Endpoints are those of the cluster of the same name. */
function isNamed(types: Types, { resources }: Snapshot, { type, name }: Resource): boolean {
  const names = (resource: Resource): boolean =>
    isSubscribed(types[resource.type], resource.name) && referencesOf(resource, type).includes(name);
  if (type === 'endpoints') {
    const cluster = resources.cluster.get(name);
    return cluster !== undefined && names(cluster);
  }
  return (['listener', 'cluster'] as const).some(
    (by) => ASKS_FOR[by].includes(type) && resources[by].values().some(names),
  );
}
