import type { ClusterModel, RuleEntry } from './model.js';

/** Every cluster that a rule can send requests to, mirrors included; one that is named twice may be listed twice. */
export function clustersOfRule({ action }: RuleEntry): readonly ClusterModel[] {
  if (action.kind !== 'forward') return [];
  const targets = action.shares.flatMap(({ target }) => (target.kind === 'cluster' ? [target.cluster] : []));
  const mirrors = [...action.mirrors, ...action.shares.flatMap(({ filters }) => filters?.mirrors ?? [])];
  return [...targets, ...mirrors.map(({ cluster }) => cluster)];
}
