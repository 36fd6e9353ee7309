// What of a listener or table may be sent now. The unit that waits is the section: a virtual host, since its routes are one ordered list, of which some
// new and some old ones answer as neither configuration does. The others go ahead; those that wait stay as the client was last told.
import { buildResource } from './build.js';
import { differenceBetween, idOf, takerAmong, widerOf, type Difference } from './difference.js';
import {
  guardedMeanwhile,
  guardedWhileKept,
  guardedWhileNew,
  servableWhileAbsent,
  type ServableNow,
} from './guards.js';
import { isSame, permittedPart, permittedResource, stillPermitted } from './permits.js';
import { referencesOf, referencesOfSection } from './references.js';
import type { Part, Resource, Section, Snapshot } from './resource.js';
import { returningHeldUntil } from './returning.js';
import { clustersHeldUntil, earliest, secretsHeldUntil, type RolloutLimits } from './rollout.js';
import type { StreamState } from './stream-state.js';
import { acceptedOf, isRefused, type Offered, type TypeState } from './type-state.js';

/** What may be sent of a resource. */
export interface Offer extends Offered {
  /** The resource, or what of it may be sent now with the rest as it was; undefined: nothing yet. */
  readonly resource: Resource | undefined;
  /** Milliseconds: when to look after these again; undefined when none waits. */
  readonly until: number | undefined;
}

/** In place of a section's id: the client has nothing of the resource that could stand in for what waits, so that it waits as a whole. */
const WHOLE = '';

/**
 * Decides, and keeps in the stream's state since when each section waits: none does for longer than the deadline, whatever it comes to name
 * meanwhile.
 */
export function offerOf(
  stream: StreamState,
  resource: Resource,
  snapshot: Snapshot,
  now: number,
  { readyDeadlineMs }: RolloutLimits,
): Offer {
  const { type, name, version } = resource;
  if (type !== 'listener' && type !== 'routes') return whole(resource);
  const returnsAt = returningHeldUntil(stream, resource, snapshot, now, readyDeadlineMs);
  if (returnsAt !== undefined) return { of: version, overdue: NONE, resource: undefined, until: returnsAt };
  const state = stream.types[type];
  const before = state.waits.get(name);
  const since = new Map<string, number>();
  const overdue = new Map<string, number>();
  const waiting = new Map<string, number>();
  const hold = (id: string, until: number | undefined): void => {
    if (until === undefined) return;
    const from = before?.get(id) ?? now;
    since.set(id, from);
    const deadline = from + readyDeadlineMs;
    if (now < deadline) waiting.set(id, Math.min(until, deadline));
    else overdue.set(id, from);
  };
  const heldUntil = (names: (of: 'cluster' | 'secret') => readonly string[]): number | undefined =>
    earliest([
      clustersHeldUntil(stream, names('cluster'), snapshot, now, readyDeadlineMs),
      type === 'listener' ? secretsHeldUntil(stream, names('secret'), now, readyDeadlineMs) : undefined,
    ]);

  const former = formerOf(state, name);
  const difference = former && differenceBetween(former, resource);
  if (difference === undefined)
    hold(
      WHOLE,
      heldUntil((of) => referencesOf(resource, of)),
    );
  else {
    for (const { section } of difference.changed)
      hold(
        idOf(section),
        heldUntil((of) => referencesOfSection(section, of)),
      );
    for (const id of companions(difference, waiting)) hold(id, Number.POSITIVE_INFINITY);
  }
  for (const { section, former: old } of difference?.changed ?? []) {
    if (type === 'listener' && old !== undefined && grantsTooMuch(old, snapshot))
      waiting.set(idOf(section), now + readyDeadlineMs);
  }
  if (since.size > 0) state.waits.set(name, since);
  else state.waits.delete(name);
  if (waiting.size === 0) return { ...whole(resource), overdue };
  const mayServe = ({ references }: Part): boolean => {
    const clusters = references.flatMap((each) => (each.type === 'cluster' ? [each.name] : []));
    return clustersHeldUntil(stream, clusters, snapshot, now, readyDeadlineMs) === undefined;
  };
  const servable = { permitted: permittedPart(snapshot), mayServe };
  const part = former && difference && partOf(resource, former, difference, waiting, snapshot, servable);
  const until = earliest([...waiting.values()]);
  return { of: version, overdue, resource: part && shared(resource, part, state), until };
}

/**
 * Envoy goes on serving the chains that it has until new ones have their secrets. What lets clients in that are to be verified by now therefore goes first: the
 * client is told to refuse them, and what verifies them follows when it has accepted that.
 */
function grantsTooMuch(section: Section, snapshot: Snapshot): boolean {
  return stillPermitted(section, snapshot) !== section;
}

const NONE: ReadonlyMap<string, number> = new Map();

function whole(resource: Resource): Offer {
  return { of: resource.version, overdue: NONE, resource, until: undefined };
}

/** What the client uses, or is about to, as far as this stream knows. */
function formerOf(state: TypeState, name: string): Resource | undefined {
  const told = isRefused(state, name) ? acceptedOf(state, name) : state.told.get(name);
  return typeof told === 'object' ? told : undefined;
}

/**
 * Requests move between sections when one comes or goes; so that none is answered as neither configuration does, what would take those of a section that
 * cannot come yet stays as it is, and a section does not go before what takes its requests is there.
 */
function companions(
  { changed, gone }: Difference,
  waiting: ReadonlyMap<string, number>,
): ReadonlySet<string> {
  const different = new Set([...changed.map(({ section }) => idOf(section)), ...gone.map(idOf)]);
  const missing = changed.filter(({ section, former }) => former === undefined && waiting.has(idOf(section)));
  const also = new Set(missing.flatMap(({ section }) => widerOf(section)).filter((id) => different.has(id)));
  for (const section of gone) {
    if (widerOf(section).some((id) => waiting.has(id) || also.has(id))) also.add(idOf(section));
  }
  for (const id of waiting.keys()) also.delete(id);
  return also;
}

/** The sections of the resource, those that wait as they were, or not at all; but nothing gets by what they guard from now on. */
function partOf(
  resource: Resource,
  former: Resource,
  { changed, gone }: Difference,
  waiting: ReadonlyMap<string, number>,
  snapshot: Snapshot,
  now: ServableNow,
): readonly Section[] {
  const held = changed.filter(({ section }) => waiting.has(idOf(section)));
  // Fields of the resource itself cannot be left out.
  if (held.some((each) => each.section.frame === undefined && each.former === undefined))
    return permittedResource(former, snapshot).sections;
  const takerBefore = takerAmong(former.sections);
  const added = held.filter((each) => each.former === undefined).map(({ section }) => section);
  const servable = servableWhileAbsent(added, takerBefore, now);
  const instead = new Map(
    held.map(({ section, former: old }) => [
      section,
      old === undefined
        ? guardedWhileNew(section, takerBefore(section), servable)
        : (guardedMeanwhile(section, old, servable) ?? stillPermitted(old, snapshot)),
    ]),
  );
  const kept = gone.filter((section) => waiting.has(idOf(section)));
  const takerNow = takerAmong(resource.sections);
  const left = (section: Section): Section | undefined =>
    guardedWhileKept(section, takerNow(section), servable) ?? stillPermitted(section, snapshot);
  return [
    ...resource.sections.flatMap((section) =>
      instead.has(section) ? (instead.get(section) ?? []) : [section],
    ),
    ...kept.flatMap((section) => left(section) ?? []),
  ];
}

const parts = new WeakMap<Resource, Map<string, Resource>>();
/** Different streams wait for different sections: of so many mixtures of one resource the bytes are shared. */
const MOST_PARTS = 8;

/** The same resource as long as a stream waits for the same, and for all streams that wait for the same. */
function shared(resource: Resource, sections: readonly Section[], state: TypeState): Resource {
  const { type, name } = resource;
  const told = state.told.get(name);
  if (typeof told === 'object' && isSame(told.sections, sections)) return told;
  const part = buildResource({ type, name, sections });
  const known = parts.get(resource) ?? new Map<string, Resource>();
  parts.set(resource, known);
  const same = known.get(part.version);
  if (same !== undefined) return same;
  if (known.size >= MOST_PARTS) known.clear();
  known.set(part.version, part);
  return part;
}
