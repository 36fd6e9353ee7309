import type { Offer } from './offer.js';
import { ABSENT, isSubscribed, toldVersion, type Due, type TypeState } from './type-state.js';
import type { Resource } from './resource.js';

/** Asks roll-out: what of a resource may be sent now? And until when is a removal held? Undefined: not held. */
export interface Gate {
  readonly resource: (resource: Resource) => Offer;
  readonly removal: (due: Due) => number | undefined;
}

/** What becomes of the names that are due. */
export interface Plan {
  /** To be sent. */
  readonly changed: readonly Resource[];
  /** What each of those is of: where it is only a part, the rest stays due. */
  readonly offers: ReadonlyMap<string, Offer>;
  /** To be told as removed. */
  readonly removed: readonly string[];
  /** Nothing to say about them: no longer due. */
  readonly settled: readonly string[];
  /** They stay due, wholly or in part. */
  readonly held: readonly string[];
  /** Milliseconds: when to look again, if no acknowledgement comes before. */
  readonly lookAgainAt: number | undefined;
}

type Fate =
  | { readonly kind: 'settled' }
  | { readonly kind: 'send'; readonly resource: Resource; readonly offer: Offer }
  | { readonly kind: 'remove' }
  | { readonly kind: 'hold'; readonly until: number };

/** Decides for every due name; `answersOnly` leaves aside what the client did not ask for. Changes nothing. */
export function plan(
  state: TypeState,
  wanted: ReadonlyMap<string, Resource>,
  gate: Gate,
  answersOnly: boolean,
): Plan {
  const changed: Resource[] = [];
  const offers = new Map<string, Offer>();
  const removed: string[] = [];
  const settled: string[] = [];
  const held: string[] = [];
  let lookAgainAt: number | undefined;
  for (const [name, due] of state.due) {
    if (answersOnly && !due.asked) {
      held.push(name);
      continue;
    }
    const fate = fateOf(state, name, due, wanted.get(name), gate);
    if (fate.kind === 'settled') settled.push(name);
    else if (fate.kind === 'remove') removed.push(name);
    else {
      const until = fate.kind === 'send' ? fate.offer.until : fate.until;
      if (fate.kind === 'send') {
        changed.push(fate.resource);
        offers.set(name, fate.offer);
      }
      if (until === undefined) continue;
      held.push(name);
      lookAgainAt = Math.min(lookAgainAt ?? until, until);
    }
  }
  return { changed, offers, removed, settled, held, lookAgainAt };
}

function fateOf(state: TypeState, name: string, due: Due, resource: Resource | undefined, gate: Gate): Fate {
  const told = state.told.get(name);
  // On trial: what goes out next is for the trial to say, unless the client asks or the content is another by now.
  if (!due.asked && resource !== undefined && state.trials.get(name)?.resource.version === resource.version)
    return { kind: 'settled' };
  if (!isSubscribed(state, name)) return { kind: 'settled' };
  if (resource !== undefined) {
    if (!due.asked && toldVersion(told) === resource.version) return { kind: 'settled' };
    const offer = gate.resource(resource);
    const { resource: offered, until } = offer;
    if (until === undefined) return { kind: 'send', resource, offer };
    const known = [toldVersion(told), state.trials.get(name)?.resource.version];
    if (offered === undefined || (!due.asked && known.includes(offered.version)))
      return { kind: 'hold', until };
    return { kind: 'send', resource: offered, offer };
  }
  const unaware = told === undefined && state.names.has(name);
  if (due.asked || unaware) return { kind: 'remove' };
  if (told === undefined || told === ABSENT) return { kind: 'settled' };
  const until = gate.removal(due);
  return until === undefined ? { kind: 'remove' } : { kind: 'hold', until };
}
