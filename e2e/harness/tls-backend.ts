import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { TLSSocket, type PeerCertificate } from 'node:tls';
import type { KeyPair } from './authority.js';

/** How a request arrived, as the backend answers it. */
export interface Arrival {
  readonly backend: string;
  /** `plain`, or the server name of the connection ('' without one). */
  readonly over: string;
  readonly protocol: string;
  readonly path: string;
  /** Common name of the client's certificate. */
  readonly client: string | undefined;
}

export interface TlsBackend {
  readonly name: string;
  readonly port: number;
  readonly arrivals: readonly Arrival[];
  /** Connections that did not begin with a TLS handshake. */
  plaintextConnections(): number;
  /** Of connections from now on. */
  present(pair: KeyPair): void;
  close(): Promise<void>;
}

export interface TlsBackendOptions {
  readonly protocol?: 'http1' | 'http2';
  /** Clients have to present a certificate of this CA. */
  readonly clientCa?: string;
}

/** First byte of a TLS record that holds a handshake. */
const HANDSHAKE = 0x16;

/**
 * A real server on loopback that takes whatever it is spoken to, TLS or clear text, on one port, and answers 200 with an {@link Arrival}. Over
 * HTTP/1.1 every answer closes its connection, so that every request is a handshake.
 */
export async function startTlsBackend(
  name: string,
  pair: KeyPair,
  { protocol = 'http1', clientCa }: TlsBackendOptions = {},
): Promise<TlsBackend> {
  const arrivals: Arrival[] = [];
  let plaintext = 0;
  const arrived = (request: IncomingMessage | Http2ServerRequest): string => {
    const socket = 'stream' in request ? request.stream.session?.socket : request.socket;
    const isTls = socket instanceof TLSSocket;
    const arrival: Arrival = {
      backend: name,
      over: isTls ? serverName(socket) : 'plain',
      protocol: request.httpVersion,
      path: request.url ?? '',
      client: isTls ? peerName(socket) : undefined,
    };
    arrivals.push(arrival);
    return JSON.stringify(arrival);
  };
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    response.shouldKeepAlive = false;
    response.end(arrived(request));
  };
  const answer2 = (request: Http2ServerRequest, response: Http2ServerResponse): void => {
    response.end(arrived(request));
  };
  const settings = {
    cert: pair.certificate,
    key: pair.key,
    ...(clientCa !== undefined && { ca: clientCa, requestCert: true, rejectUnauthorized: true }),
  };
  const plain = createHttpServer(answer);
  const secure =
    protocol === 'http2' ? createSecureServer(settings, answer2) : createHttpsServer(settings, answer);
  // A client that does not like the certificate goes away.
  secure.on('tlsClientError', () => undefined);
  const sockets = new Set<Socket>();
  const front = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
    socket.once('readable', () => {
      const first = socket.read(1) as Buffer | null;
      if (first === null) return;
      socket.unshift(first);
      if (first[0] !== HANDSHAKE) plaintext += 1;
      (first[0] === HANDSHAKE ? secure : plain).emit('connection', socket);
    });
  });
  await once(front.listen(0, '127.0.0.1'), 'listening');
  return {
    name,
    port: (front.address() as AddressInfo).port,
    arrivals,
    plaintextConnections: () => plaintext,
    present: ({ certificate, key }) => secure.setSecureContext({ ...settings, cert: certificate, key }),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await once(front.close(), 'close');
    },
  };
}

function serverName({ servername }: TLSSocket): string {
  return typeof servername === 'string' ? servername : '';
}

function peerName(socket: TLSSocket): string | undefined {
  // Without a certificate there is no subject.
  const certificate: Partial<PeerCertificate> = socket.getPeerCertificate();
  return certificate.subject?.CN?.toString();
}
