import { clearRejections, recordRejection } from './containment.js';
import { isSubscribed, type Push, type Rejection, type TypeState } from './type-state.js';

/** What a client said about a response. */
export type Verdict =
  | { readonly kind: 'accepted'; readonly push: Push }
  | { readonly kind: 'rejected'; readonly push: Push; readonly rejection: Rejection };

/**
 * The client acknowledges the response with `nonce`, or rejects it when there is an error message. Undefined for a nonce that is not in flight:
 * stale, made up, or settled before. Responses sent before it that the client passed over count as neither.
 */
export function settle(
  state: TypeState,
  nonce: string,
  error: string | undefined,
  now: number,
): Verdict | undefined {
  const index = state.inFlight.findIndex((push) => push.nonce === nonce);
  const push = state.inFlight[index];
  if (push === undefined) return undefined;
  state.inFlight.splice(0, index + 1);
  if (error !== undefined)
    return { kind: 'rejected', push, rejection: recordRejection(state, push, error, now) };
  accept(state, push);
  return { kind: 'accepted', push };
}

function accept(state: TypeState, push: Push): void {
  if (push.full) state.acked.clear();
  for (const [name, version] of push.resources) {
    if (isSubscribed(state, name)) state.acked.set(name, version);
  }
  for (const name of push.removed) state.acked.delete(name);
  const removed = new Set(push.removed);
  clearRejections(state, (name) => push.full || push.resources.has(name) || removed.has(name));
  if (push.completes !== undefined) state.completed = Math.max(state.completed, push.completes);
}
