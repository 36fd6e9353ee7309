import type { Outgoing } from '../push.js';
import type { Resource, ResourceType } from '../resource.js';
import { isFullSet } from '../sotw-request.js';
import type { Protocol } from '../stream-state.js';
import type { ModelFleet, ModelStream, Request } from './model-fleet.js';
import { isPoisoned } from './resources.js';

interface Subscription {
  first: boolean;
  wildcard: boolean;
  readonly names: Set<string>;
  /** What the client uses. */
  readonly held: Map<string, Resource>;
  /** Of the response last answered. */
  nonce: string;
}

/**
 * What a client does with a response. `honest`: applies what is not poisoned, and rejects the rest in one rejection, as Envoy does. `picky`: applies every
 * second of what is not poisoned, and rejects. `deaf`: applies nothing, and rejects.
 */
export type Manner = 'honest' | 'picky' | 'deaf';

/** What a client says on a new connection of what it has: the truth; nothing, since it was restarted; versions that never were. */
export type Memory = 'true' | 'none' | 'invented';

interface Answer {
  readonly type: ResourceType;
  readonly nonce: string;
  readonly error: string | undefined;
}

/** A client as the protocol describes it, with a wire that delivers late and in order. It sees requests and responses, nothing of the server. */
export class ModelClient {
  readonly protocol: Protocol;
  stream: ModelStream;
  readonly #fleet: ModelFleet;
  #toServer: Request[] = [];
  #toClient: Outgoing[] = [];
  /** Of responses that were read: not sent yet. */
  #answers: Answer[] = [];
  /** Sent once. */
  #spent: Answer[] = [];
  readonly #types: Readonly<Record<ResourceType, Subscription>>;

  constructor(protocol: Protocol, fleet: ModelFleet) {
    this.protocol = protocol;
    this.#fleet = fleet;
    this.stream = fleet.open(protocol);
    const none = (): Subscription => ({
      first: true,
      wildcard: false,
      names: new Set(),
      held: new Map(),
      nonce: '',
    });
    this.#types = { cluster: none(), endpoints: none(), listener: none(), routes: none(), secret: none() };
  }

  held(type: ResourceType): ReadonlyMap<string, Resource> {
    return this.#types[type].held;
  }

  isSubscribed(type: ResourceType, name: string): boolean {
    const { wildcard, names } = this.#types[type];
    return wildcard || names.has(name);
  }

  namesOf(type: ResourceType): ReadonlySet<string> {
    return this.#types[type].names;
  }

  subscribe(type: ResourceType, ...names: readonly string[]): void {
    const client = this.#types[type];
    for (const name of names) {
      if (name === '*') client.wildcard = true;
      else client.names.add(name);
    }
    this.#subscriptionChanged(type, names, []);
  }

  unsubscribe(type: ResourceType, ...names: readonly string[]): void {
    const client = this.#types[type];
    if (client.first) return;
    for (const name of names) {
      if (name === '*') client.wildcard = false;
      else client.names.delete(name);
    }
    if (this.protocol === 'delta') this.#drop(type);
    this.#subscriptionChanged(type, [], names);
  }

  /** A request with a nonce that was never sent, or one that was answered before. */
  sendNonce(type: ResourceType, kind: 'made up' | 'spent', error: string | undefined): void {
    if (this.#types[type].first) return;
    const spent = this.#spent.filter((answer) => answer.type === type).at(-1);
    const nonce = kind === 'spent' ? spent?.nonce : 'made up';
    if (nonce !== undefined) this.#request({ type, nonce, error });
  }

  /** The server reads one request. */
  serve(): boolean {
    const request = this.#toServer.shift();
    if (request !== undefined) this.stream.receive(request);
    return request !== undefined;
  }

  /** The server writes what may be sent. */
  push(most = Number.MAX_SAFE_INTEGER): readonly Outgoing[] {
    const written = this.stream.write(most);
    this.#toClient.push(...written);
    return written;
  }

  /** The client reads one response and applies of it what it will. Its answer waits until it is sent. */
  read(manner: Manner): boolean {
    const response = this.#toClient.shift();
    if (response === undefined) return false;
    const { type, nonce } = response;
    const client = this.#types[type];
    expectEachNameOnce(response);
    const refused = response.resources.filter(isPoisoned);
    const good = response.resources.filter((each) => !isPoisoned(each));
    const applied = manner === 'deaf' ? [] : good.filter((_, i) => manner === 'honest' || i % 2 === 0);
    for (const each of applied) client.held.set(each.name, each);
    // There is no way to refuse that something goes.
    if (manner !== 'deaf' || response.resources.length === 0)
      for (const name of this.#gone(response)) client.held.delete(name);
    if (this.protocol === 'delta') this.#drop(type);
    const error = refused.map(({ name }) => `${name} is poisoned`).join() || undefined;
    this.#answers.push({ type, nonce, error: manner === 'honest' ? error : (error ?? 'at random') });
    return true;
  }

  /** Sends the answer number `index` of those that wait; `skip`: those before it are never sent. */
  answer(index = 0, skip = false): boolean {
    const answer = this.#answers[index];
    if (answer === undefined) return false;
    this.#answers = this.#answers.filter(
      (each, i) => i !== index && !(skip && i < index && each.type === answer.type),
    );
    this.#spent = [...this.#spent.slice(-4), answer];
    this.#types[answer.type].nonce = answer.nonce;
    // Until a request with this list is known to be no stale one, a state-of-the-world client keeps what it may be taken to have.
    this.#drop(answer.type);
    this.#request(answer);
    return true;
  }

  /** The connection breaks, with whatever is under way, and the client comes again. */
  reconnect(memory: Memory): void {
    this.#fleet.close(this.stream);
    this.stream = this.#fleet.open(this.protocol);
    this.#toServer = [];
    this.#toClient = [];
    this.#answers = [];
    for (const type of Object.keys(this.#types) as ResourceType[]) {
      const client = this.#types[type];
      if (memory === 'none') client.held.clear();
      if (client.first) continue;
      client.first = true;
      client.nonce = '';
      const known = [...client.held].map(
        ([name, { version }]) => [name, memory === 'invented' ? `not ${version}` : version] as const,
      );
      const ghost = memory === 'invented' ? [['ghost', 'never'] as const] : [];
      const names = [...client.names, ...(client.wildcard ? ['*'] : [])];
      this.#subscriptionChanged(type, names, [], new Map([...known, ...ghost]));
    }
  }

  /** Everything under way arrives and is answered honestly, again and again until nothing comes at this moment. */
  exchange(): boolean {
    let busy = false;
    for (let rounds = 0; rounds < 200; rounds += 1) {
      let moved = this.push().length > 0;
      while (this.read('honest')) moved = true;
      while (this.answer()) moved = true;
      while (this.serve()) moved = true;
      if (!moved) return busy;
      busy = true;
    }
    throw new Error('a client and the server never come to rest');
  }

  /** Subscribes as an Envoy: to all clusters and listeners, and to what those it has name. */
  followNames(): void {
    for (const type of ['cluster', 'listener'] as const)
      if (this.#types[type].first) this.subscribe(type, '*');
    const references = [...this.held('cluster').values(), ...this.held('listener').values()].flatMap(
      ({ sections }) => sections.flatMap(({ parts }) => parts.flatMap((part) => part.references)),
    );
    for (const type of ['endpoints', 'routes', 'secret'] as const) {
      const named = new Set(references.filter((each) => each.type === type).map(({ name }) => name));
      const come = [...named].filter((name) => !this.isSubscribed(type, name));
      const gone = [...this.namesOf(type)].filter((name) => !named.has(name));
      if (come.length > 0) this.subscribe(type, ...come);
      if (gone.length > 0) this.unsubscribe(type, ...gone);
    }
  }

  #drop(type: ResourceType): void {
    const { held } = this.#types[type];
    for (const name of [...held.keys()]) if (!this.isSubscribed(type, name)) held.delete(name);
  }

  /** What a response takes away: in state of the world what is not in it. */
  #gone({ type, resources, removed }: Outgoing): readonly string[] {
    if (this.protocol === 'delta') return removed;
    if (!isFullSet(type)) return [];
    const names = new Set(resources.map(({ name }) => name));
    return [...this.held(type).keys()].filter((name) => !names.has(name));
  }

  #subscriptionChanged(
    type: ResourceType,
    subscribe: readonly string[],
    unsubscribe: readonly string[],
    known: ReadonlyMap<string, string> = new Map(),
  ): void {
    const client = this.#types[type];
    // An empty first request would mean everything.
    if (client.first && subscribe.length === 0) return;
    client.first = false;
    const nonce = this.protocol === 'delta' ? '' : client.nonce;
    this.#request({ type, subscribe, unsubscribe, nonce, known });
  }

  #request(request: Partial<Request> & Pick<Request, 'type' | 'nonce'>): void {
    const { names, wildcard } = this.#types[request.type];
    const listed = [...names, ...(wildcard ? ['*'] : [])];
    this.#toServer.push({
      subscribe: [],
      unsubscribe: [],
      known: new Map(),
      error: undefined,
      ...request,
      listed,
    });
  }
}

function expectEachNameOnce({ resources, removed }: Outgoing): void {
  const names = [...resources.map(({ name }) => name), ...removed];
  if (new Set(names).size !== names.length) throw new Error(`a name comes twice: ${names.join()}`);
}
