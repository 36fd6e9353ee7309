import { once } from 'node:events';
import { connect as tcpConnect, createServer, type AddressInfo, type Socket } from 'node:net';
import { connect, createServer as createTlsServer } from 'node:tls';
import {
  startGrpcAuth,
  startHttpAuth,
  type AuthServer,
  type Question,
  type Verdict,
} from '../harness/auth-server.js';
import type { KeyPair } from '../harness/authority.js';

/** Servers that are asked whether a request may pass, and what a request that names one in `x-deny` is answered by it. */
export const DENIALS: Readonly<Record<string, 401 | 403>> = { web: 401, guard: 403 };

/** `web` is asked by HTTP, `guard` by gRPC. Who denies says so in `x-denied-by`. */
export function startAuthServers(): Promise<readonly AuthServer[]> {
  const decide =
    (name: string) =>
    ({ headers }: Question): Verdict =>
      headers['x-deny'] === name
        ? { status: DENIALS[name] ?? 500, headers: { 'x-denied-by': name } }
        : { status: 200 };
  return Promise.all([startHttpAuth('web', decide('web')), startGrpcAuth('guard', decide('guard'))]);
}

/** Who takes connections that are handed on. */
export interface Peer {
  readonly name: string;
  readonly port: number;
  close(): Promise<void>;
}

/** First byte of a TLS record that holds a handshake. */
const HANDSHAKE = 0x16;

/** Takes TLS and clear text on one port, and answers the first bytes with `<name> tls` or `<name> plain` in a line. */
export async function startPeer(name: string, pair: KeyPair): Promise<Peer> {
  const sockets = new Set<Socket>();
  const answer = (socket: Socket, how: string): void => {
    socket.on('error', () => socket.destroy());
    socket.once('data', () => socket.end(`${name} ${how}\n`));
  };
  const secure = createTlsServer({ cert: pair.certificate, key: pair.key }, (socket) =>
    answer(socket, 'tls'),
  );
  secure.on('tlsClientError', () => undefined);
  const front = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy()).once('close', () => sockets.delete(socket));
    socket.once('readable', () => {
      const first = socket.read(1) as Buffer | null;
      if (first === null) return;
      if (first[0] !== HANDSHAKE) answer(socket, 'plain');
      socket.unshift(first);
      if (first[0] === HANDSHAKE) secure.emit('connection', socket);
    });
  });
  await once(front.listen(0, '127.0.0.1'), 'listening');
  return {
    name,
    port: (front.address() as AddressInfo).port,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await once(front.close(), 'close');
    },
  };
}

export interface Target {
  readonly address: string;
  readonly port: number;
  /** Undefined: none is sent. */
  readonly sni: string | undefined;
  readonly client: KeyPair | undefined;
}

/** The first line that a TLS connection of its own is answered with, or `refused` where it is closed instead. Throws after 5 s without either. */
export function firstLine({ address, port, sni, client }: Target): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      socket: tcpConnect({ host: address, port }).on('error', () => resolve('refused')),
      rejectUnauthorized: false,
      ...(sni !== undefined && { servername: sni }),
      ...(client && { cert: client.certificate, key: client.key }),
    });
    let text = '';
    socket.setTimeout(5_000, () => socket.destroy(new Error('neither an answer nor a refusal within 5 s')));
    socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    socket.on('secureConnect', () => socket.write('hello\n'));
    socket.on('error', (error: Error) => {
      if (error.message.includes('within 5 s')) reject(error);
      else resolve('refused');
    });
    socket.on('close', () => resolve(text === '' ? 'refused' : text.trim()));
  });
}
