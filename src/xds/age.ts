// How old a stream may get. Envoys that other replicas could serve come anew from time to time, and so spread over replicas that were added or came back; each at
// a time of its own, so that they do not come all at once. A stream that is old goes when nothing is under way on it.
export interface AgeLimits {
  /** Average age at which a stream ends. Milliseconds. */
  readonly maxAgeMs: number;
  /** How long it may go on after that while something is unanswered or on trial. Milliseconds. */
  readonly ageGraceMs: number;
}

export const DEFAULT_AGE: AgeLimits = { maxAgeMs: 30 * 60_000, ageGraceMs: 60_000 };

/** Share of the age by which a stream's own is shorter or longer. */
const JITTER = 0.2;

/** The age at which one stream ends. @param random from 0 to 1 */
export function lifeOf({ maxAgeMs }: AgeLimits, random: number): number {
  return maxAgeMs * (1 - JITTER + 2 * JITTER * random);
}

/** Is it time to end a stream of that age? */
export function isTooLong(
  ageMs: number,
  lifeMs: number,
  isIdle: boolean,
  { ageGraceMs }: AgeLimits,
): boolean {
  return ageMs >= (isIdle ? lifeMs : lifeMs + ageGraceMs);
}
