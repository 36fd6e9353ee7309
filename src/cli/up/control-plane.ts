import { isDeepStrictEqual } from 'node:util';
import { snapshotOf } from '../../envoy/index.js';
import { WindlassError } from '../../errors/index.js';
import type { DesiredProxy } from '../../infra/index.js';
import type { Model, Translator } from '../../routing/index.js';
import {
  NO_STATUSES,
  statusesOf,
  transition,
  type FleetAcknowledgements,
  type StatusBook,
} from '../../status/index.js';
import { emptyStore, type Store, type StoreChange } from '../../store/index.js';
import type { Logger, Metrics } from '../../telemetry/index.js';
import type { Snapshot } from '../../xds/index.js';
import { desiredProxies } from './desired.js';

export interface ControlPlaneOptions {
  readonly translator: Translator;
  readonly controllerName: string;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly now: () => Date;
  readonly onSnapshot: (snapshot: Snapshot) => void;
  readonly onDesired: (desired: readonly DesiredProxy[]) => void;
  readonly onStatuses: (book: StatusBook) => void;
  /** The digest of one fleet as it is now. */
  readonly acknowledgements: (fleet: string) => FleetAcknowledgements;
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
  #book: StatusBook = NO_STATUSES;
  #snapshots: ReadonlyMap<string, Snapshot> = new Map();
  #desired: readonly DesiredProxy[] | undefined;
  #queue: StoreChange[] = [];
  readonly #acknowledgements = new Map<string, FleetAcknowledgements>();
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

  /** What a fleet's Envoys say may have changed. */
  acknowledged(fleet: string): void {
    this.#acknowledgements.set(fleet, this.#options.acknowledgements(fleet));
    this.#scheduleReport();
  }

  /** The fleet's Envoys are gone, and nothing is known of it any more. If its Gateway has come back, the next observation serves it anew. */
  forget(fleet: string): void {
    this.#acknowledgements.delete(fleet);
    this.#snapshots = new Map([...this.#snapshots].filter(([id]) => id !== fleet));
    this.apply({ unobserved: [fleet] });
  }

  /** Translates what has been collected, at once, and from now on whatever comes. */
  begin(): void {
    this.#running = true;
    this.#run();
    this.#report();
  }

  stop(): void {
    this.#running = false;
    clearImmediate(this.#turn);
    clearImmediate(this.#reportTurn);
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
      this.#store = this.#queue.splice(0).reduce((store, change) => store.apply(change), before);
      if (this.#store === before && this.#model !== undefined) return;
      this.#translate();
      this.#options.metrics.observe('windlass_translation_seconds', (performance.now() - start) / 1000);
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
      const snapshot = snapshotOf(fleet);
      next.set(id, snapshot);
      if (snapshot !== current) onSnapshot(snapshot);
    }
    this.#snapshots = next;
    const desired = desiredProxies(model);
    if (!isDeepStrictEqual(desired, this.#desired)) {
      this.#desired = desired;
      onDesired(desired);
    }
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
    const { controllerName, now, onStatuses, acknowledgements, metrics } = this.#options;
    // A new snapshot is acknowledged by nobody yet, and no event tells that.
    for (const id of this.#snapshots.keys()) this.#acknowledgements.set(id, acknowledgements(id));
    const book = transition(this.#book, statusesOf(model, this.#acknowledgements, controllerName), now());
    const gone = book.entries.size < this.#book.entries.size;
    this.#book = book;
    metrics.add('windlass_status_transitions_total', {}, book.transitions);
    if (book.changed.length > 0 || gone) onStatuses(book);
  }
}
