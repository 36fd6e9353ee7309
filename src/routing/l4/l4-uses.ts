import { sortedMap, type Change, type Edit, type SortedMap } from '../../collections/index.js';
import { keepEqual } from '../keep.js';
import type { PortModel } from '../model.js';
import { editTally, NOTHING_COUNTED, type Tally } from '../tally.js';
import type { ChainModel, L4ClusterModel, L4Target, StreamModel } from './l4-model.js';

/** Every rule that some chains lead to, and no other. */
export interface L4Uses {
  /** By name of the cluster. */
  readonly targets: SortedMap<L4Target>;
  readonly clusters: SortedMap<L4ClusterModel>;
  /** How many chains lead to each. */
  readonly chains: Tally;
}

export const NO_TARGETS: L4Uses = {
  targets: sortedMap<never>(),
  clusters: sortedMap<never>(),
  chains: NOTHING_COUNTED,
};

/** The rules after the ports have changed from `before` to `after`; only chains that came, went or changed are looked at. */
export function editL4Uses(uses: L4Uses, before: readonly PortModel[], after: readonly PortModel[]): L4Uses {
  if (before === after) return uses;
  const changes = chainChanges(before, after);
  if (changes.length === 0) return uses;
  const namesOf = ({ target }: ChainModel): readonly string[] =>
    target === undefined ? [] : [target.cluster.name];
  const chains = editTally(uses.chains, changes, namesOf);
  const gone = changes.flatMap((change) => (change.before === undefined ? [] : namesOf(change.before)));
  const there = changes.flatMap((change) => change.after?.target ?? []);
  const edits: readonly Edit<L4Target>[] = [
    ...gone.filter((name) => !chains.has(name)).map((name) => [name, undefined] as const),
    ...there.map((target) => {
      const { name } = target.cluster;
      return [name, keepEqual(uses.targets.get(name), target)] as const;
    }),
  ];
  return {
    targets: uses.targets.edit(edits),
    clusters: uses.clusters.edit(
      edits.map(([name, target]) => [name, target && keepEqual(uses.clusters.get(name), target.cluster)]),
    ),
    chains,
  };
}

function chainChanges(
  before: readonly PortModel[],
  after: readonly PortModel[],
): readonly Change<ChainModel>[] {
  const byListener = (ports: readonly PortModel[]): ReadonlyMap<string, StreamModel> =>
    new Map(ports.flatMap(({ streams }) => streams.map((stream) => [stream.listener, stream])));
  const [old, fresh] = [byListener(before), byListener(after)];
  return [...new Set([...old.keys(), ...fresh.keys()])].flatMap((listener) => {
    const [last, next] = [old.get(listener)?.chains, fresh.get(listener)?.chains];
    return last === next ? [] : (next ?? sortedMap<ChainModel>()).changesSince(last);
  });
}
