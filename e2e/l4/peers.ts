import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { connect as tlsConnect, createServer as createTlsServer, type TLSSocket } from 'node:tls';
import type { KeyPair } from '../harness/authority.js';

// Both ends of connections that are handed on: servers that say who they are, and clients that tell what became of them.

/**
 * Added to every port of a Gateway, by `--port-offset`: two Envoys that begin at the same moment, of test runs beside each other, may bind one port, and
 * the system then parts its connections between them.
 */
export const OFFSET = 10_000 + (process.pid % 20_000);

export interface Peer {
  readonly name: string;
  readonly port: number;
  /** Connections that are open. */
  readonly open: () => number;
  /** Server names of the TLS handshakes so far. */
  readonly serverNames: readonly string[];
  close(): Promise<void>;
}

/** Says its name in a line at once, then echoes. Speaks TLS with a key pair. */
export async function startPeer(name: string, tls?: KeyPair): Promise<Peer> {
  const sockets = new Set<Socket>();
  const serverNames: string[] = [];
  const serve = (socket: Socket): void => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    // Clients that go away in the middle are no matter.
    socket.on('error', () => socket.destroy());
    socket.write(`${name}\n`);
    socket.pipe(socket);
  };
  const server: Server =
    tls === undefined
      ? createServer(serve)
      : createTlsServer({ cert: tls.certificate, key: tls.key }, (socket: TLSSocket) => {
          serverNames.push(typeof socket.servername === 'string' ? socket.servername : '');
          serve(socket);
        });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    name,
    serverNames,
    port: (server.address() as AddressInfo).port,
    open: () => sockets.size,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

export interface UdpPeer {
  readonly name: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Answers each datagram with its name and the text. */
export async function startUdpPeer(name: string): Promise<UdpPeer> {
  const socket = createSocket('udp4');
  socket.on('message', (message, from) => socket.send(`${name} ${String(message)}`, from.port, from.address));
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return {
    name,
    port: socket.address().port,
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

export interface Target {
  readonly address: string;
  readonly port: number;
  /** Speaks TLS with this server name; '': with none. */
  readonly sni?: string;
  /** What the client presents. */
  readonly client?: KeyPair | undefined;
}

/** A connection that is open. */
export interface Open {
  /** Who is at the other end. */
  readonly peer: string;
  /** Common name of its certificate, with TLS. */
  readonly certificate: string | undefined;
  /** What comes back for a line. */
  readonly say: (line: string) => Promise<string>;
  readonly isClosed: () => boolean;
  close(): void;
}

/** Undefined: it is refused: reset, closed, or never made. Throws when nothing happens for 5 s, which is neither. */
export async function open({ address, port, sni, client }: Target): Promise<Open | undefined> {
  const socket =
    sni === undefined
      ? connect({ host: address, port })
      : tlsConnect({
          host: address,
          port,
          rejectUnauthorized: false,
          ...(sni !== '' && { servername: sni }),
          ...(client && { cert: client.certificate, key: client.key }),
        });
  let closed = false;
  socket.once('close', () => (closed = true));
  const lines = linesOf(socket);
  const first = await lines();
  if (first === undefined) return undefined;
  const certificate =
    sni === undefined ? undefined : (socket as TLSSocket).getPeerCertificate().subject.CN?.toString();
  return {
    peer: first,
    certificate,
    say: async (line) => {
      socket.write(`${line}\n`);
      const answer = await lines();
      if (answer === undefined) throw new Error(`the connection to ${first} was closed`);
      return answer;
    },
    isClosed: () => closed,
    close: () => socket.destroy(),
  };
}

/** The next line, undefined once the socket is closed. */
function linesOf(socket: Socket): () => Promise<string | undefined> {
  let text = '';
  let isOver = false;
  let wake = (): void => undefined;
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    text += chunk;
    wake();
  });
  const end = (): void => {
    isOver = true;
    wake();
  };
  socket.on('error', end).on('close', end).on('end', end);
  return async () => {
    const deadline = Date.now() + 5_000;
    for (;;) {
      const newline = text.indexOf('\n');
      if (newline >= 0) {
        const line = text.slice(0, newline);
        text = text.slice(newline + 1);
        return line;
      }
      if (isOver) return undefined;
      if (Date.now() > deadline) {
        socket.destroy();
        throw new Error('neither an answer nor a refusal within 5 s');
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
        setTimeout(resolve, 100);
      });
    }
  };
}

/** Who answers a connection of its own: a name, or `refused`. */
export async function who(target: Target): Promise<string> {
  const opened = await open(target);
  opened?.close();
  return opened?.peer ?? 'refused';
}

/** How often each answers, `refused` included. */
export async function tally(
  target: Target,
  times: number,
  asking: (target: Target) => Promise<string> = who,
): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  for (let done = 0; done < times; done += 20) {
    const answers = await Promise.all(
      Array.from({ length: Math.min(20, times - done) }, () => asking(target)),
    );
    for (const answer of answers) counts[answer] = (counts[answer] ?? 0) + 1;
  }
  return counts;
}

/** A UDP client with a port of its own, which is a session of the proxy. */
export class UdpClient {
  readonly #socket: UdpSocket = createSocket('udp4');
  readonly #target: Target;

  constructor(target: Target) {
    this.#target = target;
  }

  /** Who answers: a name, or `dropped` when nobody does within a while. */
  async ask(text: string, withinMs = 400): Promise<string> {
    this.#socket.send(text, this.#target.port, this.#target.address);
    const silence = AbortSignal.timeout(withinMs);
    try {
      const [message] = (await once(this.#socket, 'message', { signal: silence })) as [Buffer];
      return String(message).split(' ')[0] ?? '';
    } catch {
      // Nothing came.
      return 'dropped';
    }
  }

  close(): void {
    this.#socket.close();
  }
}

export async function whoByUdp(target: Target): Promise<string> {
  const client = new UdpClient(target);
  try {
    return await client.ask('hello');
  } finally {
    client.close();
  }
}
