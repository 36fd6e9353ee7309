import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { KeyPair } from './authority.js';

/** What a backend received, as it answers it. */
export interface Echo {
  readonly backend: string;
  readonly method: string;
  readonly path: string;
  readonly host: string;
  readonly headers: IncomingHttpHeaders;
  /** Names as received, repeated ones in order. */
  readonly rawHeaders: readonly string[];
  readonly body: string;
}

export interface Backend {
  readonly name: string;
  readonly port: number;
  /** Every request that has arrived in full, in order. */
  readonly received: readonly Echo[];
  close(): Promise<void>;
}

/** Where a server listens. */
export interface Place {
  /** A loopback address. */
  readonly address: string;
  /** 0: one that is free. */
  readonly port: number;
}

/** A real HTTP server on loopback that answers 200 with an {@link Echo} as JSON its name as `x-backend`, and `x-answer: plain`. `?delay=ms` answers late, and a header `x-status` asks for another status. @param pair HTTP/1.1 over TLS with it */
export async function startBackend(
  name: string,
  protocol: 'http1' | 'http2' = 'http1',
  { address, port }: Place = { address: '127.0.0.1', port: 0 },
  pair?: KeyPair,
): Promise<Backend> {
  const received: Echo[] = [];
  const answer = async (
    request: Readable & {
      method?: string | undefined;
      url?: string | undefined;
      headers: IncomingHttpHeaders;
      rawHeaders: string[];
    },
    end: (body: string) => void,
  ): Promise<void> => {
    // A client that has gone away waits for no answer.
    const body = await text(request).catch(() => undefined);
    if (body === undefined) return;
    const echo: Echo = {
      backend: name,
      method: request.method ?? '',
      path: request.url ?? '',
      host: request.headers.host ?? String(request.headers[':authority'] ?? ''),
      headers: request.headers,
      rawHeaders: request.rawHeaders,
      body,
    };
    received.push(echo);
    const delay = Number(new URL(echo.path, 'http://x').searchParams.get('delay') ?? 0);
    setTimeout(() => end(JSON.stringify(echo)), delay);
  };
  const serve: RequestListener = (request, response) => {
    response.statusCode = statusAsked(request.headers);
    response.setHeaders(new Headers({ 'x-backend': name, 'x-answer': 'plain' }));
    void answer(request, (body) => response.end(body));
  };
  const server =
    protocol === 'http1'
      ? pair === undefined
        ? createServer(serve)
        : createSecureServer({ cert: pair.certificate, key: pair.key }, serve)
      : createHttp2Server((request, response) => {
          response.statusCode = statusAsked(request.headers);
          response.setHeader('x-backend', name);
          response.setHeader('x-answer', 'plain');
          void answer(request, (body) => response.end(body));
        });
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(port, address, resolve));
  return {
    name,
    received,
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function statusAsked(headers: IncomingHttpHeaders): number {
  return Number(headers['x-status'] ?? 200);
}
