// How old a stream may get. Envoys that other replicas could serve come anew from time to time, and so spread over replicas that were added or came back; each at
// a time of its own, so that they do not come all at once. A stream that is old goes when nothing is under way on it; one whose token ends goes before that.
export interface AgeLimits {
  /** Average age at which a stream ends. Milliseconds. */
  readonly maxAgeMs: number;
  /** How long it may go on after that while something is unanswered or on trial. Milliseconds. */
  readonly ageGraceMs: number;
}

/** How long one stream may go on. */
export interface Life {
  /** It ends at this age when it is idle. Milliseconds. */
  readonly lifeMs: number;
  readonly ageGraceMs: number;
  /** By then it has ended, whatever is under way. Milliseconds since the epoch; undefined: age alone decides. */
  readonly until?: number | undefined;
}

export const DEFAULT_AGE: AgeLimits = { maxAgeMs: 30 * 60_000, ageGraceMs: 60_000 };

/** Share of the age by which a stream's own is shorter or longer. */
const JITTER = 0.2;

/** The age at which one stream ends. @param random from 0 to 1 */
export function lifeOf({ maxAgeMs }: AgeLimits, random: number): number {
  return maxAgeMs * (1 - JITTER + 2 * JITTER * random);
}

/**
 * A life that is over at `until`, and begins to look for an idle moment earlier: by the grace, or by half of what is left.
 * @param now milliseconds since the epoch
 */
export function lifeUntil({ lifeMs, ageGraceMs }: Life, until: number | undefined, now: number): Life {
  if (until === undefined) return { lifeMs, ageGraceMs };
  const leftMs = Math.max(0, until - now);
  return { lifeMs: Math.min(lifeMs, leftMs - Math.min(ageGraceMs, leftMs / 2)), ageGraceMs, until };
}

/**
 * Is it time to end a stream of that age?
 * @param now milliseconds since the epoch: a token ends by the clock, also while this process stood still
 */
export function isTooLong(
  ageMs: number,
  { lifeMs, ageGraceMs, until }: Life,
  isIdle: boolean,
  now: number,
): boolean {
  return (until !== undefined && now >= until) || ageMs >= (isIdle ? lifeMs : lifeMs + ageGraceMs);
}
