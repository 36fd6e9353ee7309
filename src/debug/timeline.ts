import {
  MOST_OBJECTS,
  MOST_PUSHES,
  type ChangedObject,
  type FleetEntry,
  type PushEntry,
  type TimelineEntry,
} from './timeline-entry.js';

/** How many changes are kept. */
const MOST_ENTRIES = 500;
/** How many pushes may be unanswered before the oldest are forgotten. */
const MOST_OPEN = 10_000;

/** A push, an acknowledgement or a rejection on one stream. */
export interface StreamHappening {
  readonly kind: 'sent' | 'accepted' | 'rejected';
  readonly fleet: string;
  readonly stream: string;
  readonly node: string;
  /** Milliseconds since the epoch. */
  readonly connectedAt: number;
  readonly type: string;
  readonly nonce: string;
  readonly resources?: number;
  readonly removed?: number;
  readonly bytes?: number;
  readonly message?: string;
}

/** How long an answer took, in milliseconds. */
export interface Latency {
  readonly type: string;
  readonly sincePushMs: number;
  /** Undefined where the push was no consequence of the change alone: the Envoy connected later, or it held removals only. */
  readonly sinceChangeMs: number | undefined;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type OpenFleet = Mutable<FleetEntry> & { readonly pushes: Mutable<PushEntry>[] };
type OpenEntry = Omit<Mutable<TimelineEntry>, 'fleets'> & {
  readonly since: number;
  readonly fleets: Map<string, OpenFleet>;
};

interface OpenPush {
  readonly entry: OpenEntry;
  readonly fleet: OpenFleet;
  readonly sentAt: number;
  /** Undefined: one of those that are only counted. */
  readonly told: Mutable<PushEntry> | undefined;
  readonly isOfChange: boolean;
}

/**
 * The record of what changed, what was pushed for it, and what Envoys answered. It holds a bounded number of changes, objects and pushes,
 * whatever happens: the oldest are forgotten. Times are given by the caller, in milliseconds since the epoch.
 */
export class Timeline {
  readonly #entries: OpenEntry[] = [];
  /** The change that made the fleet's newest snapshot: every push is of that one. */
  readonly #newest = new Map<string, { readonly entry: OpenEntry; readonly fleet: OpenFleet }>();
  readonly #open = new Map<string, OpenPush>();
  #revision = 0;
  #translating = false;

  /** The store changed: what follows until the next call is its consequence. */
  begin(objects: readonly ChangedObject[], now: number): void {
    this.#revision += 1;
    this.#translating = true;
    this.#entries.push({
      revision: this.#revision,
      at: new Date(now).toISOString(),
      since: now,
      objects: objects.slice(0, MOST_OBJECTS),
      objectsOmitted: Math.max(0, objects.length - MOST_OBJECTS),
      translationMs: undefined,
      encoded: {},
      fleets: new Map(),
    });
    if (this.#entries.length > MOST_ENTRIES) this.#entries.shift();
  }

  /** The change was translated. @param encoded parts, by sort; those that were none are left out */
  translated(ms: number, encoded: Readonly<Record<string, number>>): void {
    this.#translating = false;
    const entry = this.#entries.at(-1);
    if (entry === undefined) return;
    entry.translationMs = rounded(ms);
    entry.encoded = withoutZeros(encoded);
  }

  /**
   * There is a new snapshot of the fleet: the change made it, or, outside a translation, parts are replaced that an Envoy rejected.
   * @param changed resources by type
   */
  snapshot(fleet: string, changed: Readonly<Record<string, number>>, now: number): void {
    if (!this.#translating) {
      this.begin([{ change: 'contained', object: `fleet ${fleet}`, generation: undefined }], now);
      this.#translating = false;
    }
    const entry = this.#entries.at(-1);
    if (entry === undefined) return;
    const made: OpenFleet = {
      fleet,
      changed: withoutZeros(changed),
      sent: 0,
      accepted: 0,
      rejected: 0,
      lastAckMs: undefined,
      pushes: [],
      pushesOmitted: 0,
    };
    entry.fleets.set(fleet, made);
    this.#newest.set(fleet, { entry, fleet: made });
  }

  /** Returns how long an answer took; undefined for a push, and for the answer to one that is forgotten. */
  happened(event: StreamHappening, now: number): Latency | undefined {
    const key = `${event.stream} ${event.nonce}`;
    if (event.kind !== 'sent') return this.#answered(key, event, now);
    this.#sent(key, event, now);
    return undefined;
  }

  /** The stream is gone: its unanswered pushes must not keep changes alive that are forgotten. */
  ended(stream: string): void {
    for (const key of this.#open.keys()) if (key.startsWith(`${stream} `)) this.#open.delete(key);
  }

  /** The fleet is gone. */
  forget(fleet: string): void {
    this.#newest.delete(fleet);
  }

  /** The latest changes, newest first. */
  latest(count: number): readonly TimelineEntry[] {
    const last = this.#entries.slice(Math.max(0, this.#entries.length - count));
    return last.reverse().map(({ fleets, since: _since, ...entry }) => ({
      ...entry,
      fleets: [...fleets.values()].map((fleet) => ({
        ...fleet,
        pushes: fleet.pushes.map((push) => ({ ...push })),
      })),
    }));
  }

  #sent(key: string, event: StreamHappening, now: number): void {
    const newest = this.#newest.get(event.fleet);
    if (newest === undefined) return;
    const { entry, fleet } = newest;
    const { node, stream, type, resources = 0, removed = 0, bytes = 0 } = event;
    fleet.sent += 1;
    let told: Mutable<PushEntry> | undefined;
    if (fleet.pushes.length < MOST_PUSHES) {
      const common = { node, stream, type, resources, removed, bytes, afterMs: rounded(now - entry.since) };
      told = { ...common, answer: 'none', answerMs: undefined, message: undefined };
      fleet.pushes.push(told);
    } else fleet.pushesOmitted += 1;
    const isOfChange = resources > 0 && event.connectedAt <= entry.since;
    this.#open.set(key, { entry, fleet, sentAt: now, told, isOfChange });
    const [oldest] = this.#open.keys();
    if (this.#open.size > MOST_OPEN && oldest !== undefined) this.#open.delete(oldest);
  }

  #answered(key: string, { kind, type, message }: StreamHappening, now: number): Latency | undefined {
    const push = this.#open.get(key);
    if (push === undefined || kind === 'sent') return undefined;
    this.#open.delete(key);
    const { entry, fleet, sentAt, told, isOfChange } = push;
    fleet[kind] += 1;
    const sincePushMs = rounded(now - sentAt);
    const isAck = kind === 'accepted' && isOfChange;
    const sinceChangeMs = isAck ? rounded(now - entry.since) : undefined;
    if (isAck) fleet.lastAckMs = sinceChangeMs;
    if (told !== undefined) Object.assign(told, { answer: kind, answerMs: sincePushMs, message });
    return { type, sincePushMs, sinceChangeMs };
  }
}

/** Microseconds are enough. */
function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}

function withoutZeros(counts: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}
