import type { Policy } from '../../resources/index.js';
import type { PolicyModel } from '../policy-model.js';
import type { Scenario } from './given.js';

/** What is told of the policies of a kind. */
export function policiesOf(scenario: Scenario, kind: Policy['kind']): readonly PolicyModel[] {
  const all = scenario.model().policies.flatMap((policies) => [...policies.values()]);
  return all.filter(({ policy }) => policy.kind === kind);
}
