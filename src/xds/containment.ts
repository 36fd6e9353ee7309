// Containment of rejections (NACKs): what a rejected response says about its resources, and what is served in place of a rejected part.
//
// A rejection proves nothing about the other resources of its response: all that were new to the client are suspects. Each is tried alone
// (trial.ts); a part that is convicted is replaced for the whole fleet (convictions.ts). Envoy applies the good resources of a response and keeps its own for
// the bad; the same content is never offered again unasked, except by a trial, whose steps are bounded, or when another came in between, so that no
// rejection can loop.
import {
  ABSENT,
  isUnaccepted,
  toldVersion,
  type Push,
  type Rejection,
  type TypeState,
} from './type-state.js';

/** The resources of a rejected response that the client had not accepted before: one of them at least is at fault. If it had accepted all, any is. */
function suspects(push: Push, { acked, trials }: TypeState): Rejection['resources'] {
  const all = [...push.resources].map(([name, version]) => ({ name, version }));
  const changed = all.filter(({ name, version }) => acked.get(name) !== version);
  const tried = push.trial === undefined ? undefined : trials.get(push.trial);
  // A variant speaks for the resource that is on trial.
  if (tried !== undefined) return [{ name: tried.resource.name, version: tried.resource.version }];
  return changed.length > 0 ? changed : all;
}

/** Keeps a rejection; an older one of the same resources gives way. The rejection of a mere removal is not kept: there is nothing to serve in place. */
export function recordRejection(state: TypeState, push: Push, message: string, now: number): Rejection {
  const resources = suspects(push, state);
  const rejection = { resources, message, at: now };
  const replaced = new Set(resources.map(({ name }) => name));
  if (resources.length > 0) {
    state.rejections = [...without(state.rejections, (name) => replaced.has(name)), rejection];
  }
  return rejection;
}

/**
 * Forgets the rejections that are over: of names that were removed or are no longer subscribed to, or of which the client has accepted the last that it
 * was told. What it refused although it had accepted it before is over once it accepts that again, in the response `accepted`.
 */
export function pruneRejections(state: TypeState, accepted?: Push): void {
  if (state.rejections.length === 0) return;
  const { told, acked, trials } = state;
  state.rejections = without(state.rejections, (name, version) => {
    if (trials.has(name) || isUnaccepted(state, name)) return false;
    const isAbsent = (toldVersion(told.get(name)) ?? ABSENT) === ABSENT;
    return isAbsent || acked.get(name) !== version || accepted?.resources.has(name) === true;
  });
}

function without(
  rejections: readonly Rejection[],
  isOver: (name: string, version: string) => boolean,
): readonly Rejection[] {
  return rejections
    .map((rejection) => ({
      ...rejection,
      resources: rejection.resources.filter(({ name, version }) => !isOver(name, version)),
    }))
    .filter((rejection) => rejection.resources.length > 0);
}
