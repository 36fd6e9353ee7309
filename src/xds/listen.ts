import { chmod, lstat, rm } from 'node:fs/promises';
import { WindlassError } from '../errors/index.js';
import { createGrpcServer, type GrpcServer, type GrpcServerOptions, type Where } from './grpc-server.js';

/** A bound server. `close` waits for its streams to end, and cuts those that do not. */
export interface Listening {
  readonly port: number;
  readonly close: () => Promise<void>;
}

type Methods = GrpcServerOptions['methods'];

/**
 * A client that is gone without a word is noticed after 70 s at the latest, and counts as connected no longer. The second figure is what the main thread of
 * a live Envoy may take for one update.
 */
const KEEPALIVE = { quietMs: 30_000, answerMs: 40_000 };

/**
 * Serves on a unix socket that only this user may open (mode 0600). A socket file that is left there is removed; whether somebody still serves
 * on it is for the owner of the directory to know. Throws XDS_LISTEN.
 */
export async function listenOnUnix(path: string, methods: Methods): Promise<Listening> {
  const existing = await lstat(path).catch(() => undefined);
  if (existing !== undefined && !existing.isSocket()) {
    throw new WindlassError('XDS_LISTEN', `cannot listen on ${path}: it exists and is not a socket`);
  }
  await rm(path, { force: true });
  const listening = await bind({ path }, `unix:${path}`, createGrpcServer({ methods, ...KEEPALIVE }));
  await chmod(path, 0o600);
  return {
    port: 0,
    close: async () => {
      await listening.close();
      await rm(path, { force: true });
    },
  };
}

export interface TlsAddress {
  readonly address: string;
  /** 0: any free port. */
  readonly port: number;
  /** PEM. */
  readonly certificate: string;
  /** PEM. */
  readonly key: string;
  /** PEM. With it, clients must show a certificate that it has signed. */
  readonly caClients?: string | undefined;
}

/** Serves over TLS. Throws XDS_LISTEN. */
export async function listenOnTls(tls: TlsAddress, methods: Methods): Promise<Listening> {
  const { address: host, port, certificate: cert, key, caClients: ca } = tls;
  const server = createGrpcServer({ methods, ...KEEPALIVE, tls: { cert, key, ca } });
  return await bind({ host, port }, `${host.includes(':') ? `[${host}]` : host}:${port}`, server);
}

async function bind(where: Where, name: string, server: GrpcServer): Promise<Listening> {
  try {
    return { port: await server.listen(where), close: server.close };
  } catch (thrown) {
    await server.close();
    const { message } = WindlassError.from(thrown);
    throw new WindlassError('XDS_LISTEN', `cannot listen on ${name}: ${message}`, { cause: thrown });
  }
}
