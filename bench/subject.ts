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
  /**
   * When the last change was in the control plane's store, by the wall clock in milliseconds: from then on its own work counts. Undefined where
   * there is no store: the change is there when `change` returns.
   */
  arrivedAt(): Promise<number | undefined>;
  /** Changes another route of the same table, to and fro. Undefined where there is none. */
  readonly churn: (() => void) | undefined;
}
