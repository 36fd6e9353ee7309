import { status } from '@grpc/grpc-js';
import { ADS } from '../proto/index.js';
import type { Logger } from '../telemetry/index.js';
import type { StreamView } from './acknowledgements.js';
import { isTooLong, type Life } from './age.js';
import type { Call, Status } from './call.js';
import type { XdsCounters } from './counters.js';
import { isCurrent, settledSnapshot } from './current.js';
import type { StreamEvent } from './event.js';
import { isTooOld, nodeOf, type Node, type Version } from './node.js';
import { NO_WAITS, stallOf, stallText, waitsAfter, type Awaited, type PatienceLimits } from './patience.js';
import { pushes, type Limits } from './push.js';
import { RESOURCE_TYPES } from './references.js';
import { receive, type Request } from './request.js';
import { TYPE_URLS, type ResourceType } from './resource.js';
import type { Verdict } from './settle.js';
import type { Trial } from './trial.js';
import {
  newStreamState,
  snapshotChanged,
  type Changes,
  type FleetView,
  type Protocol,
  type StreamState,
} from './stream-state.js';

/** What a stream needs of the server. */
export interface StreamContext {
  readonly fleet: () => FleetView;
  readonly limits: Limits & PatienceLimits;
  /** Undefined: the stream may get as old as it likes. */
  readonly age: Life | undefined;
  readonly oldest: Version;
  readonly counters: XdsCounters;
  readonly log: Logger;
  readonly now: () => number;
  /** Calls {@link AdsStream.turn} soon. */
  readonly schedule: (stream: AdsStream) => void;
  readonly onAcknowledgement: () => void;
  readonly onEvent?: ((event: StreamEvent) => void) | undefined;
  /** A trial has convicted parts of a resource of the snapshot that is served. */
  readonly onConviction: (trial: Trial) => void;
  readonly onUnknownType: (typeUrl: string) => void;
  /** The stream is over, whoever ended it. */
  readonly onOver: (stream: AdsStream) => void;
}

const TYPES = new Map<string, ResourceType>(RESOURCE_TYPES.map((type) => [TYPE_URLS[type], type]));

/** With so much written that the socket has not taken, nothing more is made. Bytes. */
const MOST_UNSENT = 256 * 1024;

/** Requests that may wait for their turn before no more are read. */
const MOST_WAITING = 32;

/**
 * One ADS stream: takes requests into the state, writes what may be sent. Open until the client or the server ends it; while the socket is
 * full nothing more is made, so that a slow client costs what it holds, not what it misses.
 */
export class AdsStream implements StreamView {
  readonly id: string;
  readonly connectedAt: number;
  readonly state: StreamState;
  node: Node | undefined;
  refused: string | undefined;
  readonly #call: Call;
  readonly #context: StreamContext;
  #full = false;
  #ended = false;
  /** Undefined: to be found out. Kept, because it is asked for all streams whenever one of them answers. */
  #current: boolean | undefined;
  #settled: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Answers of the client so far, by type. */
  readonly #answers: Record<ResourceType, number> = {
    cluster: 0,
    endpoints: 0,
    listener: 0,
    routes: 0,
    secret: 0,
  };
  #inbox: Buffer[] = [];
  #waits = NO_WAITS;
  #ageMs = 0;

  constructor(id: string, protocol: Protocol, call: Call, context: StreamContext) {
    this.id = id;
    this.state = newStreamState(protocol, id);
    this.connectedAt = context.now();
    this.#call = call;
    this.#context = context;
    // Taken in when the stream's turn comes: a thousand acknowledgements at once must not stop everything else.
    const onMessage = (bytes: Buffer): void => {
      this.#inbox.push(bytes);
      if (this.#inbox.length >= MOST_WAITING) call.pause();
      context.schedule(this);
    };
    const onTaken = (): void => this.#taken();
    const onOver = (): void => {
      this.stop();
      context.onOver(this);
    };
    call.listen({ onMessage, onTaken, onOver });
  }

  get current(): boolean {
    this.#current ??= this.refused === undefined && isCurrent(this.state, this.#context.fleet().snapshot);
    return this.#current;
  }

  get settled(): number | undefined {
    if (this.refused !== undefined) return undefined;
    this.#settled = settledSnapshot(this.state, this.#context.fleet(), this.#settled);
    return this.#settled;
  }

  snapshotChanged(changes: Changes, view: FleetView): void {
    this.#current = undefined;
    snapshotChanged(this.state, changes, view, this.#context.now());
    this.#context.schedule(this);
  }

  /** The stream's turn: takes in what has come, and writes what may be sent. */
  turn(): void {
    const waiting = this.#inbox;
    if (waiting.length > 0) {
      this.#inbox = [];
      const { requestDeserialize: decode } =
        this.state.protocol === 'delta' ? ADS.DeltaAggregatedResources : ADS.StreamAggregatedResources;
      for (const bytes of waiting) this.#receive(decode(bytes));
      if (waiting.length >= MOST_WAITING) this.#call.resume();
    }
    this.#flush();
  }

  /** Writes what may be sent now, and looks again when something that is held comes free. */
  #flush(): void {
    clearTimeout(this.#timer);
    if (this.#ended || this.#full || this.refused !== undefined) return;
    const { fleet, limits, now, counters, onAcknowledgement } = this.#context;
    this.#current = undefined;
    const sending = pushes(this.state, fleet(), now(), limits);
    let next = sending.next();
    while (next.done !== true) {
      const { type, nonce, bytes, resources, removed } = next.value;
      const sums = counters.types[type];
      sums.pushes += 1;
      sums.resources += resources.length;
      sums.removals += removed.length;
      sums.bytes += bytes.length;
      this.#context.onEvent?.({
        kind: 'sent',
        ...this.#whose(type, nonce),
        resources: resources.length,
        removed: removed.length,
        bytes: bytes.length,
      });
      this.#call.write(bytes);
      if (this.#call.unsent > MOST_UNSENT) {
        this.#full = true;
        return;
      }
      next = sending.next();
    }
    if (next.value !== undefined) this.#lookAgain(next.value - now());
    // What a client brings with it makes it current without an acknowledgement.
    if (this.current) onAcknowledgement();
  }

  /** Looks after the stream: ends it when the client has stalled, or when it is old. @param stepMs since the last look */
  look(stepMs: number): void {
    if (this.#ended) return;
    this.#ageMs += stepMs;
    this.#waits = waitsAfter(this.#waits, this.#progress(), stepMs);
    const { limits, age, counters, log } = this.#context;
    const stall = stallOf(this.#waits, limits);
    if (stall !== undefined) {
      const details = stallText(stall, limits);
      counters.stalled += 1;
      log.warn('envoy stalled: its stream is ended', {
        node: this.node?.id,
        stream: this.id,
        reason: details,
      });
      this.end({ code: status.DEADLINE_EXCEEDED, details });
    } else if (
      age !== undefined &&
      isTooLong(this.#ageMs, age, this.#waits.size === 0 && !this.#isTrying, Date.now())
    ) {
      counters.aged += 1;
      log.info('stream is old: its envoy connects anew', { node: this.node?.id, stream: this.id });
      this.stop();
      this.#call.end(undefined, true);
    }
  }

  /** Ends the stream, with status OK unless told otherwise; the client may connect again. */
  end(as?: Status): void {
    this.stop();
    this.#call.end(as);
  }

  #progress(): ReadonlyMap<Awaited, number> {
    const progress = new Map<Awaited, number>();
    if (this.#call.unsent > 0) progress.set('socket', this.#call.taken);
    for (const { type, inFlight } of Object.values(this.state.types))
      if (inFlight.length > 0) progress.set(type, this.#answers[type]);
    return progress;
  }

  get #isTrying(): boolean {
    return Object.values(this.state.types).some(({ trials }) => trials.size > 0);
  }

  #taken(): void {
    if (!this.#full || this.#call.unsent > MOST_UNSENT) return;
    this.#full = false;
    this.#context.schedule(this);
  }

  /** The socket is gone, or is about to be: nothing more is written. */
  stop(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
  }

  #lookAgain(delayMs: number): void {
    this.#timer = setTimeout(() => this.#context.schedule(this), Math.max(1, delayMs));
    this.#timer.unref();
  }

  #receive(request: Request): void {
    if (this.#ended) return;
    this.#current = undefined;
    this.#introduce(request);
    const type = TYPES.get(request.typeUrl ?? '');
    if (type === undefined) {
      this.#context.counters.unknownTypes += 1;
      this.#context.onUnknownType(request.typeUrl ?? '');
      return;
    }
    const verdict = receive(this.state, type, request, this.#context.fleet(), this.#context.now());
    if (verdict !== undefined) this.#report(type, verdict);
  }

  /** Envoy may state its Node on the first request only. */
  #introduce(request: Request): void {
    if (this.node !== undefined) return;
    this.node = nodeOf(request.node);
    if (this.node === undefined || !isTooOld(this.node, this.#context.oldest)) return;
    const oldest = this.#context.oldest.join('.');
    this.refused = `Envoy ${this.node.version ?? ''} is older than ${oldest}, the oldest version that is served`;
    this.#context.counters.unsupported += 1;
    this.#context.log.error('envoy is too old: it gets no configuration', {
      node: this.node.id,
      version: this.node.version,
      oldest,
    });
    this.#context.onAcknowledgement();
  }

  #whose(type: ResourceType, nonce: string) {
    return {
      stream: this.id,
      node: this.node?.id ?? '',
      connectedAt: this.connectedAt,
      type,
      nonce,
    };
  }

  #report(type: ResourceType, verdict: Verdict): void {
    const { counters, log, onAcknowledgement, onEvent } = this.#context;
    const whose = this.#whose(type, verdict.push.nonce);
    this.#answers[type] += 1;
    if (verdict.kind === 'accepted') onEvent?.({ kind: 'accepted', ...whose });
    else onEvent?.({ kind: 'rejected', ...whose, message: verdict.rejection.message });
    if (verdict.kind === 'accepted') counters.types[type].acks += 1;
    else {
      counters.types[type].nacks += 1;
      const { message, resources } = verdict.rejection;
      // A response may hold thousands: the first few say where to look, the rest is on the debug endpoint.
      const names = resources.slice(0, 10).map(({ name }) => name);
      log.warn('envoy rejected configuration', {
        node: this.node?.id,
        type,
        message,
        resources: names,
        count: resources.length,
      });
    }
    if (verdict.convicted !== undefined) this.#context.onConviction(verdict.convicted);
    onAcknowledgement();
  }
}
