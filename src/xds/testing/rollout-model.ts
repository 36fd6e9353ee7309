import { pushes, type Limits, type Outgoing } from '../push.js';
import { newRecent } from '../recent.js';
import type { ResourceType, Snapshot } from '../resource.js';
import { receiveOnStream } from '../resume.js';
import { isFullSet, receiveSotw } from '../sotw-request.js';
import {
  changesBetween,
  momentOf,
  newStreamState,
  snapshotChanged,
  type FleetView,
  type Protocol,
  type StreamState,
} from '../stream-state.js';

export const LIMITS: Limits = {
  readyDeadlineMs: 100,
  removalGraceMs: 10,
  removalDeadlineMs: 200,
  clusterBoundMs: 20,
};

interface Subscription {
  first: boolean;
  wildcard: boolean;
  readonly names: Set<string>;
  /** Name → version that the client uses. */
  readonly held: Map<string, string>;
  nonce: string;
}

type Request = (stream: StreamState) => void;

/** A server's stream and a client, as the protocol describes it, with a wire between them that delivers late and in order. */
export class Model {
  now = 0;
  sent = 0;
  view: FleetView = { snapshot: undefined, generation: 0, recent: newRecent() };
  readonly protocol: Protocol;
  stream: StreamState;
  /** Called for each response that the server writes. */
  onPush: (outgoing: Outgoing) => void = () => undefined;
  /** Clusters that the client serves: it has them and has had their endpoints. */
  readonly ready = new Set<string>();
  #toServer: Request[] = [];
  #toClient: Outgoing[] = [];
  readonly #types: Readonly<Record<ResourceType, Subscription>>;

  constructor(protocol: Protocol) {
    this.protocol = protocol;
    this.stream = newStreamState(protocol);
    const none = (): Subscription => ({
      first: true,
      wildcard: false,
      names: new Set(),
      held: new Map(),
      nonce: '',
    });
    this.#types = { cluster: none(), endpoints: none(), listener: none(), routes: none(), secret: none() };
  }

  setSnapshot(snapshot: Snapshot): void {
    const changes = changesBetween(this.view.snapshot, snapshot);
    this.view = { ...this.view, snapshot, generation: this.view.generation + 1 };
    snapshotChanged(this.stream, changes, this.view, this.now);
  }

  held(type: ResourceType): ReadonlyMap<string, string> {
    return this.#types[type].held;
  }

  isSubscribed(type: ResourceType, name: string): boolean {
    const { wildcard, names } = this.#types[type];
    return wildcard || names.has(name);
  }

  subscribe(type: ResourceType, name: string): void {
    const client = this.#types[type];
    if (name === '*') client.wildcard = true;
    else client.names.add(name);
    this.#subscriptionChanged(type, [name], []);
  }

  unsubscribe(type: ResourceType, name: string): void {
    const client = this.#types[type];
    if (client.first) return;
    if (name === '*') client.wildcard = false;
    else client.names.delete(name);
    for (const each of [...client.held.keys()]) if (!this.isSubscribed(type, each)) client.held.delete(each);
    this.#subscriptionChanged(type, [], [name]);
  }

  /** A request with a nonce that was never sent, and nothing else in it. */
  sendStaleNonce(type: ResourceType): void {
    if (!this.#types[type].first) this.#request(type, [], [], 'stale', undefined, []);
  }

  /** The server reads one request. */
  serve(): boolean {
    const request = this.#toServer.shift();
    request?.(this.stream);
    return request !== undefined;
  }

  /** The server writes what may be sent; `most` as if the socket were full after so many. */
  push(most: number): number {
    let count = 0;
    for (const outgoing of pushes(this.stream, this.view, this.now, LIMITS)) {
      this.onPush(outgoing);
      this.#toClient.push(outgoing);
      count += 1;
      if (count >= most) break;
    }
    this.sent += count;
    return count;
  }

  /** The client reads one response: accepts it, or applies every second resource and rejects it. */
  read(accept: boolean): boolean {
    const response = this.#toClient.shift();
    if (response === undefined) return false;
    const client = this.#types[response.type];
    const names = response.resources.map(({ name }) => name);
    if (new Set([...names, ...response.removed]).size !== names.length + response.removed.length) {
      throw new Error(`a name comes twice: ${names.join()}, removed ${response.removed.join()}`);
    }
    response.resources.forEach(({ name, version }, i) => {
      if (this.isSubscribed(response.type, name) && (accept || i % 2 === 0)) client.held.set(name, version);
    });
    const removesByAbsence = this.protocol === 'sotw' && isFullSet(response.type);
    const gone = removesByAbsence
      ? [...client.held.keys()].filter((name) => !names.includes(name))
      : response.removed;
    if (accept) for (const name of gone) client.held.delete(name);
    for (const name of response.type === 'endpoints' ? client.held.keys() : [])
      if (this.held('cluster').has(name)) this.ready.add(name);
    for (const name of this.ready) if (!this.held('cluster').has(name)) this.ready.delete(name);
    client.nonce = response.nonce;
    this.#request(response.type, [], [], response.nonce, accept ? undefined : 'rejected', []);
    return true;
  }

  /** The connection breaks; the client states what it has (delta) and subscribes to everything again. */
  reconnect(): void {
    this.stream = newStreamState(this.protocol);
    this.#toServer = [];
    this.#toClient = [];
    for (const type of Object.keys(this.#types) as ResourceType[]) {
      const client = this.#types[type];
      if (client.first) continue;
      client.first = true;
      client.nonce = '';
      this.#subscriptionChanged(
        type,
        [...client.names, ...(client.wildcard ? ['*'] : [])],
        [],
        [...client.held],
      );
    }
  }

  #subscriptionChanged(
    type: ResourceType,
    subscribe: readonly string[],
    unsubscribe: readonly string[],
    known: readonly (readonly [string, string])[] = [],
  ): void {
    const client = this.#types[type];
    // An empty first request would mean everything.
    if (client.first && subscribe.length === 0) return;
    client.first = false;
    this.#request(
      type,
      subscribe,
      unsubscribe,
      this.protocol === 'delta' ? '' : client.nonce,
      undefined,
      known,
    );
  }

  #request(
    type: ResourceType,
    subscribe: readonly string[],
    unsubscribe: readonly string[],
    nonce: string,
    error: string | undefined,
    known: readonly (readonly [string, string])[],
  ): void {
    const { names, wildcard } = this.#types[type];
    const listed = [...names, ...(wildcard ? ['*'] : [])];
    this.#toServer.push((stream) => {
      const state = stream.types[type];
      const moment = momentOf(this.view, type, this.now);
      if (this.protocol === 'sotw') receiveSotw(state, { names: listed, nonce, error }, moment);
      else {
        const request = { subscribe, unsubscribe, nonce, error, known: new Map(known) };
        receiveOnStream(stream, type, request, this.view, this.now);
      }
    });
  }
}
