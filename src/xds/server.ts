import { status } from '@grpc/grpc-js';
import { WindlassError } from '../errors/index.js';
import type { Logger } from '../telemetry/index.js';
import { streamAcks, summarize, type FleetAcks, type FleetSummary } from './acknowledgements.js';
import { createAdmissions, type Admitted } from './admissions.js';
import { admissionByToken, admissionTo, type Admit, type Authenticate } from './authenticate.js';
import { AdsStream, type StreamContext } from './ads-stream.js';
import { DEFAULT_AGE, lifeOf, lifeUntil, type AgeLimits } from './age.js';
import type { Call } from './call.js';
import { steadyNow } from './clock.js';
import type { Serve } from './connections.js';
import { contained, convictionsOf, lasting, type Conviction } from './convictions.js';
import { newCounters, type XdsCounters } from './counters.js';
import { countsOf, type XdsEvent } from './event.js';
import { listenOnTls, listenOnUnix, type Listening, type TlsAddress, type TlsListening } from './listen.js';
import { OLDEST_ENVOY, type Version } from './node.js';
import { DEFAULT_PACING } from './pacing.js';
import { DEFAULT_PATIENCE, type PatienceLimits } from './patience.js';
import type { Limits } from './push.js';
import { forgetRemoved, newRecent } from './recent.js';
import type { Snapshot } from './resource.js';
import { DEFAULT_ROLLOUT } from './rollout.js';
import { createReports } from './reports.js';
import { createScheduler } from './scheduler.js';
import { changesBetween, type FleetView, type Protocol } from './stream-state.js';
import { DEFAULT_TRIALS } from './trial-budget.js';
import type { Trial } from './trial.js';

type AllLimits = Limits & PatienceLimits & AgeLimits;

export interface XdsServerOptions {
  readonly log: Logger;
  /** Defaults: {@link DEFAULT_ROLLOUT}, {@link DEFAULT_PACING}, {@link DEFAULT_TRIALS}, {@link DEFAULT_PATIENCE}, {@link DEFAULT_AGE}. */
  readonly limits?: Partial<AllLimits>;
  /** Oldest Envoy that is served. Default 1.40.0. */
  readonly oldestEnvoy?: Version;
  /** Something in what {@link XdsServer.fleets} says of the fleet changed. Called at most once per turn of the event loop and fleet, less often for a large one. */
  readonly onAcknowledgement?: (fleet: string) => void;
  /** Called as things happen, many times per turn; it must be quick. */
  readonly onEvent?: (event: XdsEvent) => void;
}

/** How often streams are looked after, unless a limit is shorter. Milliseconds. */
const LOOK_MS = 1_000;

interface Fleet {
  /** As it was given; what is served of it is in the view. */
  wanted: Snapshot | undefined;
  convictions: readonly Conviction[];
  view: FleetView;
  readonly streams: Set<AdsStream>;
}

/** Pause after a report of a fleet, for each of its streams: a report asks them all, and must not follow every single answer. Milliseconds. */
const REPORT_PAUSE_MS = 0.05;

/** Before a fleet's first snapshot. */
function nothingYet(): FleetView {
  return { snapshot: undefined, generation: 0, recent: newRecent() };
}

/**
 * The ADS server. It serves each fleet's newest snapshot to the streams of that fleet, and nothing before the first. The path of a unix socket, or a
 * bearer token, decides the fleet; what the client says of itself does not. Live until {@link XdsServer.close}.
 */
export class XdsServer {
  readonly #log: Logger;
  readonly #options: XdsServerOptions;
  readonly #limits: AllLimits;
  readonly #looking: NodeJS.Timeout;
  #lookedAt = performance.now();
  readonly #counters = newCounters();
  readonly #fleets = new Map<string, Fleet>();
  readonly #unix = new Map<string, Listening>();
  readonly #tls: Listening[] = [];
  readonly #unknownTypes = new Set<string>();
  readonly #turns = createScheduler<AdsStream>((stream) => this.#turn(stream));
  readonly #reports = createReports(
    (fleet) => this.#options.onAcknowledgement?.(fleet),
    (fleet) => (this.#fleets.get(fleet)?.streams.size ?? 0) * REPORT_PAUSE_MS,
  );
  readonly #admissions: ReturnType<typeof createAdmissions>;
  #streams = 0;

  constructor(options: XdsServerOptions) {
    this.#options = options;
    this.#log = options.log;
    this.#admissions = createAdmissions(options.log, this.#counters, steadyNow);
    this.#limits = {
      ...DEFAULT_ROLLOUT,
      ...DEFAULT_PACING,
      ...DEFAULT_TRIALS,
      ...DEFAULT_PATIENCE,
      ...DEFAULT_AGE,
      ...options.limits,
    };
    const { socketStallMs, answerStallMs, maxAgeMs } = this.#limits;
    const everyMs = Math.max(1, Math.min(LOOK_MS, socketStallMs / 4, answerStallMs / 4, maxAgeMs / 4));
    this.#looking = setInterval(() => this.#look(2 * everyMs), everyMs).unref();
  }

  /** The fleet's configuration from now on. Equal resources are recognised by their version: a snapshot that changes nothing sends nothing. */
  setSnapshot(snapshot: Snapshot): void {
    const fleet = this.#fleet(snapshot.fleet);
    fleet.convictions = lasting(fleet.convictions, snapshot, fleet.wanted);
    fleet.wanted = snapshot;
    this.#serve(fleet, contained(snapshot, fleet.convictions));
  }

  /** The parts that an Envoy of the fleet has rejected alone, and that have not changed since. */
  convictions(fleet: string): readonly Conviction[] {
    return this.#fleets.get(fleet)?.convictions ?? [];
  }

  #serve(fleet: Fleet, snapshot: Snapshot): void {
    const changes = changesBetween(fleet.view.snapshot, snapshot);
    const { generation, recent } = fleet.view;
    fleet.view = { snapshot, generation: generation + 1, recent };
    forgetRemoved(recent, snapshot);
    this.#options.onEvent?.({ kind: 'snapshot', fleet: snapshot.fleet, changed: countsOf(changes) });
    for (const stream of fleet.streams) stream.snapshotChanged(changes, fleet.view);
  }

  /** From now on every Envoy of the fleet gets what stands in place of the convicted parts. */
  #convict(name: string, { resource, of: wanted, convicted, message }: Trial): void {
    const fleet = this.#fleets.get(name);
    // Superseded meanwhile: what was rejected is served no more.
    if (fleet?.wanted === undefined) return;
    if (fleet.view.snapshot?.resources[resource.type].get(resource.name)?.version !== wanted) return;
    const known = new Set(fleet.convictions.map(({ type, resource: of, hash }) => `${type} ${of} ${hash}`));
    const added = convictionsOf(fleet.wanted, resource, convicted, message, steadyNow()).filter(
      (one) => !known.has(`${one.type} ${one.resource} ${one.hash}`),
    );
    // Nothing can stand in for it, and another Envoy has said so before.
    if (added.length === 0) return;
    for (const { type, resource: of, part, owner, replaced } of added) {
      this.#log.warn('configuration convicted', {
        fleet: name,
        type,
        resource: of,
        part,
        owner,
        replaced,
        message,
      });
    }
    fleet.convictions = [...fleet.convictions, ...added];
    this.#serve(fleet, contained(fleet.wanted, fleet.convictions));
  }

  /** Forgets the fleet and ends its streams. An Envoy that comes again gets nothing, and keeps what it has. */
  removeFleet(fleet: string): void {
    const streams = [...(this.#fleets.get(fleet)?.streams ?? [])];
    this.#fleets.delete(fleet);
    for (const stream of streams) stream.end();
  }

  /** Serves `fleet` on a unix socket: see {@link listenOnUnix}. */
  async listenUnix(path: string, fleet: string): Promise<void> {
    await this.closeUnix(path);
    const serve = this.#service(() => admissionTo(fleet), false);
    this.#unix.set(path, await listenOnUnix(path, serve));
  }

  /** Ends the streams of the socket and removes it. */
  async closeUnix(path: string): Promise<void> {
    const listening = this.#unix.get(path);
    this.#unix.delete(path);
    await listening?.close();
  }

  /** Serves over TLS; the token of the `authorization` metadata decides the fleet. Its certificate may change at any time. */
  async listenTls(
    tls: TlsAddress & { readonly authenticate: Authenticate },
  ): Promise<Pick<TlsListening, 'port' | 'setCertificate'>> {
    const listening = await listenOnTls(
      tls,
      this.#service((metadata) => admissionByToken(metadata, tls.authenticate), true),
    );
    this.#tls.push(listening);
    return listening;
  }

  /** Ends all streams and stops listening. */
  async close(): Promise<void> {
    clearInterval(this.#looking);
    this.#turns.stop();
    for (const { streams } of this.#fleets.values()) for (const stream of streams) stream.end();
    await Promise.all([...this.#unix.keys()].map((path) => this.closeUnix(path)));
    await Promise.all(this.#tls.splice(0).map((listening) => listening.close()));
    this.#reports.stop();
  }

  /** What every connected Envoy has accepted and rejected, by fleet. */
  fleets(): readonly FleetAcks[] {
    return [...this.#fleets].map(([fleet, { streams, view }]) => ({
      fleet,
      streams: [...streams].map((stream) => streamAcks(stream, view.generation)),
    }));
  }

  /** The digest of a fleet: how many are connected, how many current, what was rejected. */
  summary(fleet: string): FleetSummary {
    const known = this.#fleets.get(fleet);
    return summarize(fleet, [...(known?.streams ?? [])], known?.view.generation);
  }

  counters(): Readonly<XdsCounters> {
    return this.#counters;
  }

  #fleet(name: string): Fleet {
    const known = this.#fleets.get(name);
    if (known !== undefined) return known;
    const fleet: Fleet = {
      wanted: undefined,
      convictions: [],
      view: nothingYet(),
      streams: new Set(),
    };
    this.#fleets.set(name, fleet);
    return fleet;
  }

  /** @param ages whether its streams end by age: those of a unix socket have no other replica to go to */
  #service(admit: Admit, ages: boolean): Serve {
    return (protocol, call) => void this.#accept(protocol, call, admit, ages);
  }

  async #accept(protocol: Protocol, call: Call, admit: Admit, ages: boolean): Promise<void> {
    const admitted = await this.#admissions(call, admit);
    if (admitted !== undefined) this.#open(protocol, call, admitted, ages);
  }

  #open(protocol: Protocol, call: Call, { fleet: name, who, until }: Admitted, ages: boolean): void {
    this.#streams += 1;
    this.#counters.streams += 1;
    const { streams } = this.#fleet(name);
    const stream = new AdsStream(String(this.#streams), protocol, call, {
      ...this.#context(name),
      age: ages
        ? lifeUntil({ ...this.#limits, lifeMs: lifeOf(this.#limits, Math.random()) }, until, Date.now())
        : undefined,
      onOver: (over) => {
        if (!streams.delete(over)) return;
        this.#options.onEvent?.({ kind: 'ended', fleet: name, stream: over.id });
        this.#log.info('envoy disconnected', { fleet: name, node: over.node?.id, stream: over.id });
        this.#reports.schedule(name);
        // Of a fleet that was removed nothing is left when the last that came again has gone.
        const fleet = this.#fleets.get(name);
        if (fleet?.streams.size === 0 && fleet.wanted === undefined) this.#fleets.delete(name);
      },
    });
    // The client may have gone while its token was looked at.
    if (call.isOver) return;
    streams.add(stream);
    this.#reports.schedule(name);
    this.#log.info('envoy connected', { fleet: name, protocol, who, stream: stream.id });
  }

  /** After a stop of this process at most two steps have passed for its clients. */
  #look(mostMs: number): void {
    const now = performance.now();
    const stepMs = Math.min(now - this.#lookedAt, mostMs);
    this.#lookedAt = now;
    for (const { streams } of this.#fleets.values()) for (const stream of [...streams]) stream.look(stepMs);
  }

  #context(fleet: string): Omit<StreamContext, 'age' | 'onOver'> {
    return {
      fleet: () => this.#fleets.get(fleet)?.view ?? nothingYet(),
      limits: this.#limits,
      oldest: this.#options.oldestEnvoy ?? OLDEST_ENVOY,
      counters: this.#counters,
      log: this.#log.child({ fleet }),
      now: steadyNow,
      schedule: (stream) => this.#turns.schedule(stream),
      onAcknowledgement: () => this.#reports.schedule(fleet),
      onEvent: (event) => this.#options.onEvent?.({ ...event, fleet }),
      onConviction: (trial) => this.#convict(fleet, trial),
      onUnknownType: (typeUrl) => this.#unknownType(typeUrl),
    };
  }

  /** Whatever goes wrong with one stream is that stream's end, never the process's. */
  #turn(stream: AdsStream): void {
    try {
      stream.turn();
    } catch (thrown) {
      const details = WindlassError.from(thrown).message;
      this.#log.error('xds stream failed', { stream: stream.id, reason: details });
      stream.end({ code: status.INTERNAL, details });
    }
  }

  /** Logged once each, and a bounded number of them: the client chooses the names. */
  #unknownType(typeUrl: string): void {
    if (this.#unknownTypes.has(typeUrl) || this.#unknownTypes.size >= 100) return;
    this.#unknownTypes.add(typeUrl);
    this.#log.warn('xds type is not served', { typeUrl });
  }
}
