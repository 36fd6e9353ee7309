import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { overlap, type Transport } from './claims.js';
import { at, string } from './json.js';
import type { Probe } from './ports.js';

/** An address and port as a process binds it. */
export interface Place {
  readonly address: string;
  readonly port: number;
  readonly transport: Transport;
}

/** What {@link MachineClaims.take} answers where another control plane, or another Gateway, has the claim. */
export const CLAIMED = 'ECLAIMED';

/** A trial takes milliseconds. */
const ATTEMPTS = 20;
const BETWEEN_ATTEMPTS_MS = 50;

const PREFIX = 'windlass/port/';

/** Bytes of an abstract name, without the zero byte it begins with. Every name is this long, so that nobody pads it. */
const NAME_LENGTH = 107;

/**
 * The claims of one fleet on addresses and ports, as every process of this machine sees them: each is an abstract unix socket with the place's name (unix(7)). The system gives a name to
 * one socket at a time, whatever the run directory or the user, and takes it back when its process ends, however it ends. Such names belong to a network namespace, as ports do.
 *
 * They decide who may try a port and give it to its Envoy. A claim that a dead control plane no longer has is told by its Envoy, which listens. Where there are no abstract sockets
 * (macOS) nothing is claimed.
 */
export class MachineClaims {
  readonly #held = new Map<string, Server>();

  /**
   * `free` when this fleet has the claim now, {@link CLAIMED} when somebody else has it or one that overlaps, or the system's error code. Of two that claim overlapping places at
   * the same moment neither may have it: they ask again.
   */
  async take(place: Place): Promise<'free' | (string & {})> {
    if (process.platform !== 'linux') return 'free';
    const name = nameOf(place);
    if (this.#held.has(name)) return 'free';
    const server = await bind(name);
    if (typeof server === 'string') return server === 'EADDRINUSE' ? CLAIMED : server;
    this.#held.set(name, server);
    for (const other of await names()) {
      if (this.#held.has(other) || !overlapping(place, other)) continue;
      await this.#release(name);
      return CLAIMED;
    }
    return 'free';
  }

  /** As {@link take}, for what this fleet's Envoy serves on already: who only tries the place has the claim for a moment, and is waited for. */
  async takeBack(place: Place): Promise<'free' | (string & {})> {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await this.take(place);
      if (answer !== CLAIMED || attempt === ATTEMPTS) return answer;
      await sleep(BETWEEN_ATTEMPTS_MS);
    }
  }

  /**
   * The probe, of places to which this fleet has the claim; a place that is free stays claimed. Nobody tries a port without: a trial holds it for a moment, in which the
   * Envoy of another could not bind it. Port 0 is any.
   */
  guarding(probe: Probe): Probe {
    return async (address, port, transport) => {
      const claim = port === 0 ? 'free' : await this.take({ address, port, transport });
      if (claim !== 'free') return claim;
      const answer = await probe(address, port, transport);
      if (answer !== 'free') await this.#release(nameOf({ address, port, transport }));
      return answer;
    };
  }

  /** Gives back every claim but these. */
  async keep(places: readonly Place[]): Promise<void> {
    const kept = new Set(places.map(nameOf));
    for (const name of [...this.#held.keys()]) if (!kept.has(name)) await this.#release(name);
  }

  async #release(name: string): Promise<void> {
    const server = this.#held.get(name);
    this.#held.delete(name);
    await new Promise<void>((resolve) => (server === undefined ? resolve() : server.close(() => resolve())));
  }
}

function nameOf({ address, port, transport }: Place): string {
  return `${PREFIX}${transport}/${address}/${port}`.padEnd(NAME_LENGTH, '/');
}

/** `other` is a name as {@link nameOf} makes them. */
function overlapping({ address, port, transport }: Place, other: string): boolean {
  const [ofTransport, ofAddress = '', ofPort] = other.slice(PREFIX.length).split('/');
  return ofTransport === transport && ofPort === String(port) && overlap(ofAddress, address);
}

/** A socket of that name which serves nobody and keeps no process alive, or the system's error code. */
function bind(name: string): Promise<Server | string> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy()).unref();
    server.once('error', (error) => resolve(string(at(error, 'code')) ?? 'UNKNOWN'));
    server.listen({ path: `\0${name}` }, () => resolve(server));
  });
}

/** Names that are taken in this network namespace, by whomever. */
async function names(): Promise<readonly string[]> {
  try {
    const sockets = await readFile('/proc/net/unix', 'utf8');
    return [...sockets.matchAll(/ @(windlass\/port\/.*)$/gm)].map(([, name = '']) => name);
  } catch {
    // Without /proc equal places still exclude each other; of those that only overlap the system's own answer tells.
    return [];
  }
}
