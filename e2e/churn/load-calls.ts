import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2';
import { connect as connectPlain } from 'node:net';
import { connect as connectTls, TLSSocket } from 'node:tls';
import { monotonicMs } from './clock.js';
import type { Shape } from './shapes.js';

/** An HTTP/2 connection. */
export interface CallConnection {
  readonly session: ClientHttp2Session;
  /** When it was begun, by the monotonic clock. */
  readonly from: number;
  isConnected: boolean;
}

/** Opens a connection; `onConnected` gets the SHA-256 of the certificate, '' in clear text. */
export function openForCalls(
  address: string,
  { port, sni }: Shape,
  onConnected: (connection: CallConnection, certificate: string) => void,
): CallConnection {
  const socket =
    sni === undefined
      ? connectPlain({ host: address, port })
      : connectTls({
          host: address,
          port,
          servername: sni,
          ALPNProtocols: ['h2'],
          rejectUnauthorized: false,
        });
  const session = connect(`http${sni === undefined ? '' : 's'}://${address}:${port}`, {
    createConnection: () => socket,
  });
  const connection = { session, from: monotonicMs(), isConnected: false };
  // What fails of it fails with the calls that use it.
  session.on('error', () => undefined);
  session.once('connect', () => {
    connection.isConnected = true;
    onConnected(
      connection,
      socket instanceof TLSSocket ? (socket.getPeerX509Certificate()?.fingerprint256 ?? '') : '',
    );
  });
  return connection;
}

/** As gRPC numbers what a proxy answers itself. */
const STATUS: Readonly<Record<string, string>> = {
  2: 'UNKNOWN',
  7: 'PERMISSION_DENIED',
  12: 'UNIMPLEMENTED',
  13: 'INTERNAL',
  14: 'UNAVAILABLE',
};

export interface CallEvents {
  readonly onAnswer: (answer: string) => void;
  /** The server closed the connection before it looked at the call: it may be sent again. */
  readonly onUnseen: () => void;
}

/** One call; the connection stays open. */
export function call(
  { session }: CallConnection,
  { host, path }: Shape,
  timeoutMs: number,
  { onAnswer, onUnseen }: CallEvents,
): void {
  let stream: ClientHttp2Stream;
  try {
    stream = session.request({
      ':method': 'POST',
      ':path': path,
      ':authority': host,
      'content-type': 'application/grpc',
      te: 'trailers',
    });
  } catch {
    onUnseen();
    return;
  }
  stream.setTimeout(timeoutMs, () => {
    onAnswer('timeout');
    stream.close(constants.NGHTTP2_CANCEL);
  });
  stream.on('error', (error: Error & { readonly code?: string }) => {
    if (stream.rstCode === constants.NGHTTP2_REFUSED_STREAM) onUnseen();
    else onAnswer(error.code === 'ECONNREFUSED' ? 'refused' : `reset ${error.code ?? error.message}`);
  });
  // An error comes before it, if there is one.
  stream.on('close', () => onAnswer('reset'));
  stream.on('response', (headers) => {
    let body = '';
    stream.setEncoding('utf8');
    stream.on('data', (chunk: string) => (body += chunk));
    stream.on('end', () => {
      const { ':status': status = 0, 'grpc-status': code, location } = headers;
      if (typeof code === 'string') onAnswer(`grpc ${STATUS[code] ?? code}`);
      else if (status === 200) onAnswer(`200 ${body}`);
      else onAnswer(location === undefined ? String(status) : `${status} ${location}`);
    });
  });
  stream.end();
}
