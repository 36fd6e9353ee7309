import { chmod, lstat, rm } from 'node:fs/promises';
import { WindlassError } from '../errors/index.js';
import { createListener, type Listener, type Pem, type Serve, type Where } from './connections.js';

/** A bound server. `close` waits for its streams to end, and cuts those that do not. */
export interface Listening {
  readonly port: number;
  readonly close: () => Promise<void>;
}

/**
 * Serves on a unix socket that only this user may open (mode 0600). A socket file that is left there is removed; whether somebody still serves
 * on it is for the owner of the directory to know. Throws XDS_LISTEN.
 */
export async function listenOnUnix(path: string, serve: Serve): Promise<Listening> {
  const existing = await lstat(path).catch(() => undefined);
  if (existing !== undefined && !existing.isSocket()) {
    throw new WindlassError('XDS_LISTEN', `cannot listen on ${path}: it exists and is not a socket`);
  }
  await rm(path, { force: true });
  // It goes with the listener, at once: by the time that all connections are closed, another may stand in its place.
  const listening = await bind({ path }, `unix:${path}`, createListener({ serve }));
  await chmod(path, 0o600);
  return listening;
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

/** A listener over TLS. */
export interface TlsListening extends Listening {
  /** Presented in every handshake from now on; connections that stand are not touched. @throws Error of the system: `key` is not that of `certificate` */
  readonly setCertificate: (pair: { readonly certificate: string; readonly key: string }) => void;
}

/** Serves over TLS. Throws XDS_LISTEN. */
export async function listenOnTls(tls: TlsAddress, serve: Serve): Promise<TlsListening> {
  const { address: host, port } = tls;
  const pem = ({ certificate, key }: Pick<TlsAddress, 'certificate' | 'key'>): Pem => ({
    cert: certificate,
    key,
    ca: tls.caClients,
  });
  const listener = createListener({ serve, tls: pem(tls) });
  const name = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  return {
    ...(await bind({ host, port }, name, listener)),
    setCertificate: (pair) => listener.setPem(pem(pair)),
  };
}

async function bind(where: Where, name: string, listener: Listener): Promise<Listening> {
  try {
    return { port: await listener.listen(where), close: listener.close };
  } catch (thrown) {
    await listener.close();
    const { message } = WindlassError.from(thrown);
    throw new WindlassError('XDS_LISTEN', `cannot listen on ${name}: ${message}`, { cause: thrown });
  }
}
