import { createServer, type Server, type ServerOptions } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import { WindlassError } from '../../errors/index.js';
import type { FleetAcknowledgements } from '../../status/index.js';
import type { Logger } from '../../telemetry/index.js';
import type { DigestLine } from './digest-line.js';

/** PEM. */
export type ServingCertificate = Required<Pick<ServerOptions, 'cert' | 'key'>>;

export interface DigestServerOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly certificate: ServingCertificate;
  /** Whether the bearer is one of our replicas. */
  readonly authenticate: (token: string) => Promise<boolean>;
  readonly logger: Logger;
  readonly limits?: Partial<DigestServerLimits>;
}

export interface DigestServerLimits {
  /** Between two lines at most: silence is death. Milliseconds. */
  readonly heartbeatMs: number;
  /** How long changes are collected for one line. Milliseconds. */
  readonly collectMs: number;
  /** How long a caller is trusted: it comes back with a fresh token. Milliseconds. */
  readonly streamMs: number;
  /** Replicas that listen at a time, and callers that are being authenticated. */
  readonly mostStreams: number;
  readonly mostAuthentications: number;
}

const LIMITS: DigestServerLimits = {
  heartbeatMs: 2000,
  collectMs: 20,
  streamMs: 300_000,
  mostStreams: 64,
  mostAuthentications: 8,
};

export const DIGEST_PATH = '/v1/digests';

/** What the Envoys of this replica said, told to the other replicas as it changes. */
export interface DigestServer {
  readonly port: number;
  /** By fleet; whoever listens is told what differs. */
  publish(digests: ReadonlyMap<string, FleetAcknowledgements>): void;
  /** For connections from now on. */
  setCertificate(certificate: ServingCertificate): void;
  close(): Promise<void>;
}

/** @throws WindlassError PORT_UNAVAILABLE */
export async function startDigestServer(options: DigestServerOptions): Promise<DigestServer> {
  const { host, port, certificate, authenticate, logger } = options;
  const limits = { ...LIMITS, ...options.limits };
  const listeners = new Set<Listener>();
  let digests: ReadonlyMap<string, FleetAcknowledgements> = new Map();
  let authentications = 0;

  const admit = async ({ headers }: IncomingMessage): Promise<401 | 503 | undefined> => {
    const [scheme = '', token = ''] = (headers.authorization ?? '').split(' ');
    if (scheme.toLowerCase() !== 'bearer' || token === '') return 401;
    if (authentications >= limits.mostAuthentications || listeners.size >= limits.mostStreams) return 503;
    authentications += 1;
    try {
      return (await authenticate(token)) ? undefined : 401;
    } catch (error) {
      logger.warn('a replica cannot be authenticated', { error: WindlassError.from(error).message });
      return 503;
    } finally {
      authentications -= 1;
    }
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method !== 'GET' || request.url !== DIGEST_PATH) {
      response.writeHead(404).end();
      return;
    }
    const refusal = await admit(request);
    if (refusal !== undefined) {
      if (refusal === 401)
        logger.warn('a caller that is no replica was refused', { peer: request.socket.remoteAddress });
      response.writeHead(refusal).end();
      return;
    }
    if (response.destroyed) return;
    const listener = listen(response, () => digests, limits);
    listeners.add(listener);
    response.once('close', () => {
      listener.stop();
      listeners.delete(listener);
    });
  };

  const server = createServer(certificate, (request, response) => void serve(request, response));
  await listening(server, host, port);
  return {
    port: (server.address() as AddressInfo).port,
    publish: (next) => {
      if (isDeepStrictEqual(next, digests)) return;
      digests = next;
      for (const listener of listeners) listener.changed();
    },
    setCertificate: (next) => server.setSecureContext(next),
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

interface Listener {
  changed(): void;
  stop(): void;
}

/** One replica that listens: at most one line is under way; what changes meanwhile is told when it has gone, as it is then. */
function listen(
  response: ServerResponse,
  current: () => ReadonlyMap<string, FleetAcknowledgements>,
  { heartbeatMs, collectMs, streamMs }: DigestServerLimits,
): Listener {
  let told: ReadonlyMap<string, FleetAcknowledgements> | undefined;
  let isUnderWay = false;
  let isBehind = false;
  let hasStopped = false;
  let collecting: NodeJS.Timeout | undefined;

  const send = (line: DigestLine): void => {
    isUnderWay = true;
    response.write(`${JSON.stringify(line)}\n`, () => {
      isUnderWay = false;
      if (isBehind) tell();
    });
  };
  const tell = (): void => {
    collecting = undefined;
    isBehind = isUnderWay;
    if (isUnderWay || hasStopped) return;
    const [before, now] = [told, current()];
    told = now;
    const changed = [...now.values()].filter((each) => !isDeepStrictEqual(before?.get(each.fleet), each));
    const gone = [...(before?.keys() ?? [])].filter((fleet) => !now.has(fleet));
    if (before === undefined) send({ all: true, changed });
    else if (changed.length + gone.length > 0) send({ changed, gone });
  };
  const heartbeat = setInterval(() => {
    if (!isUnderWay) send({});
  }, heartbeatMs);
  const stop = (): void => {
    hasStopped = true;
    clearTimeout(collecting);
    clearInterval(heartbeat);
    clearTimeout(end);
  };
  // Nothing is written behind the end: until the other side has taken all of it the response is not closed, and a line would be an error that nobody handles.
  const end = setTimeout(() => {
    stop();
    response.end();
  }, streamMs);

  response.writeHead(200, { 'content-type': 'application/jsonl' });
  tell();
  return {
    changed: () => (collecting ??= setTimeout(tell, collectMs)),
    stop,
  };
}

async function listening(server: Server, host: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: Error) => {
      const message = `replicas cannot be served on ${host}:${port}: ${cause.message}`;
      reject(new WindlassError('PORT_UNAVAILABLE', message, { cause }));
    });
    server.listen(port, host, resolve);
  });
}
