import type { UnknownReplicas } from './acknowledgements.js';

// Since when and for how long a Gateway or a listener is programmed: a state machine over what the Envoys of its fleet said.

/** For how long nobody has to be connected before what was programmed no longer is: an Envoy restarts, a control plane is replaced, in less. */
export const GRACE_MS = 10_000;

/** All states belong to one generation of the Gateway; another generation begins with `waiting`. */
export type Programmed =
  /** Some Envoy that counts has not accepted what this generation produced, or there is none. */
  | { readonly kind: 'waiting'; readonly generation: number }
  /** All that counted had accepted it. Who comes or goes, and what changes in routes, does not end it. */
  | { readonly kind: 'programmed'; readonly generation: number }
  /** As `programmed`, but nobody that counts has been connected since `since` (milliseconds). It still holds. */
  | { readonly kind: 'alone'; readonly generation: number; readonly since: number }
  /** Nobody came back in time. */
  | { readonly kind: 'deserted'; readonly generation: number };

export interface Said {
  readonly generation: number;
  /** Envoys that are connected and count. */
  readonly counted: number;
  /** Of those, the ones that have accepted what the generation produced. */
  readonly accepted: number;
  /** Replicas whose Envoys are not known, see `FleetAcknowledgements`; default: none. */
  readonly unknown?: UnknownReplicas | undefined;
  /** Milliseconds. */
  readonly now: number;
}

const NONE: UnknownReplicas = { awaited: 0, silent: 0 };

/**
 * The next state; the very same value while nothing changes. While there are Envoys that are not known nobody is said to be gone; and while they
 * are still to be told, not that all have accepted.
 */
export function next(previous: Programmed | undefined, said: Said): Programmed {
  const { generation, counted, accepted, unknown = NONE, now } = said;
  const isAnybody = counted > 0 || unknown.awaited + unknown.silent > 0;
  const before: Programmed = previous?.generation === generation ? previous : { kind: 'waiting', generation };
  switch (before.kind) {
    case 'waiting':
    case 'deserted':
      return counted > 0 && accepted >= counted && unknown.awaited === 0
        ? { kind: 'programmed', generation }
        : before;
    case 'programmed':
      return isAnybody ? before : { kind: 'alone', generation, since: now };
    case 'alone':
      if (isAnybody) return { kind: 'programmed', generation };
      return now - before.since >= GRACE_MS ? { kind: 'deserted', generation } : before;
  }
}

export function holds({ kind }: Programmed): boolean {
  return kind === 'programmed' || kind === 'alone';
}

/** When time alone changes the state, in milliseconds; undefined: never. */
export function changesAt(state: Programmed): number | undefined {
  return state.kind === 'alone' ? state.since + GRACE_MS : undefined;
}
