// Variants of rejected resources (trial.ts) have a budget per stream: a client that rejects whatever it gets, or whose objects change forever, makes
// no more work than that.
export interface TrialLimits {
  /** Variants that a stream may be sent at once; as many come free again, one by one, in each minute. */
  readonly trialsPerMinute: number;
}

/** One culprit among many costs about 16 variants. */
export const DEFAULT_TRIALS: TrialLimits = { trialsPerMinute: 120 };

const MINUTE_MS = 60_000;

/** Variants that a stream was sent and that have not come free again, as of a time in milliseconds. */
export interface TrialBudget {
  spent: number;
  at: number;
}

export function newTrialBudget(): TrialBudget {
  return { spent: 0, at: 0 };
}

/**
 * Milliseconds until when no variant may be sent; undefined when one may go now. What is on trial waits meanwhile, and convicts nobody; everything else
 * goes on.
 */
export function trialHeldUntil(budget: TrialBudget, now: number, limits: TrialLimits): number | undefined {
  const over = spentBy(budget, now, limits) + 1 - limits.trialsPerMinute;
  return over <= 0 ? undefined : now + Math.ceil((over * MINUTE_MS) / limits.trialsPerMinute);
}

export function spendTrial(budget: TrialBudget, now: number, limits: TrialLimits): void {
  budget.spent = spentBy(budget, now, limits) + 1;
  budget.at = now;
}

/** A clock that was set back gives nothing. */
function spentBy({ spent, at }: TrialBudget, now: number, { trialsPerMinute }: TrialLimits): number {
  return Math.max(0, spent - (Math.max(0, now - at) * trialsPerMinute) / MINUTE_MS);
}
