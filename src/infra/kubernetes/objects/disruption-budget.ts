import type { DesiredGateway } from '../desired.js';
import { selectorOf } from '../names.js';
import type { Parameters } from '../parameters.js';
import { infraObject, type InfraObject } from './infra-object.js';

/** By default one pod at a time, so that no node is ever held up for good. */
export function disruptionBudget(
  gateway: DesiredGateway,
  { disruptionBudget: amount }: Parameters,
): readonly InfraObject[] {
  if (amount === undefined) return [];
  const spec = {
    ...amount,
    selector: { matchLabels: selectorOf(gateway.name) },
    // A pod that serves nobody yet must not keep its node from being drained.
    unhealthyPodEvictionPolicy: 'AlwaysAllow',
  };
  return [{ ...infraObject('PodDisruptionBudget', gateway), spec }];
}
