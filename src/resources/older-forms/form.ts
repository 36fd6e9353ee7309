import type { Fault, PathStep } from '../fault.js';
import type { JsonObject } from '../schema/json.js';

/** An object with what is older in it rewritten, and a warning for each such place. */
export interface Rewritten {
  readonly body: JsonObject;
  readonly faults: readonly Fault[];
}

export function olderForm(
  path: readonly PathStep[],
  message: string,
  severity: Fault['severity'] = 'warning',
): Fault {
  return { path, message, rule: 'olderForm', severity, target: 'key' };
}
