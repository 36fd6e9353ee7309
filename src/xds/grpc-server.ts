// A gRPC server of bidirectional calls on Node's HTTP/2: as much of the protocol as ADS needs, and no more.
// https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md
//
// grpc-js's server copies every message for every call, and neither cuts a call that does not read nor retires one connection; a control plane of
// a thousand Envoys needs all three (docs/decisions/0013).
import {
  createSecureServer,
  createServer,
  type Http2SecureServer,
  type Http2Server,
  type Http2Session,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import { createServer as createListener, type Socket } from 'node:net';
import { GrpcCall, STATUS, type Connection } from './grpc-call.js';
import { createScheduler } from './scheduler.js';

export interface GrpcServerOptions {
  /** Path of a method, `/package.Service/Method` → who serves its calls. */
  readonly methods: ReadonlyMap<string, (call: GrpcCall) => void>;
  /** PEM. Absent: without TLS. */
  readonly tls?:
    { readonly cert: string; readonly key: string; readonly ca?: string | undefined } | undefined;
  /** A connection on which nothing has come for so long is asked for a sign of life (PING). Milliseconds. */
  readonly quietMs: number;
  /** One that has given no sign for so long after that is closed. Milliseconds. */
  readonly answerMs: number;
}

export type Where = { readonly path: string } | { readonly host: string; readonly port: number };

export interface GrpcServer {
  /** Rejects with the error of the system. Resolves to the port; 0 for a path. */
  readonly listen: (where: Where) => Promise<number>;
  /** Accepts nothing more; resolves when all connections are closed. */
  readonly close: () => Promise<void>;
}

const HTTP2 = {
  // An Envoy needs one call; clients that share a connection need a few.
  settings: { maxConcurrentStreams: 256 },
  // Megabytes. What one connection may hold is bounded by its calls: they write no more while their socket is full.
  maxSessionMemory: 1_024,
} as const;

/** Connections that wait to be accepted: as many as the system allows, for all Envoys may come at once. */
const BACKLOG = 4_096;

/** How long calls may take to end when the server is closed. Milliseconds. */
const CLOSE_DEADLINE_MS = 1_000;

interface Life {
  readonly session: ServerHttp2Session;
  readonly socket: Socket;
  calls: number;
  read: number;
  quietMs: number;
  asked: boolean;
}

export function createGrpcServer(options: GrpcServerOptions): GrpcServer {
  const lives = new Map<Http2Session, Life>();
  const server = http2Server(options);
  server.on('session', (session: ServerHttp2Session) => {
    const life = { session, socket: session.socket, calls: 0, read: 0, quietMs: 0, asked: false };
    lives.set(session, life);
    session.on('close', () => lives.delete(session));
    // What breaks a connection is told by the end of its calls.
    session.on('error', () => undefined);
  });
  server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    // A reset or broken stream is told by its `close`.
    stream.on('error', () => undefined);
    const life = stream.session === undefined ? undefined : lives.get(stream.session);
    if (life !== undefined) accept(life, stream, headers, options);
  });
  const step = Math.max(1, Math.min(options.quietMs, options.answerMs) / 4);
  // Setting up a connection costs more than accepting it, and all Envoys may come at once: each takes its turn.
  const arrivals = createScheduler<Socket>((socket) => server.emit('connection', socket));
  const listener = createListener((socket) => {
    // A socket that breaks while it waits is found broken when its turn comes.
    socket.on('error', () => undefined);
    arrivals.schedule(socket);
  });
  const looking = setInterval(() => {
    for (const life of lives.values()) look(life, step, options);
  }, step).unref();
  return {
    listen: (where) =>
      new Promise((resolve, reject) => {
        listener.once('error', reject);
        listener.listen({ ...where, backlog: BACKLOG }, () => {
          listener.off('error', reject);
          const address = listener.address();
          resolve(address === null || typeof address === 'string' ? 0 : address.port);
        });
      }),
    close: async () => {
      const cut = setTimeout(() => {
        for (const { session } of lives.values()) session.destroy();
      }, CLOSE_DEADLINE_MS);
      for (const { session } of lives.values()) session.close();
      await new Promise<void>((resolve) => listener.close(() => resolve()));
      arrivals.stop();
      clearTimeout(cut);
      clearInterval(looking);
    },
  };
}

function http2Server({ tls }: GrpcServerOptions): Http2Server | Http2SecureServer {
  if (tls === undefined) return createServer(HTTP2);
  const { cert, key, ca } = tls;
  return createSecureServer({
    ...HTTP2,
    cert,
    key,
    ...(ca !== undefined && { ca, requestCert: true, rejectUnauthorized: true }),
  });
}

function accept(
  life: Life,
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  { methods }: GrpcServerOptions,
): void {
  if (headers['content-type']?.startsWith('application/grpc') !== true) {
    stream.respond({ ':status': 415 }, { endStream: true });
    return;
  }
  life.calls += 1;
  stream.on('close', () => (life.calls -= 1));
  const call = new GrpcCall(stream, headers, connectionOf(life));
  const path = headers[':path'] ?? '';
  const serve = methods.get(path);
  if (serve === undefined) call.end({ code: STATUS.unimplemented, details: `there is no method ${path}` });
  else serve(call);
}

function connectionOf(life: Life): Connection {
  const { session, socket } = life;
  const { remoteAddress, remotePort } = socket;
  return {
    peer: remoteAddress === undefined ? 'unix' : `${remoteAddress}:${String(remotePort)}`,
    retire: () => {
      if (!session.closed) session.close();
    },
    abandon: () => {
      if (life.calls <= 1 && !session.destroyed) session.destroy();
    },
  };
}

/**
 * Is somebody still there? Time is counted in looks, not read from a clock: a control plane that stood still itself must not take that for the silence of
 * its clients.
 */
function look(life: Life, stepMs: number, { quietMs, answerMs }: GrpcServerOptions): void {
  const { session, socket } = life;
  if (session.destroyed) return;
  const read = socket.bytesRead;
  if (read !== life.read) {
    life.read = read;
    life.quietMs = 0;
    life.asked = false;
    return;
  }
  life.quietMs += stepMs;
  if (life.quietMs >= quietMs + answerMs) session.destroy();
  else if (life.quietMs >= quietMs && !life.asked) {
    life.asked = true;
    // The answer is bytes read, which is all that is asked for.
    session.ping(() => undefined);
  }
}
