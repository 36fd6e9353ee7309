import type { IncomingHttpHeaders } from 'node:http';
import { request, type Agent } from 'node:https';
import { text } from 'node:stream/consumers';
import type { TLSSocket } from 'node:tls';
import type { KeyPair } from './authority.js';
import type { Echo } from './backend.js';

export interface TlsAsk {
  readonly address: string;
  readonly port: number;
  readonly sni: string;
  /** Default: the server name. */
  readonly host?: string;
  readonly path?: string;
  /** What the client presents. */
  readonly client?: KeyPair | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** Default: a connection of its own. */
  readonly agent?: Agent;
  /** `TLSv1.1`… */
  readonly maxVersion?: 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';
  /** OpenSSL's names, for TLS 1.2. */
  readonly ciphers?: string;
}

export interface TlsAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly echo: Echo | undefined;
  /** Common name and key type of the served certificate: `RSA` or the curve of ECDSA. */
  readonly certificate: string;
  readonly keyType: string;
  /** Local port of the connection: equal for requests over one connection. */
  readonly connection: number;
}

/** One request over TLS, whose server certificate may be any. Rejects on any transport error, or after 5 s. */
export function askTls(what: TlsAsk): Promise<TlsAnswer> {
  const {
    address,
    port,
    sni,
    host = sni,
    path = '/',
    client,
    headers = {},
    agent,
    maxVersion,
    ciphers,
  } = what;
  return new Promise((resolve, reject) => {
    const sent = request({
      host: address,
      port,
      path,
      headers: { host, ...headers },
      servername: sni,
      rejectUnauthorized: false,
      agent: agent ?? false,
      timeout: 5_000,
      ...(client && { cert: client.certificate, key: client.key }),
      ...(maxVersion && { maxVersion, minVersion: 'TLSv1' }),
      ...(ciphers !== undefined && { ciphers }),
    });
    sent.on('timeout', () => sent.destroy(new Error('no answer within 5 s')));
    sent.on('error', reject);
    sent.on('response', (response) => {
      const socket = response.socket as TLSSocket;
      const served = socket.getPeerCertificate();
      const connection = socket.localPort ?? 0;
      text(response).then((body) => {
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          echo: body.startsWith('{"backend"') ? (JSON.parse(body) as Echo) : undefined,
          certificate: served.subject.CN?.toString() ?? '',
          keyType: served.asn1Curve ?? 'RSA',
          connection,
        });
      }, reject);
    });
    sent.end();
  });
}

/** The status, or `refused` where no answer comes. */
export async function metBy(what: TlsAsk): Promise<string> {
  try {
    return String((await askTls(what)).status);
  } catch {
    return 'refused';
  }
}
