import { pruneRejections, recordRejection } from './containment.js';
import type { Resource } from './resource.js';
import { beginTrial, isOver, judged, type Trial } from './trial.js';
import {
  acceptedOf,
  ask,
  isSubscribed,
  look,
  tell,
  toldVersion,
  type Moment,
  type Push,
  type Rejection,
  type TypeState,
} from './type-state.js';

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
 * stale, made up, or settled before. Responses sent before it that the client passed over count as neither, and what was in them is sent again.
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
  for (const passed of state.inFlight.splice(0, index + 1).slice(0, -1))
    askAgain(state, passed, push, moment);
  const rejection = error === undefined ? undefined : recordRejection(state, push, error, moment.now);
  if (rejection === undefined) accept(state, push);
  else {
    waitOn(state, push);
    // What it refused came with removals, and it does not say whether it heeded those: it is told again.
    if (push.resources.size > 0) for (const name of push.removed) ask(state, name, moment);
    else forgetRemoved(state, push);
  }
  const convicted = proceed(state, push, error, moment);
  pruneRejections(state, rejection === undefined ? push : undefined);
  pruneBases(state);
  return rejection === undefined
    ? { kind: 'accepted', push, convicted }
    : { kind: 'rejected', push, rejection, convicted };
}

/** The client did not say what became of a response that it was sent before the one that it answers. */
function askAgain(state: TypeState, passed: Push, answered: Push, moment: Moment): void {
  const isAnswered = (name: string): boolean =>
    answered.full || answered.resources.has(name) || answered.removed.includes(name);
  for (const name of [...passed.resources.keys(), ...passed.removed]) {
    const isAccepted =
      state.acked.get(name) !== undefined && state.acked.get(name) === passed.resources.get(name);
    if (!isAccepted && !isAnswered(name)) ask(state, name, moment);
  }
}

/** There is nothing to serve in place of what was only taken away: the answer does not matter. */
function forgetRemoved({ acked, unproven }: TypeState, { removed }: Push): void {
  for (const name of removed) {
    unproven.add(name);
    acked.delete(name);
  }
}

function accept(state: TypeState, push: Push): void {
  if (push.full) state.acked.clear();
  for (const [name, version] of push.resources) {
    state.unproven.add(name);
    if (isSubscribed(state, name)) state.acked.set(name, version);
  }
  forgetRemoved(state, push);
  if (push.completes !== undefined) state.completed = Math.max(state.completed, push.completes);
}

/** What the client has accepted is the last that it was told again, or something else. */
function pruneBases({ told, acked, bases }: TypeState): void {
  for (const [name, { version }] of bases) {
    if (acked.get(name) !== version || toldVersion(told.get(name)) === version) bases.delete(name);
  }
}

/** A part was refused: its sections that had waited long enough wait no more while the rest does. */
function waitOn(state: TypeState, { offers, resources }: Push): void {
  for (const [name, { of, overdue }] of offers) {
    if (overdue.size > 0 && resources.get(name) !== of)
      state.waits.set(name, new Map([...overdue, ...(state.waits.get(name) ?? [])]));
  }
}

/** The trial goes on with what the client said of a variant; a rejection of anything else begins one for each suspect that is still wanted. */
function proceed(state: TypeState, push: Push, error: string | undefined, moment: Moment): Trial | undefined {
  const trial = push.trial === undefined ? undefined : state.trials.get(push.trial);
  if (trial !== undefined) return advance(state, judged(trial, error), moment);
  if (error === undefined) return undefined;
  const changed = [...push.resources].filter(([name, version]) => state.acked.get(name) !== version);
  let convicted: Trial | undefined;
  for (const [name, version] of changed) {
    const of = push.offers.get(name)?.of ?? version;
    const rejected = stillWanted(state, name, version, of, moment);
    if (rejected === undefined || !isSubscribed(state, name)) continue;
    const alone = changed.length === 1;
    const begun = beginTrial(rejected, acceptedOf(state, name), alone, error, of);
    if (begun !== undefined) convicted = advance(state, begun, moment);
  }
  return convicted;
}

/** What was sent in this version, unless another content is wanted by now; `of`: it was a part of that version. */
function stillWanted(
  state: TypeState,
  name: string,
  version: string,
  of: string,
  moment: Moment,
): Resource | undefined {
  const wanted = moment.wanted?.get(name);
  if (wanted?.version !== of) return undefined;
  const sent = of === version ? wanted : state.told.get(name);
  return typeof sent === 'object' && sent.version === version ? sent : undefined;
}

function advance(state: TypeState, trial: Trial, moment: Moment): Trial | undefined {
  const { name, version } = trial.resource;
  if (!isOver(trial)) {
    state.trials.set(name, trial);
    return undefined;
  }
  state.trials.delete(name);
  if (trial.convicted.size === 0) {
    // Whatever was tried last: the client gets the whole.
    look(state, name, moment);
    return undefined;
  }
  // It is not offered again unasked: what comes next is what stands in its place, or another content.
  tell(state, name, trial.resource);
  state.rejections = [
    ...state.rejections.filter(({ resources }) => !resources.some((each) => each.name === name)),
    { resources: [{ name, version }], message: trial.message, at: moment.now },
  ];
  return trial;
}
