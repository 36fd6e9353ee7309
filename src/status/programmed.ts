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
  /** Milliseconds. */
  readonly now: number;
}

/** The next state; the very same value while nothing changes. */
export function next(previous: Programmed | undefined, said: Said): Programmed {
  const { generation, counted, accepted, now } = said;
  const before: Programmed = previous?.generation === generation ? previous : { kind: 'waiting', generation };
  switch (before.kind) {
    case 'waiting':
    case 'deserted':
      return counted > 0 && accepted >= counted ? { kind: 'programmed', generation } : before;
    case 'programmed':
      return counted > 0 ? before : { kind: 'alone', generation, since: now };
    case 'alone':
      if (counted > 0) return { kind: 'programmed', generation };
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
