import { connect, constants, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { pause } from '../../harness/pause.js';
import { reasonOf, type Recorder } from './recorder.js';
import type { LoadOptions } from './report.js';
import { TIMEOUT_MS, wrong } from './requests.js';

/** Requests that are under way at a time over one connection, and the pause of each. */
const STREAMS = 4;
const PAUSE_MS = 200;

interface Connection {
  readonly session: ClientHttp2Session;
  readonly socket: Socket;
}

/** A client that asks several things at a time over one connection, and makes another one as soon as it is told to go. */
export async function http2(
  options: LoadOptions,
  recorder: Recorder,
  index: number,
  goesOn: () => boolean,
): Promise<void> {
  let current: Connection | undefined;
  const connection = (): Connection => {
    if (current === undefined || current.session.closed || current.session.destroyed) current = open(options);
    return current;
  };
  let asked = 0;
  const streams = Array.from({ length: STREAMS }, async () => {
    while (goesOn()) {
      const path = `/http2/${index}/${(asked += 1)}`;
      while (!(await ask(connection(), options, recorder, path))) recorder.again('http2');
      await pause(PAUSE_MS * (0.5 + Math.random()));
    }
  });
  await Promise.all(streams);
  current?.session.close();
}

function open({ address, port, host, isSecure }: LoadOptions): Connection {
  const socket = isSecure
    ? connectTls({
        host: address,
        port,
        servername: host,
        ALPNProtocols: ['h2'],
        rejectUnauthorized: false,
      })
    : connectPlain({ host: address, port });
  const session = connect(`http${isSecure ? 's' : ''}://${host}:${port}`, { createConnection: () => socket });
  // Whatever was asked over it fails with it.
  session.on('error', () => undefined);
  return { session, socket };
}

/** @returns false: nobody has looked at it, and it may be sent again */
async function ask(
  { session, socket }: Connection,
  { host }: LoadOptions,
  recorder: Recorder,
  path: string,
): Promise<boolean> {
  const from = Date.now();
  let stream;
  try {
    stream = session.request({ ':method': 'GET', ':path': path, ':authority': host });
  } catch {
    return false;
  }
  const asked = stream;
  asked.setTimeout(TIMEOUT_MS, () => asked.destroy(new Error('timeout')));
  const why = await answered(asked, path);
  if (why === 'unseen') return false;
  const made = socket.localPort === undefined ? undefined : recorder.sending('http2', socket);
  if (why === undefined) recorder.done('http2', from);
  else recorder.failed('http2', from, why, made);
  return true;
}

/** What failed; undefined: nothing. What counts is what has arrived: Node calls a stream broken whose connection ends right behind its answer. */
async function answered(stream: ClientHttp2Stream, path: string): Promise<string | undefined> {
  let status = 0;
  let length = 0;
  let body = '';
  let error: Error | undefined;
  stream.setEncoding('utf8');
  stream.once('response', (headers) => {
    status = headers[':status'] ?? 0;
    length = Number(headers['content-length'] ?? -1);
  });
  stream.on('data', (chunk: string) => (body += chunk));
  stream.once('error', (cause) => (error = cause));
  stream.end();
  await new Promise((resolve) => stream.once('close', resolve));
  if (stream.rstCode === constants.NGHTTP2_REFUSED_STREAM) return 'unseen';
  if (status !== 0 && body.length === length) return wrong(status, body, path);
  const how = error === undefined ? `closed, code ${stream.rstCode}` : reasonOf(error);
  return `${how}; status ${status}, ${body.length} of ${length} bytes`;
}
