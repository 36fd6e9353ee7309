import { sortedMap, type SortedMap } from '../collections/index.js';
import { keepEqual } from './keep.js';
import type { ClusterModel, PortModel, RuleEntry, TableModel } from './model.js';

/** Every cluster that the rules of some ports refer to, and no other. */
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
  const tallies = new Map<string, Tally>();
  const count = (rules: readonly RuleEntry[], by: 1 | -1): void => {
    counters.rulesCounted += rules.length;
    for (const cluster of rules.flatMap(clustersOf)) {
      const tally = tallies.get(cluster.name);
      if (tally === undefined) tallies.set(cluster.name, { references: by, cluster });
      else {
        tally.references += by;
        if (by === 1) tally.cluster = cluster;
      }
    }
  };
  for (const [last, next] of tablePairs(before, after)) {
    for (const change of (next?.virtualHosts ?? sortedMap()).changesSince(last?.virtualHosts)) {
      const [removed, added] = differing(change.before?.rules ?? [], change.after?.rules ?? []);
      count(removed, -1);
      count(added, 1);
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

/** Tables that are not the same before and after, by name. */
function tablePairs(
  before: readonly PortModel[],
  after: readonly PortModel[],
): readonly (readonly [TableModel | undefined, TableModel | undefined])[] {
  const byName = (ports: readonly PortModel[]): ReadonlyMap<string, TableModel> =>
    new Map(ports.flatMap(({ tables }) => tables.map((table) => [table.name, table])));
  const [old, fresh] = [byName(before), byName(after)];
  const names = new Set([...old.keys(), ...fresh.keys()]);
  return [...names]
    .map((name) => [old.get(name), fresh.get(name)] as const)
    .filter(([last, next]) => last !== next);
}

/** What is left of two lists without what they have in common at both ends. */
function differing<T>(before: readonly T[], after: readonly T[]): readonly [readonly T[], readonly T[]] {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < shorter - start && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  return [before.slice(start, before.length - end), after.slice(start, after.length - end)];
}

function clustersOf({ action }: RuleEntry): readonly ClusterModel[] {
  if (action.kind !== 'forward') return [];
  return action.shares.flatMap(({ target }) => (target.kind === 'cluster' ? [target.cluster] : []));
}
