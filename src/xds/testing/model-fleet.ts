import { contained, convictionsOf, lasting, type Conviction } from '../convictions.js';
import { isCurrent } from '../current.js';
import { pushes, type Limits, type Outgoing } from '../push.js';
import { forgetRemoved, newRecent } from '../recent.js';
import type { ResourceType, Snapshot } from '../resource.js';
import { receiveOnStream } from '../resume.js';
import { receiveSotw } from '../sotw-request.js';
import {
  changesBetween,
  momentOf,
  newStreamState,
  snapshotChanged,
  type FleetView,
  type Protocol,
  type StreamState,
} from '../stream-state.js';
import { partsOf, type Trial } from '../trial.js';

export const LIMITS: Limits = {
  readyDeadlineMs: 100,
  removalGraceMs: 10,
  removalDeadlineMs: 200,
  clusterBoundMs: 20,
  trialsPerMinute: 1_000_000,
};

/** What a client says, in either protocol. */
export interface Request {
  readonly type: ResourceType;
  readonly subscribe: readonly string[];
  readonly unsubscribe: readonly string[];
  /** State of the world: the whole list. */
  readonly listed: readonly string[];
  readonly known: ReadonlyMap<string, string>;
  readonly nonce: string;
  readonly error: string | undefined;
}

/** The server's half without sockets and with a clock that stands until it is moved: what `XdsServer` and its streams do with one fleet. */
export class ModelFleet {
  now = 0;
  /** Responses to all streams. */
  sent = 0;
  convictions: readonly Conviction[] = [];
  view: FleetView = { snapshot: undefined, generation: 0, recent: newRecent() };
  /** What every part that was ever convicted says. */
  readonly convictedTexts: string[] = [];
  #wanted: Snapshot | undefined;
  #opened = 0;
  readonly #streams = new Set<ModelStream>();

  setSnapshot(snapshot: Snapshot): void {
    this.convictions = lasting(this.convictions, snapshot, this.#wanted);
    this.#wanted = snapshot;
    this.#serve(contained(snapshot, this.convictions));
  }

  open(protocol: Protocol): ModelStream {
    this.#opened += 1;
    const stream = new ModelStream(protocol, String(this.#opened), this);
    this.#streams.add(stream);
    return stream;
  }

  close(stream: ModelStream): void {
    this.#streams.delete(stream);
  }

  convict({ resource, of: wanted, convicted, message }: Trial): void {
    if (this.#wanted === undefined) return;
    if (this.view.snapshot?.resources[resource.type].get(resource.name)?.version !== wanted) return;
    const known = new Set(this.convictions.map(({ type, resource: of, hash }) => `${type} ${of} ${hash}`));
    const added = convictionsOf(this.#wanted, resource, convicted, message, this.now).filter(
      ({ type, resource: of, hash }) => !known.has(`${type} ${of} ${hash}`),
    );
    this.convictions = [...this.convictions, ...added];
    const hashes = new Set(added.map(({ hash }) => hash));
    const parts = partsOf(resource).filter(({ hash }) => hashes.has(hash));
    this.convictedTexts.push(...parts.map(({ bytes }) => Buffer.from(bytes).toString()));
    this.#serve(contained(this.#wanted, this.convictions));
  }

  #serve(snapshot: Snapshot): void {
    const changes = changesBetween(this.view.snapshot, snapshot);
    this.view = { ...this.view, snapshot, generation: this.view.generation + 1 };
    forgetRemoved(this.view.recent, snapshot);
    for (const stream of this.#streams) snapshotChanged(stream.state, changes, this.view, this.now);
  }
}

/** The server's end of one stream. */
export class ModelStream {
  readonly state: StreamState;
  readonly #fleet: ModelFleet;

  constructor(protocol: Protocol, id: string, fleet: ModelFleet) {
    this.state = newStreamState(protocol, id);
    this.#fleet = fleet;
  }

  get current(): boolean {
    return isCurrent(this.state, this.#fleet.view.snapshot);
  }

  receive(request: Request): void {
    const { type, listed } = request;
    const state = this.state.types[type];
    const moment = momentOf(this.#fleet.view, type, this.#fleet.now);
    const verdict =
      this.state.protocol === 'delta'
        ? receiveOnStream(this.state, type, request, this.#fleet.view, this.#fleet.now)
        : receiveSotw(state, { ...request, names: listed }, moment);
    if (verdict?.convicted !== undefined) this.#fleet.convict(verdict.convicted);
  }

  /** What may be written now; `most` as if the socket were full after so many. */
  write(most: number): readonly Outgoing[] {
    const written: Outgoing[] = [];
    for (const outgoing of pushes(this.state, this.#fleet.view, this.#fleet.now, LIMITS)) {
      written.push(outgoing);
      if (written.length >= most) break;
    }
    this.#fleet.sent += written.length;
    return written;
  }
}
