import { chmod, lstat, rm } from 'node:fs/promises';
import { Server, ServerCredentials, type UntypedServiceImplementation } from '@grpc/grpc-js';
import { WindlassError } from '../errors/index.js';
import { ADS } from '../proto/index.js';

const OPTIONS = {
  // A client may bring tens of thousands of known versions.
  'grpc.max_receive_message_length': 64 * 1024 * 1024,
  'grpc.max_send_message_length': -1,
  // A client that is gone without a word is noticed after 50 s at the latest, and counts as connected no longer.
  'grpc.keepalive_time_ms': 30_000,
  'grpc.keepalive_timeout_ms': 20_000,
};

/** A bound server. `close` waits for its streams to end, and cuts those that do not. */
export interface Listening {
  readonly port: number;
  readonly close: () => Promise<void>;
}

const CLOSE_DEADLINE_MS = 1_000;

/**
 * Serves on a unix socket that only this user may open (mode 0600). A socket file that is left there is removed; whether somebody still serves
 * on it is for the owner of the directory to know. Throws XDS_LISTEN.
 */
export async function listenOnUnix(path: string, service: UntypedServiceImplementation): Promise<Listening> {
  const existing = await lstat(path).catch(() => undefined);
  if (existing !== undefined && !existing.isSocket()) {
    throw new WindlassError('XDS_LISTEN', `cannot listen on ${path}: it exists and is not a socket`);
  }
  await rm(path, { force: true });
  const listening = await bind(`unix:${path}`, ServerCredentials.createInsecure(), service);
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
export async function listenOnTls(
  tls: TlsAddress,
  service: UntypedServiceImplementation,
): Promise<Listening> {
  const host = tls.address.includes(':') ? `[${tls.address}]` : tls.address;
  const credentials = ServerCredentials.createSsl(
    tls.caClients === undefined ? null : Buffer.from(tls.caClients),
    [{ cert_chain: Buffer.from(tls.certificate), private_key: Buffer.from(tls.key) }],
    tls.caClients !== undefined,
  );
  return await bind(`${host}:${tls.port}`, credentials, service);
}

async function bind(
  address: string,
  credentials: ServerCredentials,
  service: UntypedServiceImplementation,
): Promise<Listening> {
  const server = new Server(OPTIONS);
  server.addService(ADS, service);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(address, credentials, (error, bound) => {
      if (error === null) resolve(bound);
      else
        reject(
          new WindlassError('XDS_LISTEN', `cannot listen on ${address}: ${error.message}`, { cause: error }),
        );
    });
  });
  return { port, close: () => closeServer(server) };
}

async function closeServer(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    const cut = setTimeout(() => server.forceShutdown(), CLOSE_DEADLINE_MS);
    server.tryShutdown(() => {
      clearTimeout(cut);
      resolve();
    });
  });
}
