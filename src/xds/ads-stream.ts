import type { ServerDuplexStream } from '@grpc/grpc-js';
import type { MessageTypes } from '../proto/index.js';
import type { Logger } from '../telemetry/index.js';
import type { StreamView } from './acknowledgements.js';
import type { XdsCounters } from './counters.js';
import { isCurrent, settledSnapshot } from './current.js';
import type { StreamEvent } from './event.js';
import { isTooOld, nodeOf, type Node, type Version } from './node.js';
import { pushes, type Limits } from './push.js';
import { RESOURCE_TYPES } from './references.js';
import { TYPE_URLS, type ResourceType } from './resource.js';
import { receiveOnStream } from './resume.js';
import type { Verdict } from './settle.js';
import type { Trial } from './trial.js';
import { receiveSotw } from './sotw-request.js';
import {
  momentOf,
  newStreamState,
  snapshotChanged,
  type Changes,
  type FleetView,
  type Protocol,
  type StreamState,
} from './stream-state.js';

export type DeltaDiscoveryRequest = MessageTypes['envoy.service.discovery.v3.DeltaDiscoveryRequest'];
export type DiscoveryRequest = MessageTypes['envoy.service.discovery.v3.DiscoveryRequest'];
export type Call = ServerDuplexStream<DeltaDiscoveryRequest & DiscoveryRequest, Uint8Array>;

/** What a stream needs of the server. */
export interface StreamContext {
  readonly fleet: () => FleetView;
  readonly limits: Limits;
  readonly oldest: Version;
  readonly counters: XdsCounters;
  readonly log: Logger;
  readonly now: () => number;
  /** Calls {@link AdsStream.flush} soon. */
  readonly schedule: (stream: AdsStream) => void;
  readonly onAcknowledgement: () => void;
  readonly onEvent?: ((event: StreamEvent) => void) | undefined;
  /** A trial has convicted parts of a resource of the snapshot that is served. */
  readonly onConviction: (trial: Trial) => void;
  readonly onUnknownType: (typeUrl: string) => void;
}

const TYPES = new Map<string, ResourceType>(RESOURCE_TYPES.map((type) => [TYPE_URLS[type], type]));

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

  constructor(id: string, protocol: Protocol, call: Call, context: StreamContext) {
    this.id = id;
    this.state = newStreamState(protocol, id);
    this.connectedAt = context.now();
    this.#call = call;
    this.#context = context;
    call.on('data', (request: DeltaDiscoveryRequest & DiscoveryRequest) => this.#receive(request));
    call.on('drain', () => {
      this.#full = false;
      context.schedule(this);
    });
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

  /** Writes what may be sent now, and looks again when something that is held comes free. */
  flush(): void {
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
      if (!this.#call.write(bytes)) {
        this.#full = true;
        return;
      }
      next = sending.next();
    }
    if (next.value !== undefined) this.#lookAgain(next.value - now());
    // What a client brings with it makes it current without an acknowledgement.
    if (this.current) onAcknowledgement();
  }

  /** Ends the stream with status OK; the client may connect again. */
  end(): void {
    this.stop();
    this.#call.end();
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

  #receive(request: DeltaDiscoveryRequest & DiscoveryRequest): void {
    if (this.#ended) return;
    this.#current = undefined;
    this.#introduce(request);
    const type = TYPES.get(request.typeUrl ?? '');
    if (type === undefined) {
      this.#context.counters.unknownTypes += 1;
      this.#context.onUnknownType(request.typeUrl ?? '');
      return;
    }
    const verdict =
      this.state.protocol === 'delta' ? this.#receiveDelta(type, request) : this.#receiveSotw(type, request);
    if (verdict !== undefined) this.#report(type, verdict);
    this.#context.schedule(this);
  }

  /** Envoy may state its Node on the first request only. */
  #introduce(request: DiscoveryRequest): void {
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

  #receiveDelta(type: ResourceType, request: DeltaDiscoveryRequest): Verdict | undefined {
    return receiveOnStream(
      this.state,
      type,
      {
        subscribe: request.resourceNamesSubscribe ?? [],
        unsubscribe: request.resourceNamesUnsubscribe ?? [],
        known: new Map(Object.entries(request.initialResourceVersions ?? {})),
        nonce: request.responseNonce ?? '',
        error: errorOf(request),
      },
      this.#context.fleet(),
      this.#context.now(),
    );
  }

  #receiveSotw(type: ResourceType, request: DiscoveryRequest): Verdict | undefined {
    return receiveSotw(
      this.state.types[type],
      {
        names: request.resourceNames ?? [],
        nonce: request.responseNonce ?? '',
        error: errorOf(request),
      },
      momentOf(this.#context.fleet(), type, this.#context.now()),
    );
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

function errorOf(request: {
  readonly errorDetail?: { readonly message?: string | undefined } | undefined;
}): string | undefined {
  return request.errorDetail === undefined ? undefined : (request.errorDetail.message ?? '');
}
