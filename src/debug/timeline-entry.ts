/** One change of the store and what became of it, as `/timeline` prints it. Times in milliseconds with fractions are durations. */
export interface TimelineEntry {
  /** Counts the changes of the store since the start. */
  readonly revision: number;
  /** RFC 3339. */
  readonly at: string;
  /** What changed; at most {@link MOST_OBJECTS} are named. */
  readonly objects: readonly ChangedObject[];
  readonly objectsOmitted: number;
  /** From the change to new snapshots; undefined: not done yet, or failed. */
  readonly translationMs: number | undefined;
  /** Parts really encoded for it, by sort. */
  readonly encoded: Readonly<Record<string, number>>;
  readonly fleets: readonly FleetEntry[];
}

export interface ChangedObject {
  readonly change: 'written' | 'deleted' | 'observed' | 'contained';
  /** `Kind namespace/name`; of what is observed of a fleet, and of parts replaced because it rejected them, `fleet namespace/name`. */
  readonly object: string;
  readonly generation: number | undefined;
}

/** What a change did to one fleet. What follows is of the newest snapshot: it includes the changes before that were not sent yet. */
export interface FleetEntry {
  readonly fleet: string;
  /** Resources that came, changed or went, by type. */
  readonly changed: Readonly<Record<string, number>>;
  readonly sent: number;
  readonly accepted: number;
  readonly rejected: number;
  /** From the change to the latest acknowledgement of an Envoy that was connected before it; undefined: none yet. */
  readonly lastAckMs: number | undefined;
  /** At most {@link MOST_PUSHES} pushes, in order. */
  readonly pushes: readonly PushEntry[];
  readonly pushesOmitted: number;
}

export interface PushEntry {
  readonly node: string;
  readonly stream: string;
  readonly type: string;
  readonly resources: number;
  readonly removed: number;
  readonly bytes: number;
  /** From the change to the push. */
  readonly afterMs: number;
  readonly answer: 'none' | 'accepted' | 'rejected';
  /** From the push to its answer. */
  readonly answerMs: number | undefined;
  /** Envoy's words; undefined unless rejected. */
  readonly message: string | undefined;
}

export const MOST_OBJECTS = 20;
export const MOST_PUSHES = 40;
