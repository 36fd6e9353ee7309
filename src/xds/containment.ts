// Containment of rejections (NACKs): what a rejected response says about its resources, and what is served in place of a rejected part.
//
// A rejection proves nothing about the other resources of its response: all that were new to the client are suspects. Each is tried alone
// (trial.ts); a part that is convicted is replaced for the whole fleet (convictions.ts). Envoy applies the good resources of a response and keeps its own for
// the bad; the same content is never offered again unasked, except by a trial, whose steps are bounded, or when another came in between, so that no
// rejection can loop.
import type { Resource } from './resource.js';
import { toldVersion, type Push, type Rejection, type TypeState } from './type-state.js';

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

/** Names of which the client was told last what it rejected, and never accepted. */
export function rejectedNames({ told, acked, rejections }: TypeState): ReadonlySet<string> {
  const all = rejections.flatMap(({ resources }) => resources);
  const last = all.filter(({ name, version }) => version === toldVersion(told.get(name)));
  return new Set(last.filter(({ name, version }) => acked.get(name) !== version).map(({ name }) => name));
}

/**
 * The snapshot has changed, and what the client rejected is in it again: it is offered like any other change, as if the client had been told last what it
 * accepted last. Its conviction ended when it was gone, or it was never tried, and the reason may be gone as well.
 */
export function offerAgain(state: TypeState, name: string, wanted: Resource | undefined): void {
  const isBack = wanted !== undefined && wanted.version === toldVersion(state.told.get(name));
  if (!isBack || state.trials.has(name) || !rejectedNames(state).has(name)) return;
  const accepted = state.bases.get(name) ?? state.acked.get(name);
  if (accepted === undefined) state.told.delete(name);
  else state.told.set(name, accepted);
}

/** A resource that is accepted in another version, removed, or no longer subscribed to, is no suspect any more. */
export function clearRejections(state: TypeState, isOver: (name: string, version: string) => boolean): void {
  if (state.rejections.length > 0) state.rejections = without(state.rejections, isOver);
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
