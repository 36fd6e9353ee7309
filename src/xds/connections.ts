// Connections: accepted here, spoken on by grpc-js. Each has a grpc-js server of its own, so that a call knows its connection: the library tells neither how far
// a socket has come nor retires or cuts one connection among many.
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { ADS } from '../proto/index.js';
import { Call, type Connection, type Duplex } from './call.js';
import { relay } from './relay.js';
import { createScheduler } from './scheduler.js';
import type { Protocol } from './stream-state.js';

/** Takes a new call. */
export type Serve = (protocol: Protocol, call: Call) => void;

export type Where = { readonly path: string } | { readonly host: string; readonly port: number };

export interface Pem {
  readonly cert: string;
  readonly key: string;
  /** With it, clients must show a certificate that it has signed. */
  readonly ca?: string | undefined;
}

export interface ListenerOptions {
  readonly serve: Serve;
  /** Absent: without TLS. */
  readonly tls?: Pem | undefined;
  /** A client is asked for a sign of life (PING) so long after the last. Default 30,000 ms. */
  readonly quietMs?: number;
  /** One that gives none for so long is cut off. Default 40,000 ms: what the main thread of a live Envoy may take for one update. */
  readonly answerMs?: number;
  /** One without a call is closed after so long, as is one whose TLS handshake takes longer: nobody has said yet who it is. Default 60,000 ms. */
  readonly unusedMs?: number;
}

export interface Listener {
  /** Rejects with the error of the system. Resolves to the port; 0 for a path. */
  readonly listen: (where: Where) => Promise<number>;
  /** For every handshake from now on; the listener has TLS. */
  readonly setPem: (pem: Pem) => void;
  /** Accepts nothing more; resolves when all connections are closed. Calls have a second to end. */
  readonly close: () => Promise<void>;
}

/** Connections that wait to be accepted: as many as the system allows, for all Envoys may come at once. */
const BACKLOG = 4_096;

const CLOSE_DEADLINE_MS = 1_000;

const UNUSED_MS = 60_000;

/**
 * How long other calls may go on after the age of one has retired their connection. At most: grpc-js's next PING ends it too, for Node does not send it
 * when a connection is closing. Milliseconds.
 */
const RETIRED_MS = 30_000;

const OPTIONS = {
  // A client may bring tens of thousands of known versions.
  'grpc.max_receive_message_length': 64 * 1024 * 1024,
  'grpc.max_send_message_length': -1,
  // An Envoy needs one call; clients that share a connection need a few.
  'grpc.max_concurrent_streams': 256,
  // Records that nobody asks for, in a register of the whole process.
  'grpc.enable_channelz': 0,
} as const;

/** Requests are decoded when their stream has its turn. */
const asBytes = (bytes: Buffer): Buffer => bytes;
const SERVICE = {
  StreamAggregatedResources: { ...ADS.StreamAggregatedResources, requestDeserialize: asBytes },
  DeltaAggregatedResources: { ...ADS.DeltaAggregatedResources, requestDeserialize: asBytes },
};

export function createListener(options: ListenerOptions): Listener {
  const { tls, unusedMs = UNUSED_MS } = options;
  const sockets = new Set<Socket>();
  const retirals = new Set<() => void>();
  const accept = (socket: Socket): void => {
    // What breaks a connection is told by the end of its calls.
    socket.on('error', () => undefined);
    // All has been said. A client that does not close its side would hold it forever.
    socket.on('finish', () => setTimeout(() => socket.destroy(), CLOSE_DEADLINE_MS).unref());
    const { retire } = connect(socket, options);
    retirals.add(retire);
    socket.on('close', () => retirals.delete(retire));
  };
  const secure =
    tls === undefined
      ? undefined
      : createTlsServer(
          {
            cert: tls.cert,
            key: tls.key,
            ALPNProtocols: ['h2'],
            handshakeTimeout: unusedMs,
            ...clientsOf(tls),
          },
          accept,
        );
  // Node reports a handshake that takes too long, and leaves it at that.
  secure?.on('tlsClientError', (_error, socket) => socket.destroy());
  // Setting up a connection costs more than accepting it, and all Envoys may come at once: each takes its turn.
  const arrivals = createScheduler<Socket>((socket) => {
    // It may have broken while it waited.
    if (socket.destroyed) return;
    if (secure === undefined) accept(socket);
    else secure.emit('connection', socket);
  });
  const listener = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    arrivals.schedule(socket);
  });
  return {
    listen: (where) =>
      new Promise((resolve, reject) => {
        listener.once('error', reject);
        listener.listen({ ...where, backlog: BACKLOG }, () => {
          listener.off('error', reject);
          // One connection could not be accepted, for want of memory or files: the next one may.
          listener.on('error', () => undefined);
          const address = listener.address();
          resolve(address === null || typeof address === 'string' ? 0 : address.port);
        });
      }),
    setPem: (pem) => secure?.setSecureContext({ cert: pem.cert, key: pem.key, ...clientsOf(pem) }),
    close: async () => {
      const cut = setTimeout(() => {
        for (const socket of sockets) socket.destroy();
      }, CLOSE_DEADLINE_MS);
      for (const retire of retirals) retire();
      await new Promise<void>((resolve) => listener.close(() => resolve()));
      arrivals.stop();
      clearTimeout(cut);
    },
  };
}

function clientsOf({ ca }: Pem) {
  return ca === undefined ? {} : { ca, requestCert: true, rejectUnauthorized: true };
}

/** grpc-js speaks on the socket from now on, and keeps nothing of it when it is closed. */
function connect(
  socket: Socket,
  { serve, tls, quietMs = 30_000, answerMs = 40_000, unusedMs = UNUSED_MS }: ListenerOptions,
): Connection {
  const server = new Server({
    ...OPTIONS,
    'grpc.keepalive_time_ms': quietMs,
    'grpc.keepalive_timeout_ms': answerMs,
    'grpc.max_connection_idle_ms': unusedMs,
  });
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  const { remoteAddress, remotePort } = socket;
  const connection: Connection = {
    peer: remoteAddress === undefined ? 'unix' : `${remoteAddress}:${String(remotePort)}`,
    written: () => socket.bytesWritten,
    retire: () => injector.drain(RETIRED_MS),
    cut: () => socket.destroy(),
  };
  server.addService(SERVICE, {
    StreamAggregatedResources: (call: Duplex) => serve('sotw', new Call(call, connection)),
    DeltaAggregatedResources: (call: Duplex) => serve('delta', new Call(call, connection)),
  });
  injector.injectConnection(tls === undefined ? socket : relay(socket));
  return connection;
}
