// Subscriptions of delta xDS. https://www.envoyproxy.io/docs/envoy/v1.40.0/api-docs/xds_protocol "Incremental xDS", "How the client specifies what resources to return".
import { pruneRejections } from './containment.js';
import { settle, type Verdict } from './settle.js';
import {
  ask,
  forget,
  forgetUnnamed,
  isSubscribed,
  look,
  lookAtAll,
  WILDCARD,
  type Moment,
  type TypeState,
} from './type-state.js';

export interface DeltaRequest {
  readonly subscribe: readonly string[];
  readonly unsubscribe: readonly string[];
  /** Name → version of what the client brings from an earlier stream; read from the first request of a type only. */
  readonly known: ReadonlyMap<string, string>;
  readonly nonce: string;
  /** The message of a rejection. */
  readonly error: string | undefined;
}

/**
 * Takes a request in. Subscriptions count whatever the nonce is; a nonce that is not in flight settles nothing. `mayBeKnown` says which of the
 * known resources the client need not get again.
 */
export function receiveDelta(
  state: TypeState,
  request: DeltaRequest,
  moment: Moment,
  mayBeKnown: (name: string) => boolean,
): Verdict | undefined {
  const first = !state.requested;
  state.requested = true;
  const verdict = request.nonce === '' ? undefined : settle(state, request.nonce, request.error, moment);
  unsubscribe(state, request.unsubscribe, moment);
  if (first) begin(state, request, moment, mayBeKnown);
  else subscribe(state, request.subscribe, moment);
  pruneRejections(state);
  return verdict;
}

function unsubscribe(state: TypeState, names: readonly string[], moment: Moment): void {
  if (names.includes(WILDCARD)) {
    state.wildcard = false;
    forgetUnnamed(state);
  }
  for (const name of names) {
    if (name === WILDCARD) continue;
    state.names.delete(name);
    // Also covered by the wildcard: the client must be told whether the name is still in it.
    if (state.wildcard) ask(state, name, moment);
    else forget(state, name);
  }
}

function subscribe(state: TypeState, names: readonly string[], moment: Moment): void {
  if (names.includes(WILDCARD) && !state.wildcard) {
    state.wildcard = true;
    state.answerOwed = true;
    lookAtAll(state, moment);
    // A response may be under way with names that were dropped since: with the wildcard the client keeps them.
    for (const name of state.inFlight.flatMap(({ resources }) => [...resources.keys()])) {
      if (!state.told.has(name)) ask(state, name, moment);
    }
  }
  for (const name of names) {
    if (name === WILDCARD) continue;
    state.names.add(name);
    ask(state, name, moment);
  }
}

/** The first request of the type: without names it means everything; what the client has already is not sent again. */
function begin(
  state: TypeState,
  request: DeltaRequest,
  moment: Moment,
  mayBeKnown: (name: string) => boolean,
): void {
  state.wildcard = request.subscribe.length === 0 || request.subscribe.includes(WILDCARD);
  for (const name of request.subscribe) if (name !== WILDCARD) state.names.add(name);
  for (const [name, version] of request.known) {
    if (version === '' || !isSubscribed(state, name)) continue;
    state.told.set(name, version);
    state.acked.set(name, version);
    if (!mayBeKnown(name)) ask(state, name, moment);
  }
  // Envoy waits for the answer to its first request, even for one with nothing in it.
  state.answerOwed = state.wildcard && request.known.size === 0;
  if (state.wildcard) lookAtAll(state, moment);
  for (const name of state.names) {
    if (state.told.has(name)) look(state, name, moment);
    else ask(state, name, moment);
  }
}
