import { clearRejections, recordRejection } from './containment.js';
import { beginTrial, isOver, judged, variantOf, type Trial } from './trial.js';
import { isSubscribed, look, type Moment, type Push, type Rejection, type TypeState } from './type-state.js';

/** What a client said about a response. */
export type Verdict =
  | { readonly kind: 'accepted'; readonly push: Push; readonly convicted: Trial | undefined }
  | {
      readonly kind: 'rejected';
      readonly push: Push;
      readonly rejection: Rejection;
      /** The trial that this ended, when it convicted a part. */
      readonly convicted: Trial | undefined;
    };

/**
 * The client acknowledges the response with `nonce`, or rejects it when there is an error message. Undefined for a nonce that is not in flight:
 * stale, made up, or settled before. Responses sent before it that the client passed over count as neither.
 */
export function settle(
  state: TypeState,
  nonce: string,
  error: string | undefined,
  moment: Moment,
): Verdict | undefined {
  const index = state.inFlight.findIndex((push) => push.nonce === nonce);
  const push = state.inFlight[index];
  if (push === undefined) return undefined;
  state.inFlight.splice(0, index + 1);
  if (error === undefined) {
    accept(state, push);
    return { kind: 'accepted', push, convicted: proceed(state, push, undefined, moment) };
  }
  const rejection = recordRejection(state, push, error, moment.now);
  for (const { name } of rejection.resources) {
    const base = push.bases.get(name);
    if (base !== undefined && !state.bases.has(name)) state.bases.set(name, base);
  }
  return { kind: 'rejected', push, rejection, convicted: proceed(state, push, error, moment) };
}

function accept(state: TypeState, push: Push): void {
  if (push.full) state.acked.clear();
  for (const [name, version] of push.resources) {
    state.unproven.add(name);
    if (isSubscribed(state, name)) state.acked.set(name, version);
    if (name !== push.trial) state.bases.delete(name);
  }
  for (const name of push.removed) {
    state.unproven.add(name);
    state.acked.delete(name);
    state.bases.delete(name);
  }
  const removed = new Set(push.removed);
  clearRejections(
    state,
    (name) => !state.trials.has(name) && (push.full || push.resources.has(name) || removed.has(name)),
  );
  if (push.completes !== undefined) state.completed = Math.max(state.completed, push.completes);
}

/** The trial goes on with what the client said of a variant; a rejection of anything else begins one for each suspect that is still wanted. */
function proceed(state: TypeState, push: Push, error: string | undefined, moment: Moment): Trial | undefined {
  const trial = push.trial === undefined ? undefined : state.trials.get(push.trial);
  if (trial !== undefined) return advance(state, judged(trial, error), moment);
  if (error === undefined || push.trial !== undefined) return undefined;
  const changed = [...push.resources].filter(([name, version]) => state.acked.get(name) !== version);
  let convicted: Trial | undefined;
  for (const [name, version] of changed) {
    const wanted = moment.wanted?.get(name);
    if (wanted?.version !== version || !isSubscribed(state, name)) continue;
    const begun = beginTrial(wanted, state.bases.get(name), changed.length === 1, error);
    if (begun !== undefined) convicted = advance(state, begun, moment);
  }
  return convicted;
}

function advance(state: TypeState, trial: Trial, moment: Moment): Trial | undefined {
  const { name, version } = trial.resource;
  if (!isOver(trial)) {
    state.trials.set(name, trial);
    return undefined;
  }
  state.trials.delete(name);
  if (trial.cleared.size > 0) state.bases.set(name, variantOf(trial));
  if (trial.convicted.size === 0) {
    clearRejections(state, (each) => each === name);
    // Whatever was tried last: the client gets the whole.
    look(state, name, moment);
    return undefined;
  }
  // It is not offered again unasked: what comes next is what stands in its place, or another content.
  state.told.set(name, trial.resource);
  state.rejections = [
    ...state.rejections.filter(({ resources }) => !resources.some((each) => each.name === name)),
    { resources: [{ name, version }], message: trial.message, at: moment.now },
  ];
  return trial;
}
