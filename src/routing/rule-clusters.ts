import type { ClusterModel, RuleEntry } from './model.js';

/** Every cluster that a rule can send requests to, mirrors and auth servers included; one that is named twice may be listed twice. */
export function clustersOfRule({ action, auth }: RuleEntry): readonly ClusterModel[] {
  const clusters: ClusterModel[] = auth === undefined ? [] : [auth.cluster];
  if (action.kind !== 'forward') return clusters;
  for (const { target, filters } of action.shares) {
    if (target.kind === 'cluster') clusters.push(target.cluster);
    for (const { cluster } of filters?.mirrors ?? []) clusters.push(cluster);
    if (filters?.auth !== undefined) clusters.push(filters.auth.cluster);
  }
  for (const { cluster } of action.mirrors) clusters.push(cluster);
  return clusters;
}
