import type { GatewayModel } from '../routing/index.js';
import { nobodyConnected, type FleetAcknowledgements } from './acknowledgements.js';
import { generationsOf } from './generations.js';
import { withImplicated } from './implicated.js';
import { changesAt, next, type Programmed } from './programmed.js';

/** How often the counts in a Gateway's message change at most: Envoys come and go, and each change of a status is a write. */
const COUNTS_EVERY_MS = 5_000;

/** How far a fleet has got: what statuses tell of acknowledgements. */
export interface FleetProgress {
  readonly gateway: Programmed;
  /** By name; only those that are served. */
  readonly listeners: Readonly<Record<string, Programmed>>;
  /** The counts as they are told. */
  readonly told: Counts;
  /** Replicas of the control plane that do not answer: their Envoys are not in the counts. */
  readonly silent: number;
  readonly rejected: FleetAcknowledgements['rejected'];
  /** With those whom the conviction of a Service or Secret concerns. */
  readonly convictions: NonNullable<FleetAcknowledgements['convictions']>;
}

export interface Counts {
  readonly connected: number;
  readonly accepted: number;
  /** Milliseconds: when they were first told. */
  readonly at: number;
}

/** The next step of a fleet. @param now milliseconds */
export function nextProgress(
  previous: FleetProgress | undefined,
  model: GatewayModel,
  acknowledgements: FleetAcknowledgements,
  now: number,
): FleetProgress {
  const { listeners } = model;
  const generationOf = generationsOf(model);
  const { connected, counted, rejected, convictions = [], unknown } = acknowledgements;
  const acceptedOf = (place: string): number => {
    const known = acknowledgements.accepted[place];
    return known?.generation === generationOf(place) ? known.count : 0;
  };
  const step = (place: string, before: Programmed | undefined): Programmed =>
    next(before, { generation: generationOf(place), counted, accepted: acceptedOf(place), unknown, now });
  const own = step('', previous?.gateway);
  const served = listeners.filter((listener) => listener.served).map(({ name }) => name);
  const counts = { connected, accepted: acceptedOf(''), at: now };
  return {
    gateway: own,
    listeners: Object.fromEntries(served.map((name) => [name, step(name, previous?.listeners[name])])),
    told: isSameSort(previous?.gateway, own) ? countsTold(previous?.told, counts) : counts,
    silent: unknown?.silent ?? 0,
    rejected,
    convictions: withImplicated(convictions, model),
  };
}

/** As if nobody had ever connected. */
export function noProgress(model: GatewayModel): FleetProgress {
  return nextProgress(undefined, model, nobodyConnected(''), 0);
}

/** When time alone changes something, in milliseconds; undefined: never. */
export function progressChangesAt(
  progress: FleetProgress,
  { connected, accepted }: FleetAcknowledgements,
): number | undefined {
  const times = [progress.gateway, ...Object.values(progress.listeners)].map(changesAt);
  const { told } = progress;
  if (told.connected !== connected || told.accepted !== (accepted['']?.count ?? 0))
    times.push(told.at + COUNTS_EVERY_MS);
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

function isSameSort(a: Programmed | undefined, b: Programmed): boolean {
  return a?.generation === b.generation && (a.kind === 'waiting') === (b.kind === 'waiting');
}

/** The counts change no faster than every `COUNTS_EVERY_MS`. */
function countsTold(before: Counts | undefined, now: Counts): Counts {
  if (before === undefined) return now;
  if (before.connected === now.connected && before.accepted === now.accepted) return before;
  return now.at - before.at < COUNTS_EVERY_MS ? before : now;
}
