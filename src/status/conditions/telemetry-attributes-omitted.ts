import type { AncestorModel } from '../../routing/index.js';
import { refused } from '../condition.js';
import type { CurrentCondition } from '../object-status.js';

/** A condition of our own, of one ancestor, there only when something is left out. Source: GEP-5253, unsupported attributes. */
export function telemetryAttributesOmitted(
  { omitted }: AncestorModel,
  generation: number | undefined,
): readonly CurrentCondition[] {
  return omitted === undefined
    ? []
    : [refused('XTelemetryPolicy windlass.io/AttributesOmitted', 'True', omitted, generation)];
}
