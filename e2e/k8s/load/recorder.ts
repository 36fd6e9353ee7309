import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { ClientKind, Count, Failure, Life, LoadReport } from './report.js';

interface Connection {
  readonly port: number | undefined;
  readonly from: number;
  requests: number;
}

type Sums = { -readonly [name in keyof Count]: Count[name] };

const MOST_FAILURES = 100;

/** Counts what clients tell. */
export class Recorder {
  readonly #began = Date.now();
  readonly #counts = new Map<ClientKind, Sums>();
  readonly #connections = new WeakMap<Socket, Connection>();
  readonly #failures: Failure[] = [];
  readonly #cut: Life[] = [];
  readonly #certificates = new Map<string, { first: number; last: number }>();

  isKnown(socket: Socket): boolean {
    return this.#connections.has(socket);
  }

  /** Called for every socket that a request is sent over; the first time, a connection has come to be. */
  sending(client: ClientKind, socket: Socket): Connection {
    const known = this.#connections.get(socket);
    if (known !== undefined) {
      known.requests += 1;
      return known;
    }
    const made = { port: socket.localPort, from: Date.now(), requests: 0 };
    this.#connections.set(socket, made);
    this.#of(client).connections += 1;
    if (socket instanceof TLSSocket) this.#certificate(socket);
    return made;
  }

  done(client: ClientKind, from: number): void {
    const count = this.#of(client);
    count.done += 1;
    count.slowestMs = Math.max(count.slowestMs, Date.now() - from);
  }

  isAnswered(client: ClientKind): boolean {
    return this.#of(client).done > 0;
  }

  again(client: ClientKind): void {
    this.#of(client).again += 1;
  }

  failed(client: ClientKind, from: number, why: string, connection?: Connection): void {
    this.#of(client).failed += 1;
    if (this.#failures.length >= MOST_FAILURES) return;
    const { port, requests = 0 } = connection ?? {};
    const ageMs = connection === undefined ? 0 : Math.max(0, from - connection.from);
    this.#failures.push({ client, at: Date.now(), from, why, port, ageMs, before: requests });
  }

  cut(life: Life): void {
    this.#cut.push(life);
  }

  report(): LoadReport {
    return {
      seconds: (Date.now() - this.#began) / 1000,
      counts: Object.fromEntries(this.#counts),
      failures: this.#failures,
      cut: this.#cut,
      certificates: Object.fromEntries(this.#certificates),
    };
  }

  #of(client: ClientKind): Sums {
    const known = this.#counts.get(client);
    if (known !== undefined) return known;
    const made = { done: 0, failed: 0, again: 0, connections: 0, slowestMs: 0 };
    this.#counts.set(client, made);
    return made;
  }

  #certificate(socket: TLSSocket): void {
    const fingerprint = socket.getPeerX509Certificate()?.fingerprint256 ?? 'none';
    const now = Date.now();
    const known = this.#certificates.get(fingerprint);
    if (known === undefined) this.#certificates.set(fingerprint, { first: now, last: now });
    else known.last = now;
  }
}

/** Why it failed, in a word or two. */
export function reasonOf(error: Error & { readonly code?: string }): string {
  return error.code ?? error.message;
}
