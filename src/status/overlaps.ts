import { certificateNames, coveringDomains, EVERY_HOST, type ListenerModel } from '../routing/index.js';

/** The listeners that each overlaps with; those that overlap with none are left out. */
export interface Overlaps {
  readonly hostnames: Others;
  readonly certificates: Others;
}

/** Of those that a listener overlaps with no more than {@link MOST_TOLD} of either sort. */
export interface Overlapping {
  /** Written in the same object as it. */
  readonly own: readonly ListenerModel[];
  readonly elsewhere: readonly ListenerModel[];
}

type Others = ReadonlyMap<ListenerModel, Overlapping>;

/** A message has an end: so many are named, and so many more counted. */
export const MOST_NAMED = 8;
/** Nobody looks for more: one more of very many costs each listener nothing, and its status stays as it is. */
const MOST_TOLD = 2 * MOST_NAMED + 1;

const known = new WeakMap<readonly ListenerModel[], Overlaps>();

/** Overlaps of the HTTPS listeners of one port with each other. Found by looking names up, not by comparing all with all. */
export function overlapsOf(listeners: readonly ListenerModel[]): Overlaps {
  const before = known.get(listeners);
  if (before !== undefined) return before;
  const https = listeners.filter(({ protocol }) => protocol === 'HTTPS');
  const overlaps = {
    hostnames: othersOf(https, ({ hostname = EVERY_HOST }) => [hostname], coveringDomains),
    certificates: othersOf(
      https,
      ({ certificates }) => certificates.flatMap(({ secret }) => certificateNames(secret)),
      coveringNames,
    ),
  };
  known.set(listeners, overlaps);
  return overlaps;
}

/** @param covering the names that cover a name, itself included */
function othersOf(
  listeners: readonly ListenerModel[],
  namesOf: (listener: ListenerModel) => readonly string[],
  covering: (name: string) => readonly string[],
): Others {
  const named = listeners.map((listener) => ({ listener, names: [...new Set(namesOf(listener))] }));
  const inObject = candidates(named, ({ port, set = '' }) => `${port} ${set}`, covering);
  const onPort = candidates(named, ({ port }) => String(port), covering);
  return new Map(
    named.flatMap((each) => {
      const { listener } = each;
      const own = first(inObject(each), (other) => other !== listener);
      const elsewhere = first(onPort(each), ({ set }) => set !== listener.set);
      return own.length + elsewhere.length === 0 ? [] : [[listener, { own, elsewhere }] as const];
    }),
  );
}

interface Named {
  readonly listener: ListenerModel;
  readonly names: readonly string[];
}

/** For each listener: those of its scope with a name that covers one of its own, or that one of its own covers; itself is among them. */
function candidates(
  all: readonly Named[],
  scopeOf: (listener: ListenerModel) => string,
  covering: (name: string) => readonly string[],
): (of: Named) => readonly (readonly ListenerModel[])[] {
  const holders = new Map<string, ListenerModel[]>();
  const narrower = new Map<string, ListenerModel[]>();
  const keyOf = (listener: ListenerModel, name: string): string => `${scopeOf(listener)} ${name}`;
  for (const { listener, names } of all) {
    for (const name of names) {
      add(holders, keyOf(listener, name), listener);
      for (const wide of covering(name)) if (wide !== name) add(narrower, keyOf(listener, wide), listener);
    }
  }
  return ({ listener, names }) =>
    names.flatMap((name) => [
      ...covering(name).flatMap((wide) => asOne(holders.get(keyOf(listener, wide)))),
      ...asOne(narrower.get(keyOf(listener, name))),
    ]);
}

function add(lists: Map<string, ListenerModel[]>, key: string, listener: ListenerModel): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [listener]);
  else list.push(listener);
}

/** Looks no further than it has to: one object has few listeners, so that few stand before those of others. */
function first(
  lists: readonly (readonly ListenerModel[])[],
  isMeant: (listener: ListenerModel) => boolean,
): readonly ListenerModel[] {
  const found = new Set<ListenerModel>();
  for (const listeners of lists) {
    for (const listener of listeners) {
      if (isMeant(listener)) found.add(listener);
      if (found.size === MOST_TOLD) return [...found];
    }
  }
  return [...found];
}

function asOne<T>(list: readonly T[] | undefined): readonly (readonly T[])[] {
  return list === undefined ? [] : [list];
}

/** A certificate's wildcard stands for one label (RFC 6125). */
function coveringNames(name: string): readonly string[] {
  const dot = name.indexOf('.');
  return name.startsWith('*.') || dot < 0 ? [name] : [name, `*${name.slice(dot)}`];
}
