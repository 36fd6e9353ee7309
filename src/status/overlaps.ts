import { certificateNames, coveringDomains, EVERY_HOST, type ListenerModel } from '../routing/index.js';

/** The listeners that each overlaps with; those that overlap with none are left out. */
export interface Overlaps {
  readonly hostnames: Others;
  readonly certificates: Others;
}

type Others = ReadonlyMap<ListenerModel, ReadonlySet<ListenerModel>>;

const known = new WeakMap<readonly ListenerModel[], Overlaps>();

/** Overlaps of the HTTPS listeners of one port with each other. Found by looking names up, not by comparing all with all. */
export function overlapsOf(listeners: readonly ListenerModel[]): Overlaps {
  const before = known.get(listeners);
  if (before !== undefined) return before;
  const https = listeners.filter(({ protocol }) => protocol === 'HTTPS');
  const overlaps = {
    hostnames: pairs(https, ({ hostname = EVERY_HOST }) => [hostname], coveringDomains),
    certificates: pairs(
      https,
      ({ certificates }) => certificates.flatMap(({ secret }) => certificateNames(secret)),
      coveringNames,
    ),
  };
  known.set(listeners, overlaps);
  return overlaps;
}

/** @param covering the names that cover a name, itself included */
function pairs(
  listeners: readonly ListenerModel[],
  namesOf: (listener: ListenerModel) => readonly string[],
  covering: (name: string) => readonly string[],
): Others {
  const holders = new Map<string, Set<ListenerModel>>();
  const each = listeners.flatMap((listener) =>
    [...new Set(namesOf(listener))].map((name) => ({ listener, name })),
  );
  for (const { listener, name } of each) {
    const key = `${listener.port} ${name}`;
    holders.set(key, (holders.get(key) ?? new Set()).add(listener));
  }
  const found = new Map<ListenerModel, Set<ListenerModel>>();
  const note = (a: ListenerModel, b: ListenerModel): void => {
    found.set(a, (found.get(a) ?? new Set()).add(b));
  };
  for (const { listener, name } of each) {
    for (const wide of covering(name)) {
      for (const other of holders.get(`${listener.port} ${wide}`) ?? []) {
        if (other === listener) continue;
        note(listener, other);
        note(other, listener);
      }
    }
  }
  return found;
}

/** A certificate's wildcard stands for one label (RFC 6125). */
function coveringNames(name: string): readonly string[] {
  const dot = name.indexOf('.');
  return name.startsWith('*.') || dot < 0 ? [name] : [name, `*${name.slice(dot)}`];
}
