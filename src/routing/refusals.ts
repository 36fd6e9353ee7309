import { ACCEPTED, type Refusal, type Verdict } from './model.js';

/** @param at field path inside the object that is refused */
export function refusal(reason: string, message: string, at: string): Refusal {
  return { accepted: false, reason, message, at };
}

/**
 * One verdict for all: the first refusal gives the reason and the place, every message is said.
 */
export function verdictOf(refusals: readonly Refusal[]): Verdict {
  const [first] = refusals;
  if (first === undefined) return ACCEPTED;
  return refusals.length === 1 ? first : { ...first, message: messagesOf(refusals) };
}

export function messagesOf(refusals: readonly Refusal[]): string {
  return [...new Set(refusals.map(({ at, message }) => `${at}: ${message}`))].join('; ');
}

/** The message begins as RouteConditionPartiallyInvalid demands: what is invalid is not served. */
export function partiallyInvalid(refusals: readonly Refusal[]): Refusal | undefined {
  const [first] = refusals;
  return first && refusal(first.reason, `Dropped Rule: ${messagesOf(refusals)}`, first.at);
}
