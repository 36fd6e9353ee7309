import { sortedMap, type SortedMap } from '../collections/index.js';
import { keepEqual } from './keep.js';
import type { ClusterModel, PortModel, TableModel } from './model.js';
import { clustersOfRule } from './rule-clusters.js';

/** Every cluster that some ports and their rules refer to, and no other. */
export interface ClusterUses {
  readonly clusters: SortedMap<ClusterModel>;
  /** How many references each has; never 0. */
  readonly references: SortedMap<number>;
}

export const NO_CLUSTERS: ClusterUses = { clusters: sortedMap<never>(), references: sortedMap<never>() };

export interface ClusterCounters {
  rulesCounted: number;
}

interface Tally {
  references: number;
  cluster: ClusterModel;
}

/** The clusters after the ports have changed from `before` to `after`; only rules that came or went are counted. */
export function editClusters(
  uses: ClusterUses,
  before: readonly PortModel[],
  after: readonly PortModel[],
  counters: ClusterCounters,
): ClusterUses {
  if (before === after) return uses;
  const tallies = new Map<string, Tally>();
  const count = (used: readonly ClusterModel[], by: 1 | -1): void => {
    for (const cluster of used) {
      const tally = tallies.get(cluster.name);
      if (tally === undefined) tallies.set(cluster.name, { references: by, cluster });
      else {
        tally.references += by;
        if (by === 1) tally.cluster = cluster;
      }
    }
  };
  for (const port of before) if (!after.includes(port)) count(port.clusters, -1);
  for (const port of after) if (!before.includes(port)) count(port.clusters, 1);
  for (const [last, next] of tablePairs(before, after)) {
    for (const change of (next?.virtualHosts ?? sortedMap()).changesSince(last?.virtualHosts)) {
      const { removed, added } = difference(change.before?.rules ?? [], change.after?.rules ?? []);
      counters.rulesCounted += removed.length + added.length;
      count(removed.flatMap(clustersOfRule), -1);
      count(added.flatMap(clustersOfRule), 1);
    }
  }
  const changes = [...tallies].map(([name, tally]) => {
    const references = (uses.references.get(name) ?? 0) + tally.references;
    return { name, references, cluster: keepEqual(uses.clusters.get(name), tally.cluster) };
  });
  return {
    clusters: uses.clusters.edit(
      changes.map(({ name, references, cluster }) => [name, references === 0 ? undefined : cluster]),
    ),
    references: uses.references.edit(
      changes.map(({ name, references }) => [name, references === 0 ? undefined : references]),
    ),
  };
}

/** Tables that are not the same before and after, side by side. */
function tablePairs(
  before: readonly PortModel[],
  after: readonly PortModel[],
): readonly (readonly [TableModel | undefined, TableModel | undefined])[] {
  const [old, fresh] = [tablesOf(before), tablesOf(after)];
  const [gone, come] = [byName(old.difference(fresh)), byName(fresh.difference(old))];
  return [...new Set([...gone.keys(), ...come.keys()])].map((name) => [gone.get(name), come.get(name)]);
}

function tablesOf(ports: readonly PortModel[]): Set<TableModel> {
  return new Set(ports.flatMap(({ tables }) => tables));
}

function byName(tables: ReadonlySet<TableModel>): ReadonlyMap<string, TableModel> {
  return new Map([...tables].map((table) => [table.name, table]));
}

interface Difference<T> {
  readonly removed: readonly T[];
  readonly added: readonly T[];
}

/** Further apart than this the rest of two lists counts as different altogether. */
const FARTHEST = 256;

/**
 * What was taken out of a list and what was put in. What a route adds or takes away stands in few places, between which the lists are the same; an
 * element that only moved may be both removed and added.
 */
export function difference<T>(before: readonly T[], after: readonly T[]): Difference<T> {
  if (before.length === 0 || after.length === 0) return { removed: before, added: after };
  const removed: T[] = [];
  const added: T[] = [];
  let i = 0;
  let j = 0;
  while (i < before.length || j < after.length) {
    if (i < before.length && j < after.length && before[i] === after[j]) {
      i += 1;
      j += 1;
      continue;
    }
    const [gone, come] = nextMeeting(before, i, after, j);
    for (const element of before.slice(i, i + gone)) removed.push(element);
    for (const element of after.slice(j, j + come)) added.push(element);
    i += gone;
    j += come;
  }
  return { removed, added };
}

/** How many elements of each list come before the next that both have; all that are left when that is too far. */
function nextMeeting<T>(
  before: readonly T[],
  i: number,
  after: readonly T[],
  j: number,
): readonly [gone: number, come: number] {
  const [left, right] = [before.length - i, after.length - j];
  for (let distance = 1; distance <= Math.min(FARTHEST, left + right); distance += 1) {
    for (let gone = Math.max(0, distance - right + 1); gone <= Math.min(distance, left - 1); gone += 1) {
      if (before[i + gone] === after[j + distance - gone]) return [gone, distance - gone];
    }
  }
  return [left, right];
}
