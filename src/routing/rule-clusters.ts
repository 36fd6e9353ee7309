import type { ClusterModel, RuleEntry } from './model.js';

/** Every cluster that a rule can send requests to, mirrors included; one that is named twice may be listed twice. */
export function clustersOfRule({ action }: RuleEntry): readonly ClusterModel[] {
  const clusters: ClusterModel[] = [];
  if (action.kind !== 'forward') return clusters;
  for (const { target, filters } of action.shares) {
    if (target.kind === 'cluster') clusters.push(target.cluster);
    for (const { cluster } of filters?.mirrors ?? []) clusters.push(cluster);
  }
  for (const { cluster } of action.mirrors) clusters.push(cluster);
  return clusters;
}
