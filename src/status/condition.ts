import type { Refusal, Verdict } from '../routing/index.js';
import type { CurrentCondition } from './object-status.js';
import { CONDITIONS, type ConditionPlace, type Reason } from './reasons.js';

/** @param generation of the object it was observed on */
export function condition<P extends ConditionPlace>(
  place: P,
  status: 'True' | 'False',
  reason: Reason<P>,
  message: string,
  generation: number | undefined,
): CurrentCondition {
  return plain(place, status, reason, message, generation);
}

/** What the model decided: its reasons are the API's own (the table of `reasons.ts` lists them, a test holds both together). */
export function fromVerdict(
  place: ConditionPlace,
  verdict: Verdict,
  message: string,
  generation: number | undefined,
): CurrentCondition {
  if (!verdict.accepted) return refused(place, 'False', verdict, generation);
  const [reason = ''] = Object.keys(CONDITIONS[place]);
  return plain(place, 'True', reason, message, generation);
}

/** A condition that a refusal of the model explains: `status` is False, or True where the type is a negative one. */
export function refused(
  place: ConditionPlace,
  status: 'True' | 'False',
  refusal: Refusal,
  generation: number | undefined,
): CurrentCondition {
  return plain(place, status, refusal.reason, sentenceOf(refusal), generation);
}

/** Where and what: every refusal names the field. */
export function sentenceOf({ at, message }: Refusal): string {
  return at === '' || message.startsWith(at) ? message : `${at}: ${message}`;
}

function plain(
  place: ConditionPlace,
  status: 'True' | 'False',
  reason: string,
  message: string,
  generation: number | undefined,
): CurrentCondition {
  const [, type = place] = place.split(' ');
  return {
    type,
    status,
    reason,
    message,
    ...(generation === undefined ? {} : { observedGeneration: generation }),
  };
}
