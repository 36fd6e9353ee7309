// Clients of HTTP/1.1 that ask and are answered.
import { Agent as PlainAgent, request as plain, type IncomingMessage } from 'node:http';
import { Agent as SecureAgent, request as secure } from 'node:https';
import { text } from 'node:stream/consumers';
import { pause } from '../../harness/pause.js';
import { reasonOf, type Recorder } from './recorder.js';
import type { LoadOptions } from './report.js';

export const TIMEOUT_MS = 15_000;
/** Between two requests of one client, on average. */
const PAUSE_MS = 100;

let asked = 0;

/** A client that keeps its connection; every fourth one asks seldom. */
export async function kept(
  options: LoadOptions,
  recorder: Recorder,
  index: number,
  goesOn: () => boolean,
): Promise<void> {
  const own = { keepAlive: true, maxSockets: 1, maxCachedSessions: 0 };
  const agent = options.isSecure ? new SecureAgent(own) : new PlainAgent(own);
  const isSeldom = index % 4 === 3;
  while (goesOn()) {
    await ask(options, recorder, 'kept', agent);
    await pause((isSeldom ? 20 : 1) * PAUSE_MS * (0.5 + Math.random()));
  }
  agent.destroy();
}

/** A client that makes a connection for each request. */
export async function fresh(
  options: LoadOptions,
  recorder: Recorder,
  _index: number,
  goesOn: () => boolean,
): Promise<void> {
  while (goesOn()) {
    await ask(options, recorder, 'fresh', false);
    await pause(PAUSE_MS * (0.5 + Math.random()));
  }
}

/** Done once it was answered or has failed. */
async function ask(
  { address, port, host, isSecure }: LoadOptions,
  recorder: Recorder,
  client: 'kept' | 'fresh',
  agent: PlainAgent | false,
): Promise<void> {
  const path = `/${client}/${(asked += 1)}`;
  const headers = { host, ...(agent === false && { connection: 'close' }) };
  const options = { host: address, port, path, headers, setHost: false, agent };
  const request = isSecure
    ? secure({ ...options, servername: host, rejectUnauthorized: false })
    : plain(options);
  let from = Date.now();
  let connection: ReturnType<Recorder['sending']> | undefined;
  const timer = setTimeout(() => request.destroy(new Error('timeout')), TIMEOUT_MS);
  request.once('socket', (socket) => {
    from = Date.now();
    const isSending = (): void => void (connection = recorder.sending(client, socket));
    if (recorder.isKnown(socket)) isSending();
    else socket.once(isSecure ? 'secureConnect' : 'connect', isSending);
  });
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      request.once('response', resolve).on('error', reject).end();
    });
    const why = wrong(response.statusCode ?? 0, await text(response), path);
    if (why === undefined) recorder.done(client, from);
    else recorder.failed(client, from, why, connection);
  } catch (error) {
    recorder.failed(client, from, reasonOf(error as Error), connection);
  } finally {
    clearTimeout(timer);
  }
}

/** What is wrong about an answer; undefined: nothing. */
export function wrong(status: number, body: string, path: string): string | undefined {
  if (status !== 200) return `${status} ${body.slice(0, 60)}`;
  const { path: answered } = JSON.parse(body) as { readonly path?: string };
  return answered === path ? undefined : `the answer to ${answered ?? 'something else'}`;
}
