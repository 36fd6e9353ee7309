import type { ParentModel } from '../../routing/index.js';
import { refused } from '../condition.js';
import type { CurrentCondition } from '../object-status.js';

/** How the API wants the message to begin, so that a reader knows what became of the rule. */
const BEGINNING = /^(Dropped Rule|Fall Back)/;

/** RouteConditionPartiallyInvalid, of one parent: set only when True, while some rules work and others do not. */
export function routePartiallyInvalid(
  { partiallyInvalid }: ParentModel,
  generation: number | undefined,
): CurrentCondition | undefined {
  if (partiallyInvalid === undefined) return undefined;
  const { message } = partiallyInvalid;
  // Its message tells the places itself, behind the words that the API asks for.
  const said = BEGINNING.test(message) ? message : `Dropped Rule: ${message}`;
  return refused(
    'Route PartiallyInvalid',
    'True',
    { ...partiallyInvalid, message: said, at: '' },
    generation,
  );
}
