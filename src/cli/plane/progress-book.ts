import type { GatewayModel } from '../../routing/index.js';
import type { ObjectRef } from '../../resources/index.js';
import {
  marksOf,
  nextProgress,
  ofAllReplicas,
  progressChangesAt,
  resumedProgress,
  type FleetAcknowledgements,
  type FleetProgress,
  type Marks,
  type OtherReplicas,
} from '../../status/index.js';
import type { FleetSummary } from '../../xds/index.js';
import { acknowledgementsOf, type Convicted } from './acknowledgements.js';

/** How far every fleet has got, from one report to the next. */
export interface ProgressBook {
  readonly progress: ReadonlyMap<string, FleetProgress>;
  readonly marks: ReadonlyMap<string, Marks>;
  /** What the Envoys of this replica said: what the other replicas are to know. */
  readonly own: ReadonlyMap<string, FleetAcknowledgements>;
  /** Milliseconds: when time alone changes something; undefined: never. */
  readonly changesAt: number | undefined;
}

export const NO_PROGRESS: ProgressBook = {
  progress: new Map(),
  marks: new Map(),
  own: new Map(),
  changesAt: undefined,
};

/** What the server knows of a fleet now. */
export interface Answers {
  readonly summary: (fleet: string) => FleetSummary;
  readonly convictions: (fleet: string) => readonly Convicted[];
  /** What the other replicas said; default: there are none. */
  readonly others?: ((fleet: string) => OtherReplicas) | undefined;
  /** `status` of an object as the API server has it, from before this process; default: there is none. */
  readonly resumed?: ((ref: ObjectRef) => unknown) | undefined;
}

/** The next report. `summary` is of the snapshots that were made of these very models, or of later ones. @param now milliseconds */
export function nextBook(
  previous: ProgressBook,
  gateways: readonly GatewayModel[],
  { summary, convictions, others, resumed }: Answers,
  now: number,
): ProgressBook {
  const progress = new Map<string, FleetProgress>();
  const marks = new Map<string, Marks>();
  const allOwn = new Map<string, FleetAcknowledgements>();
  let changesAt = Number.POSITIVE_INFINITY;
  for (const model of gateways) {
    const id = `${model.gateway.metadata.namespace ?? ''}/${model.gateway.metadata.name}`;
    const digest = summary(id);
    const marked = marksOf(previous.marks.get(id) ?? {}, model, digest.newest);
    const own = acknowledgementsOf(digest, marked, convictions(id));
    const { digests, unknown } = others?.(id) ?? NO_OTHERS;
    const acknowledgements = ofAllReplicas(own, digests, unknown);
    const before =
      previous === NO_PROGRESS ? resumed && resumedProgress(model, resumed, now) : previous.progress.get(id);
    const made = nextProgress(before, model, acknowledgements, now);
    allOwn.set(id, own);
    progress.set(id, made);
    marks.set(id, marked);
    changesAt = Math.min(changesAt, progressChangesAt(made, acknowledgements) ?? changesAt);
  }
  return { progress, marks, own: allOwn, changesAt: Number.isFinite(changesAt) ? changesAt : undefined };
}

const NO_OTHERS: OtherReplicas = { digests: [], unknown: { awaited: 0, silent: 0 } };

/** Nothing is known of the fleet any more; its snapshots will be counted from 1 again. */
export function withoutFleet(book: ProgressBook, fleet: string): ProgressBook {
  const without = <T>(map: ReadonlyMap<string, T>): ReadonlyMap<string, T> =>
    new Map([...map].filter(([id]) => id !== fleet));
  return { ...book, progress: without(book.progress), marks: without(book.marks), own: without(book.own) };
}
