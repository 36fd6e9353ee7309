import type { ObjectRef } from '../resources/index.js';

/** A decision as a value: accepted, or refused with the API's reason and a message that names object and field. */
export type Verdict = typeof ACCEPTED | Refusal;

export interface Refusal {
  readonly accepted: false;
  /** A reason of the API (CamelCase). */
  readonly reason: string;
  readonly message: string;
  /** Field path inside the object that is refused: `spec.rules[0].backendRefs[1]`. */
  readonly at: string;
  /** Set where a policy or an XBackend is at fault, which says so itself: what is refused for it is not wrong. */
  readonly by?: ObjectRef;
}

export const ACCEPTED = { accepted: true } as const;
