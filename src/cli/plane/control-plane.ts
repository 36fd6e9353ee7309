import { isDeepStrictEqual } from 'node:util';
import { snapshotOf } from '../../envoy/index.js';
import { WindlassError } from '../../errors/index.js';
import type { DesiredProxy } from '../../infra/index.js';
import type { InstalledBundle, ObjectRef } from '../../resources/index.js';
import type { Model, Translator } from '../../routing/index.js';
import {
  NO_STATUSES,
  statusesOf,
  transition,
  type FleetAcknowledgements,
  type OtherReplicas,
  type StatusBook,
  type Statuses,
} from '../../status/index.js';
import { emptyStore, type Store, type StoreChange } from '../../store/index.js';
import type { Logger, Metrics } from '../../telemetry/index.js';
import type { FleetSummary, Snapshot } from '../../xds/index.js';
import type { Convicted } from './acknowledgements.js';
import { desiredProxies } from './desired.js';
import { nextBook, NO_PROGRESS, withoutFleet } from './progress-book.js';

export interface ControlPlaneOptions {
  readonly translator: Translator;
  readonly controllerName: string;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly now: () => Date;
  readonly onSnapshot: (snapshot: Snapshot) => void;
  readonly onDesired?: (desired: readonly DesiredProxy[]) => void;
  /** The store took these in, and is translated next. */
  readonly onChange?: (changes: readonly StoreChange[]) => void;
  /** What the store came to; its snapshots and desired proxies have been handed on, statuses follow. */
  readonly onModel?: (model: Model) => void;
  /** @param ms since the change was taken in */
  readonly onTranslated?: (ms: number) => void;
  readonly onStatuses: (book: StatusBook) => void;
  /** The digest of one fleet as it is now. */
  readonly summary: (fleet: string) => FleetSummary;
  /** The parts of the fleet's snapshot that are replaced because an Envoy rejected them; default: none. */
  readonly convictions?: (fleet: string) => readonly Convicted[];
  /** What is installed of Gateway API, asked for every report; default: what is built in. */
  readonly bundle?: () => InstalledBundle;
  /** What the other replicas said of a fleet; default: there are none. `acknowledged` says when that changes. */
  readonly others?: (fleet: string) => OtherReplicas;
  /** What the Envoys of this replica said, by fleet: what the other replicas are to know. Called with every report. */
  readonly onOwn?: (own: ReadonlyMap<string, FleetAcknowledgements>) => void;
  /** `status` of an object as the API server has it, asked for at first: what was programmed stays so until the Envoys had time to come back. Default: there is none. */
  readonly resumed?: (ref: ObjectRef) => unknown;
}

/**
 * The one serialised loop: changes of objects and observations are collected and become, together, the next store, model, snapshots,
 * statuses and desired proxies. Nothing is done before `begin`, so that no Envoy ever sees a part of the first store. A change that cannot
 * be translated is logged, and what runs stays.
 */
export class ControlPlane {
  readonly #options: ControlPlaneOptions;
  #store: Store = emptyStore();
  #model: Model | undefined;
  #statuses: Statuses | undefined;
  #book: StatusBook = NO_STATUSES;
  #snapshots: ReadonlyMap<string, Snapshot> = new Map();
  #desired: readonly DesiredProxy[] | undefined;
  #queue: StoreChange[] = [];
  #progress = NO_PROGRESS;
  #timer: NodeJS.Timeout | undefined;
  #turn: NodeJS.Immediate | undefined;
  #reportTurn: NodeJS.Immediate | undefined;
  #running = false;

  constructor(options: ControlPlaneOptions) {
    this.#options = options;
  }

  get store(): Store {
    return this.#store;
  }

  /** Undefined before the first translation. */
  get model(): Model | undefined {
    return this.#model;
  }

  get book(): StatusBook {
    return this.#book;
  }

  snapshot(fleet: string): Snapshot | undefined {
    return this.#snapshots.get(fleet);
  }

  apply(change: StoreChange): void {
    this.#queue.push(change);
    this.#schedule();
  }

  /** What statuses depend on beside the store may have changed: what the Envoys say, or what is installed. */
  acknowledged(): void {
    this.#scheduleReport();
  }

  /** The fleet's Envoys are gone, and nothing is known of it any more. If its Gateway has come back, the next observation serves it anew. */
  forget(fleet: string): void {
    this.#progress = withoutFleet(this.#progress, fleet);
    this.#snapshots = new Map([...this.#snapshots].filter(([id]) => id !== fleet));
    this.apply({ unobserved: [fleet] });
  }

  /** Translates what has been collected, at once, and from now on whatever comes. */
  begin(): void {
    this.#running = true;
    this.#run();
    // What was observed at once counts for the first report.
    this.#run();
    this.#report();
  }

  stop(): void {
    this.#running = false;
    clearImmediate(this.#turn);
    clearImmediate(this.#reportTurn);
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    if (!this.#running) return;
    this.#turn ??= setImmediate(() => this.#run());
  }

  /** In a turn of its own, so that what Envoys get is written before anybody is told about it. */
  #scheduleReport(): void {
    if (!this.#running) return;
    this.#reportTurn ??= setImmediate(() => this.#report());
  }

  #run(): void {
    this.#turn = undefined;
    const start = performance.now();
    const before = this.#store;
    try {
      const changes = this.#queue.splice(0);
      this.#store = changes.reduce((store, change) => store.apply(change), before);
      if (this.#store === before && this.#model !== undefined) return;
      this.#options.onChange?.(changes);
      this.#translate();
      const ms = performance.now() - start;
      this.#options.onTranslated?.(ms);
      this.#options.metrics.observe('windlass_translation_seconds', {}, ms / 1000);
      this.#scheduleReport();
    } catch (thrown) {
      this.#failed('translation failed, what runs stays', thrown);
    }
  }

  #failed(event: string, thrown: unknown): void {
    const { code, message, stack } = WindlassError.from(thrown);
    this.#options.logger.error(event, { code, error: message, stack });
  }

  #translate(): void {
    const { translator, metrics, onSnapshot, onDesired } = this.#options;
    metrics.add('windlass_translations_total', {});
    const model = translator.translate(this.#store);
    this.#model = model;
    const next = new Map<string, Snapshot>();
    for (const { fleet, gateway } of model.gateways) {
      const id = `${gateway.metadata.namespace ?? ''}/${gateway.metadata.name}`;
      const current = this.#snapshots.get(id);
      // Without an address there is no Envoy, and an old snapshot would outlive what has been deleted since.
      if (fleet === undefined) continue;
      const snapshot = snapshotOf(fleet, current);
      next.set(id, snapshot);
      if (snapshot !== current) onSnapshot(snapshot);
    }
    this.#snapshots = next;
    const desired = desiredProxies(model);
    if (!isDeepStrictEqual(desired, this.#desired)) {
      this.#desired = desired;
      onDesired?.(desired);
    }
    this.#options.onModel?.(model);
  }

  #report(): void {
    this.#reportTurn = undefined;
    if (this.#model === undefined) return;
    try {
      this.#reportOn(this.#model);
    } catch (thrown) {
      this.#failed('statuses cannot be computed', thrown);
    }
  }

  #reportOn(model: Model): void {
    const { controllerName, now, onStatuses, metrics } = this.#options;
    const { summary, convictions = () => [], others, resumed, onOwn } = this.#options;
    const time = now();
    this.#progress = nextBook(
      this.#progress,
      model.gateways,
      { summary, convictions, others, resumed },
      time.getTime(),
    );
    onOwn?.(this.#progress.own);
    this.#lookAgainAt(this.#progress.changesAt, time.getTime());
    const { progress } = this.#progress;
    this.#statuses = statusesOf(model, progress, controllerName, this.#statuses, this.#options.bundle?.());
    const book = transition(this.#book, this.#statuses.current, time);
    this.#book = book;
    metrics.add('windlass_status_transitions_total', {}, book.transitions);
    if (book.changed.length > 0 || book.gone > 0) onStatuses(book);
  }

  /** Nothing happens when an Envoy does not come back: only time passes. */
  #lookAgainAt(at: number | undefined, now: number): void {
    clearTimeout(this.#timer);
    if (at === undefined) return;
    this.#timer = setTimeout(() => this.#scheduleReport(), Math.max(1, at - now));
    this.#timer.unref();
  }
}
