import { isDeepStrictEqual } from 'node:util';
import type { Condition, ParentReference } from '../../resources/index.js';
import { dateConditions } from './conditions.js';
import { fieldOf, listAt, type Json } from '../json.js';

/** One entry of `status.parents` or `status.ancestors`, whichever it is. */
export interface Entry {
  readonly ref: ParentReference;
  readonly conditions: readonly Condition[];
}

export interface EntryList {
  /** The field of the reference: `parentRef` or `ancestorRef`. */
  readonly refField: string;
  /** The longest list that the API allows, with everybody's entries. */
  readonly most: number;
}

export interface MergedEntries {
  readonly entries: readonly Json[];
  /** How many of ours the others left no room for. */
  readonly left: number;
}

/**
 * The list is atomic and everybody's: entries of other controllers stay as they are, ours are renewed in their place, those that no longer hold
 * go, new ones are added at the end while there is room. Source: RouteStatus.parents, PolicyStatus.ancestors.
 */
export function mergeEntries(
  { refField, most }: EntryList,
  server: readonly Json[],
  ours: readonly Entry[],
  controllerName: string,
): MergedEntries {
  const foreign = server.filter((entry) => entry['controllerName'] !== controllerName).length;
  const made = ours.map(({ ref, conditions }) => ({ ref: withDefaults(ref), conditions }));
  const known = new Set<(typeof made)[number]>();
  const kept = server.flatMap((entry): readonly Json[] => {
    if (entry['controllerName'] !== controllerName) return [entry];
    const ref = withDefaults(fieldOf(entry, refField));
    const own = made.find((each) => !known.has(each) && isDeepStrictEqual(each.ref, ref));
    if (own === undefined) return [];
    known.add(own);
    return [written(own.ref, dateConditions(listAt(entry, 'conditions'), own.conditions))];
  });
  const added = made.filter((each) => !known.has(each));
  const room = Math.max(0, most - foreign - known.size);
  return {
    entries: [
      ...kept,
      ...added.slice(0, room).map(({ ref, conditions }) => written(ref, dateConditions([], conditions))),
    ],
    left: Math.max(0, added.length - room),
  };

  function written(ref: Json, conditions: readonly Json[]): Json {
    return { [refField]: ref, controllerName, conditions };
  }
}

/** As the server keeps it. Source: the defaults of ParentReference. */
function withDefaults(ref: unknown): Json {
  const given = typeof ref === 'object' && ref !== null ? ref : {};
  const present = Object.entries(given).filter(([, value]) => value !== undefined);
  return { group: 'gateway.networking.k8s.io', kind: 'Gateway', ...Object.fromEntries(present) };
}
