// Subscriptions of state-of-the-world xDS: every request carries the whole list.
import { pruneRejections } from './containment.js';
import type { ResourceType } from './resource.js';
import { settle, type Verdict } from './settle.js';
import {
  ask,
  forget,
  forgetUnnamed,
  lookAtAll,
  WILDCARD,
  type Moment,
  type TypeState,
} from './type-state.js';

export interface SotwRequest {
  readonly names: readonly string[];
  readonly nonce: string;
  /** The message of a rejection. */
  readonly error: string | undefined;
}

/** Types whose every response is the full set: what is not in it is deleted. The others are partial and cannot express a deletion. */
export function isFullSet(type: ResourceType): boolean {
  return type === 'cluster' || type === 'listener';
}

/** Takes a request in. Undefined when it says nothing about a response; a request with a stale nonce is ignored altogether. */
export function receiveSotw(state: TypeState, request: SotwRequest, moment: Moment): Verdict | undefined {
  // Before the first response of this stream, a nonce can only come from an earlier stream.
  if (state.lastNonce !== undefined && request.nonce !== state.lastNonce) return undefined;
  const verdict =
    state.lastNonce === undefined ? undefined : settle(state, request.nonce, request.error, moment);
  const first = !state.requested;
  state.requested = true;
  if (request.names.length > 0) state.namedOnce = true;
  const changed = resubscribe(state, request.names, moment);
  pruneRejections(state);
  if (first || (changed && isFullSet(state.type))) state.answerOwed = isFullSet(state.type);
  return verdict;
}

function resubscribe(state: TypeState, listed: readonly string[], moment: Moment): boolean {
  const wildcard = listed.includes(WILDCARD) || !state.namedOnce;
  const names = new Set(listed.filter((name) => name !== WILDCARD));
  const added = [...names].filter((name) => !state.names.has(name));
  const dropped = [...state.names].filter((name) => !names.has(name));
  for (const name of dropped) state.names.delete(name);
  for (const name of added) state.names.add(name);
  const widened = wildcard && !state.wildcard;
  const narrowed = !wildcard && state.wildcard;
  state.wildcard = wildcard;
  if (narrowed) forgetUnnamed(state);
  if (widened) lookAtAll(state, moment);
  if (!wildcard) for (const name of dropped) forget(state, name);
  for (const name of added) ask(state, name, moment);
  return widened || narrowed || added.length > 0 || dropped.length > 0;
}
