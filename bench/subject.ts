import type { Watched } from './clocks.js';
import type { Side } from './scenarios.js';

/** A control plane and its Envoy, of which one route can be pointed to the other backend. */
export interface Subject extends Watched {
  /** Process of the control plane. */
  readonly pid: number;
  /** Starts the change and returns; what it needs was prepared by `prepare`. */
  change(side: Side): void;
  /** Called before `change`, outside of what is measured. */
  prepare(side: Side): void;
}
