// Clients that keep a connection busy.
import { once } from 'node:events';
import { request as plain, type IncomingMessage } from 'node:http';
import { request as secure } from 'node:https';
import type { Socket } from 'node:net';
import { pause } from '../../harness/pause.js';
import { reasonOf, type Recorder } from './recorder.js';
import type { ClientKind, LoadOptions } from './report.js';
import { TIMEOUT_MS } from './requests.js';

/** Of a `webSocket` and a `stream`: shorter than what is left of a drain once nobody sends any more. */
const LIFE_MS = 5_000;
const ECHO_MS = 200;

/** Upgraded connections of some seconds, one after the other; echoes go over each. */
export async function webSocket(
  options: LoadOptions,
  recorder: Recorder,
  _index: number,
  goesOn: () => boolean,
): Promise<void> {
  while (goesOn()) await converse(options, recorder, 'webSocket', goesOn, LIFE_MS);
}

/** An upgraded connection for as long as it lasts, and then another one. That it ends is noted, and no failure. */
export async function forever(
  options: LoadOptions,
  recorder: Recorder,
  _index: number,
  goesOn: () => boolean,
): Promise<void> {
  while (goesOn()) await converse(options, recorder, 'forever', goesOn, Number.POSITIVE_INFINITY);
}

async function converse(
  options: LoadOptions,
  recorder: Recorder,
  client: 'webSocket' | 'forever',
  goesOn: () => boolean,
  lifeMs: number,
): Promise<void> {
  const from = Date.now();
  let echoes = 0;
  let socket: Socket | undefined;
  try {
    socket = await upgraded(options);
    const connection = recorder.sending(client, socket);
    let ended: string | undefined;
    socket.once('error', (error) => (ended = reasonOf(error))).once('close', () => (ended ??= 'closed'));
    while (goesOn() && Date.now() - from < lifeMs) {
      const sent = Date.now();
      const why = ended ?? (await echo(socket, `${client} ${echoes}\n`));
      if (why !== undefined) {
        if (client === 'forever' && why !== 'timeout') recorder.cut({ from, to: Date.now(), echoes });
        else recorder.failed(client, sent, `${why} after ${echoes} echoes`, connection);
        return;
      }
      recorder.done(client, sent);
      echoes += 1;
      await pause(ECHO_MS);
    }
  } catch (error) {
    recorder.failed(client, from, `upgrade: ${reasonOf(error as Error)}`);
    await pause(ECHO_MS);
  } finally {
    socket?.destroy();
  }
}

/** What failed; undefined: it came back. */
async function echo(socket: Socket, line: string): Promise<string | undefined> {
  let back = '';
  return await new Promise((resolve) => {
    const end = (why?: string): void => {
      clearTimeout(timer);
      socket.off('data', onData).off('close', onClose);
      resolve(why);
    };
    const onData = (data: Buffer): void => {
      back += data.toString();
      if (back.length >= line.length) end(back === line ? undefined : `echoed ${back}`);
    };
    const onClose = (): void => end('closed');
    const timer = setTimeout(() => end('timeout'), TIMEOUT_MS);
    socket.on('data', onData).on('close', onClose);
    socket.write(line);
  });
}

async function upgraded(options: LoadOptions): Promise<Socket> {
  const request = open(options, '/web-socket', { connection: 'Upgrade', upgrade: 'websocket' });
  const refused = once(request, 'response').then(([response]: IncomingMessage[]) => {
    response?.resume();
    throw new Error(String(response?.statusCode));
  });
  const timer = setTimeout(() => request.destroy(new Error('timeout')), TIMEOUT_MS);
  try {
    const [, socket] = (await Promise.race([once(request, 'upgrade'), refused])) as [IncomingMessage, Socket];
    return socket;
  } finally {
    clearTimeout(timer);
  }
}

/** Answers that come for some seconds, one after the other. */
export async function stream(
  options: LoadOptions,
  recorder: Recorder,
  _index: number,
  goesOn: () => boolean,
): Promise<void> {
  while (goesOn()) {
    const from = Date.now();
    const why = await read(options, recorder, 'stream', goesOn);
    if (why === undefined) recorder.done('stream', from);
    else await pause(ECHO_MS);
  }
}

async function read(
  options: LoadOptions,
  recorder: Recorder,
  client: ClientKind,
  goesOn: () => boolean,
): Promise<string | undefined> {
  const from = Date.now();
  const request = open(options, '/stream', {});
  let connection: ReturnType<Recorder['sending']> | undefined;
  const silence = setTimeout(() => request.destroy(new Error('timeout')), TIMEOUT_MS);
  try {
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    connection = recorder.sending(client, response.socket);
    if (response.statusCode !== 200) throw new Error(String(response.statusCode));
    for await (const _line of response) {
      silence.refresh();
      if (!goesOn() || Date.now() - from > LIFE_MS) return undefined;
    }
    throw new Error('the answer ended');
  } catch (error) {
    const why = reasonOf(error as Error);
    recorder.failed(client, from, why, connection);
    return why;
  } finally {
    clearTimeout(silence);
    request.destroy();
  }
}

function open(
  { address, port, host, isSecure }: LoadOptions,
  path: string,
  more: Readonly<Record<string, string>>,
): ReturnType<typeof plain> {
  const options = {
    host: address,
    port,
    path,
    headers: { host, ...more },
    setHost: false,
    agent: false,
  } as const;
  const request = isSecure
    ? secure({ ...options, servername: host, rejectUnauthorized: false })
    : plain(options);
  request.on('error', () => undefined); // Whoever waits for it is told, too.
  return request.end();
}
