import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { WindlassError } from '../errors/index.js';
import type { Logger } from '../telemetry/index.js';
import { answer, text, type Answer } from './answer.js';
import { isOwnHost } from './host.js';
import type { DebugView } from './view.js';

export interface DebugServerOptions {
  readonly view: DebugView;
  readonly address: string;
  /** 0: any free one. A port that is taken is followed by the next ones, up to nine. */
  readonly port: number;
  readonly logger: Logger;
}

export interface DebugServer {
  /** `http://127.0.0.1:19000`. */
  readonly url: string;
  close(): Promise<void>;
}

/** How many ports are tried: several `windlass up` may run on one machine. */
const TRIES = 10;

/** @throws WindlassError PORT_UNAVAILABLE when no port can be bound */
export async function startDebugServer(options: DebugServerOptions): Promise<DebugServer> {
  const { view, address, port, logger } = options;
  const server = createServer((request, response) => void respond(request, response, options));
  const bound = await listen(server, address, port);
  // A connection that cannot be accepted, for want of file descriptors say, ends nothing else.
  server.on('error', (error) => logger.warn('debug connection refused', { error: error.message }));
  if (port !== 0 && bound !== port) {
    logger.warn('debug port is taken, using another', { wanted: port, port: bound });
  }
  logger.debug('debug endpoint listens', { address, port: bound, version: view.version });
  return {
    url: `http://${address.includes(':') ? `[${address}]` : address}:${bound}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function listen(server: Server, address: string, first: number): Promise<number> {
  const last = first === 0 ? 0 : Math.min(first + TRIES - 1, 65_535);
  let refusal: unknown;
  for (let port = first; port <= last; port += 1) {
    try {
      return await listenOn(server, address, port);
    } catch (error) {
      refusal = error;
      if (codeOf(error) !== 'EADDRINUSE') break;
    }
  }
  const { message } = WindlassError.from(refusal);
  throw new WindlassError(
    'PORT_UNAVAILABLE',
    `the debug endpoint cannot listen on ${address}: ${message}; give another --debug-address or --debug-port`,
    {
      cause: refusal,
    },
  );
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}

function listenOn(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, exclusive: true }, () => {
      server.off('error', reject);
      const at = server.address();
      resolve(typeof at === 'object' && at !== null ? at.port : port);
    });
  });
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  options: DebugServerOptions,
): Promise<void> {
  const { status, type, body } = await answerTo(request, options);
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
    ...(status === 405 ? { allow: 'GET, HEAD' } : {}),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

async function answerTo(
  request: IncomingMessage,
  { view, address, logger }: DebugServerOptions,
): Promise<Answer> {
  if (!isOwnHost(request.headers.host, address)) {
    return text(403, 'the Host header must be an IP address or localhost');
  }
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return text(405, 'only GET and HEAD: nothing can be changed here');
  const url = URL.parse(request.url ?? '/', 'http://localhost');
  if (url === null) return text(400, 'the request target is not a path');
  try {
    return await answer(url, view);
  } catch (thrown) {
    const error = WindlassError.from(thrown);
    if (error.code === 'ENVOY_ADMIN_UNREACHABLE') return text(502, error.message);
    logger.error('debug request failed', { path: url.pathname, code: error.code, error: error.message });
    return text(500, `${error.code}: ${error.message}`);
  }
}
