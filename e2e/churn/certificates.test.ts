import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { X509Certificate } from 'node:crypto';
import { Agent, request } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { type Authority, createAuthority, type KeyPair } from '../harness/authority.js';
import { until } from '../harness/until.js';
import { Standalone } from '../harness/windlass.js';
import { documents, everythingTo, service, tlsSecret } from '../harness/yaml.js';
import { type Backends, startBackends } from './backend-process.js';
import { monotonicMs } from './clock.js';

const PORT = 8443;
const HOST = 'shop.example';
const ROTATIONS = 20;
const LONG_LIVED = 200;
/** Between two requests over a long-lived connection, at most. Milliseconds. */
const LONGEST_PAUSE_MS = 1_000;
/** Connections that are made one after another, at the same time. */
const NEWCOMERS = 2;
/** Handshakes that are seen between two rotations, at least. */
const HANDSHAKES = 5;

const gateway = (secret: string): string => `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: edge }
spec:
  gatewayClassName: windlass
  listeners:
    - { name: https, port: ${PORT}, protocol: HTTPS, hostname: ${HOST}, tls: { certificateRefs: [{ name: ${secret} }] } }
`;

const secret = (name: string, { certificate, key }: KeyPair): string => tlsSecret(name, certificate, key);

interface Answer {
  readonly status: number;
  /** Of the certificate that its connection was served. */
  readonly fingerprint: string;
  readonly socket: unknown;
}

function ask(address: string, ca: string, agent: Agent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    // The certificate is verified: by the CA, and for the name.
    const options = { host: address, port: PORT, servername: HOST, ca, agent, headers: { host: HOST } };
    const sent = request(options, (response) => {
      const socket = response.socket as TLSSocket;
      const fingerprint = socket.getPeerX509Certificate()?.fingerprint256 ?? '';
      response.on('end', () => resolve({ status: response.statusCode ?? 0, fingerprint, socket })).resume();
      response.on('error', reject);
    });
    sent.on('error', reject).end();
  });
}

/** Which certificates were written and acknowledged when: what a handshake may show. */
class Rotations {
  readonly #written: { readonly fingerprint: string; readonly at: number }[] = [];
  readonly #acknowledged: { readonly index: number; readonly at: number }[] = [];

  written({ certificate }: KeyPair): void {
    this.#written.push({ fingerprint: new X509Certificate(certificate).fingerprint256, at: monotonicMs() });
  }

  acknowledged(): void {
    this.#acknowledged.push({ index: this.#written.length - 1, at: monotonicMs() });
  }

  allowed(from: number, to: number): readonly string[] {
    const oldest = this.#acknowledged.findLast(({ at }) => at < from)?.index ?? 0;
    return this.#written.filter(({ at }, i) => i >= oldest && at < to).map(({ fingerprint }) => fingerprint);
  }
}

let authority: Authority;
let backends: Backends;
let windlass: Standalone;
let address: string;
const pairs: KeyPair[] = [];
const rotations = new Rotations();

beforeAll(async () => {
  authority = await createAuthority();
  // The first, the rotations, and that of the other Secret.
  for (let i = 0; i <= ROTATIONS + 1; i += 1) {
    pairs.push(await authority.issue(HOST, i % 2 === 0 ? 'ecdsa' : 'rsa'));
  }
  const [first, other] = [pairs.shift(), pairs.pop()];
  if (first === undefined || other === undefined) throw new Error('no key pairs');
  pairs.push(other);
  // They never close a connection, which would race with the proxy that uses it again.
  backends = startBackends(first, () => '127.0.0.1');
  const [port] = (await backends.start('shop')).ports;
  windlass = new Standalone({
    'gateway.yaml': gateway('tls'),
    'tls.yaml': secret('tls', first),
    'other.yaml': secret('other', other),
    'routes.yaml': documents(service('shop', port), everythingTo('shop', 'edge')),
  });
  rotations.written(first);
  await windlass.start();
  address = await windlass.address('edge');
  rotations.acknowledged();
}, 60_000);

afterAll(async () => {
  await windlass.dispose();
  await backends.close();
}, 60_000);

type Fleets = readonly {
  readonly version?: string;
  readonly streams: readonly { readonly accepted: boolean }[];
}[];

/** The version that is served, once Envoy has accepted it. */
async function accepted(): Promise<string | undefined> {
  const [fleet] = (await (await fetch(`${windlass.debugUrl()}/fleets`)).json()) as Fleets;
  return fleet?.streams.some((stream) => stream.accepted) === true ? fleet.version : undefined;
}

/** Resolves once Envoy has accepted what the files say now. */
async function write(name: string, text: string, pair: KeyPair): Promise<void> {
  const before = await until('the acknowledgement of before', accepted);
  rotations.written(pair);
  windlass.write(name, text);
  await until('the acknowledgement of the rotation', async () => {
    const now = await accepted();
    return now === before ? undefined : now;
  });
  rotations.acknowledged();
}

describe('the certificate of a listener', () => {
  const failures: string[] = [];
  let handshakes = 0;
  let requests = 0;
  let going = true;

  const newcomer = async (): Promise<void> => {
    while (going) {
      const agent = new Agent({ keepAlive: false, maxCachedSessions: 0 });
      const from = monotonicMs();
      try {
        const { status, fingerprint } = await ask(address, authority.certificate, agent);
        handshakes += 1;
        const allowed = rotations.allowed(from, monotonicMs());
        if (status !== 200) failures.push(`new connection: ${status}`);
        if (!allowed.includes(fingerprint)) {
          failures.push(`new connection: got ${fingerprint}, allowed ${allowed.join(' ')}`);
        }
      } catch (error) {
        failures.push(`new connection: ${String(error)}`);
      }
    }
  };

  /** Asks again and again over one connection. */
  class LongLived {
    readonly #agent = new Agent({ keepAlive: true, maxSockets: 1, maxCachedSessions: 0 });
    readonly sockets = new Set<unknown>();
    answered = 0;

    async run(): Promise<void> {
      while (going) {
        try {
          const { status, socket } = await ask(address, authority.certificate, this.#agent);
          this.sockets.add(socket);
          this.answered += 1;
          requests += 1;
          if (status !== 200) failures.push(`long-lived connection: ${status}`);
        } catch (error) {
          failures.push(`long-lived connection: ${String(error)}`);
        }
        await new Promise((resolve) => setTimeout(resolve, Math.random() * LONGEST_PAUSE_MS));
      }
      this.#agent.destroy();
    }
  }

  it(`rotates ${ROTATIONS} times, RSA and ECDSA, under ${LONG_LIVED} long-lived connections and new ones: no request fails, no connection is cut`, async () => {
    const connections = Array.from({ length: LONG_LIVED }, () => new LongLived());
    const running = [
      ...connections.map((connection) => connection.run()),
      ...Array.from({ length: NEWCOMERS }, newcomer),
    ];
    try {
      await until('every connection', () => connections.every(({ answered }) => answered > 0) || undefined);
      const moreHandshakes = async (): Promise<void> => {
        const before = handshakes;
        await until('handshakes', () => handshakes >= before + HANDSHAKES || undefined);
      };
      for (const pair of pairs.slice(0, ROTATIONS)) {
        await write('tls.yaml', secret('tls', pair), pair);
        await moreHandshakes();
      }
      const answered = connections.map((connection) => connection.answered);
      await until(
        'an answer to each after the last rotation',
        () => connections.every((connection, i) => connection.answered > (answered[i] ?? 0)) || undefined,
      );
      expect(failures).toEqual([]);
      expect(connections.map(({ sockets }) => sockets.size)).toEqual(connections.map(() => 1));

      // Another Secret is another filter chain: the connections of the former one are asked to go, and none fails.
      const other = pairs.at(-1);
      if (other === undefined) throw new Error('no key pair');
      await write('gateway.yaml', gateway('other'), other);
      await moreHandshakes();
    } finally {
      going = false;
      await Promise.all(running);
    }
    expect(failures).toEqual([]);
    expect(requests).toBeGreaterThan(LONG_LIVED * 2);
  }, 120_000);
});
