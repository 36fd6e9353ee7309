import type { GatewayModel } from '../../routing/index.js';
import {
  marksOf,
  nextProgress,
  progressChangesAt,
  type FleetProgress,
  type Marks,
} from '../../status/index.js';
import type { FleetSummary } from '../../xds/index.js';
import { acknowledgementsOf, type Convicted } from './acknowledgements.js';

/** How far every fleet has got, from one report to the next. */
export interface ProgressBook {
  readonly progress: ReadonlyMap<string, FleetProgress>;
  readonly marks: ReadonlyMap<string, Marks>;
  /** Milliseconds: when time alone changes something; undefined: never. */
  readonly changesAt: number | undefined;
}

export const NO_PROGRESS: ProgressBook = { progress: new Map(), marks: new Map(), changesAt: undefined };

/** What the server knows of a fleet now. */
export interface Answers {
  readonly summary: (fleet: string) => FleetSummary;
  readonly convictions: (fleet: string) => readonly Convicted[];
}

/** The next report. `summary` is of the snapshots that were made of these very models, or of later ones. @param now milliseconds */
export function nextBook(
  previous: ProgressBook,
  gateways: readonly GatewayModel[],
  { summary, convictions }: Answers,
  now: number,
): ProgressBook {
  const progress = new Map<string, FleetProgress>();
  const marks = new Map<string, Marks>();
  let changesAt = Number.POSITIVE_INFINITY;
  for (const model of gateways) {
    const id = `${model.gateway.metadata.namespace ?? ''}/${model.gateway.metadata.name}`;
    const digest = summary(id);
    const marked = marksOf(previous.marks.get(id) ?? {}, model, digest.newest);
    const acknowledgements = acknowledgementsOf(digest, marked, convictions(id));
    const made = nextProgress(previous.progress.get(id), model, acknowledgements, now);
    progress.set(id, made);
    marks.set(id, marked);
    changesAt = Math.min(changesAt, progressChangesAt(made, acknowledgements) ?? changesAt);
  }
  return { progress, marks, changesAt: Number.isFinite(changesAt) ? changesAt : undefined };
}

/** Nothing is known of the fleet any more; its snapshots will be counted from 1 again. */
export function withoutFleet(book: ProgressBook, fleet: string): ProgressBook {
  const without = <T>(map: ReadonlyMap<string, T>): ReadonlyMap<string, T> =>
    new Map([...map].filter(([id]) => id !== fleet));
  return { ...book, progress: without(book.progress), marks: without(book.marks) };
}
