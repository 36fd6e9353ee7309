import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect as connectHttp2, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import { connect, Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { status } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ADS } from '../proto/index.js';
import { ONE } from '../routing/testing/key-pair.js';
import type { Call } from './call.js';
import { createListener, type Listener, type ListenerOptions } from './connections.js';

const NOTHING = { onMessage: () => undefined, onTaken: () => undefined, onOver: () => undefined };
const MEGABYTE = 1024 * 1024;

/** What a client of HTTP/2 says first, with empty settings. */
const PREFACE = Buffer.concat([
  Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]),
]);

let directory: string;
let path: string;
let listener: Listener;
let calls: Call[];
let onCall: (call: Call) => void;
let ends: (() => void)[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'windlass-connections-'));
  path = join(directory, 'xds.sock');
  calls = [];
  ends = [];
  onCall = () => undefined;
});

function listen(limits: Omit<ListenerOptions, 'serve'> = {}): Promise<number> {
  const serve = (_: unknown, call: Call): void => {
    calls.push(call);
    onCall(call);
  };
  listener = createListener({ serve, ...limits });
  return listener.listen({ path });
}

afterEach(async () => {
  for (const end of ends.splice(0)) end();
  await listener.close();
  rmSync(directory, { recursive: true, force: true });
});

function open(): Socket {
  const socket = connect(path);
  ends.push(() => socket.destroy());
  return socket;
}

/** @param window how much of a stream may be under way, in bytes */
function session(socket = open(), window = 65_535): ClientHttp2Session {
  const made = connectHttp2('http://server', {
    createConnection: () => socket,
    settings: { initialWindowSize: window },
  });
  made.on('error', () => undefined);
  ends.push(() => made.destroy());
  return made;
}

/** Nothing of it is read, until somebody listens. */
function request(of: ClientHttp2Session): ClientHttp2Stream {
  const { path: method } = ADS.DeltaAggregatedResources;
  const stream = of.request({ ':method': 'POST', ':path': method, 'content-type': 'application/grpc' });
  stream.on('error', () => undefined);
  // As clients of gRPC do when the status has come.
  stream.on('end', () => stream.close());
  return stream;
}

async function nextCall(): Promise<Call> {
  return await new Promise((resolve) => {
    onCall = (call) => {
      call.listen(NOTHING);
      resolve(call);
    };
  });
}

describe('a connection', () => {
  it('is closed when its client is gone without a word, while another with nothing to say stays', async () => {
    await listen({ quietMs: 40, answerMs: 400 });
    const alive = session();
    await once(alive, 'connect');
    const vanished = open();
    // What is asked after that is never answered.
    vanished.write(PREFACE);
    vanished.resume();
    await once(vanished, 'close');
    // It has lived at least as long, and answers.
    await new Promise<void>((resolve, reject) => {
      alive.ping((error) => (error === null ? resolve() : reject(error)));
    });
    expect(alive.destroyed).toBe(false);
  });

  it('on which nobody calls is closed, whatever its client answers; one with a call stays', async () => {
    await listen({ unusedMs: 60, quietMs: 10 });
    const next = nextCall();
    const used = session();
    request(used).resume();
    const call = await next;
    const unused = session();
    await once(unused, 'close');
    expect(call.isOver).toBe(false);
    call.end();
    await once(used, 'close');
  });

  it('whose TLS handshake never comes is closed', async () => {
    await listen({ unusedMs: 60, tls: { cert: '', key: '' } });
    await once(open().resume(), 'close');
  });

  it('is closed although its client does not close its own side', async () => {
    await listen({ unusedMs: 60 });
    const client = connect({ path, allowHalfOpen: true });
    ends.push(() => client.destroy());
    client.on('error', () => undefined);
    client.write(PREFACE);
    await once(client.resume(), 'end');
    // It may go on for a second; nobody takes anything after that.
    while (!client.destroyed) {
      client.write('and more');
      await new Promise(setImmediate);
    }
  });

  it('over TLS whose client goes in the midst of a write ends, although there is more to write', async () => {
    await listen({ tls: { cert: ONE.certificate, key: ONE.key } });
    const next = nextCall();
    const socket = open();
    const secure = connectTls({ socket, ALPNProtocols: ['h2'], rejectUnauthorized: false });
    const client = session(secure, 64 * MEGABYTE);
    await once(client, 'connect');
    client.setLocalWindowSize(64 * MEGABYTE);
    request(client).resume();
    const call = await next;
    const before = call.taken;
    for (let i = 0; i < 32; i += 1) call.write(Buffer.alloc(MEGABYTE));
    while (call.taken === before) await new Promise(setImmediate);
    expect(call.unsent).toBeGreaterThan(MEGABYTE);
    socket.destroy();
    while (!call.isOver) await new Promise(setImmediate);
  });

  it('that cannot be accepted, for want of memory or files, is no end of the others', async () => {
    const listening = jest.spyOn(Server.prototype, 'listen');
    await listen();
    const [server] = listening.mock.contexts as readonly Server[];
    server?.emit('error', new Error('accept ENOMEM'));
    await once(session(), 'connect');
    listening.mockRestore();
  });

  it('tells its client to come on another one when a call on it retires it, and is closed after the last call', async () => {
    await listen();
    const client = session();
    const [first, second] = [request(client), request(client)];
    first.resume();
    second.resume();
    while (calls.length < 2) await new Promise(setImmediate);
    for (const call of calls) call.listen(NOTHING);
    const away = once(client, 'goaway');
    calls[0]?.end(undefined, true);
    await Promise.all([away, once(first, 'close')]);
    expect(calls[1]?.isOver).toBe(false);
    calls[1]?.end();
    await once(client, 'close');
    expect(second.rstCode).toBe(0);
  });
});

describe('a call', () => {
  it('knows what its client has not read; PINGs are no progress', async () => {
    await listen({ quietMs: 40 });
    const next = nextCall();
    const stream = request(session());
    const call = await next;
    call.write(Buffer.alloc(MEGABYTE));
    const first = await steady(() => call.taken);
    expect(call.unsent).toBe(MEGABYTE);
    expect(first).toBeLessThan(MEGABYTE);
    stream.resume();
    while (call.unsent > 0) await new Promise(setImmediate);
    expect(call.taken).toBeGreaterThanOrEqual(first + MEGABYTE);
  });

  it('that ends gets its status out after what was written', async () => {
    await listen();
    const next = nextCall();
    const stream = request(session());
    const call = await next;
    const [trailers] = [once(stream, 'trailers')];
    call.write(Buffer.alloc(MEGABYTE));
    call.end({ code: status.DEADLINE_EXCEEDED, details: 'too late' });
    stream.resume();
    const [got] = (await trailers) as [Record<string, string>];
    expect(got).toMatchObject({ 'grpc-status': '4', 'grpc-message': 'too%20late' });
  });

  it('whose status does not get out takes its connection with it', async () => {
    await listen();
    const next = nextCall();
    const client = session();
    request(client);
    const call = await next;
    call.write(Buffer.alloc(MEGABYTE));
    call.end({ code: status.DEADLINE_EXCEEDED, details: 'too late' });
    await once(client, 'close');
    expect(call.isOver).toBe(true);
  });
});

/** What a number is when several PINGs have passed without a change of it. */
async function steady(read: () => number): Promise<number> {
  let before = read();
  let since = performance.now();
  const end = since + 5_000;
  while (performance.now() - since < 200) {
    if (performance.now() > end) throw new Error('it changes on and on');
    await new Promise(setImmediate);
    if (read() === before) continue;
    before = read();
    since = performance.now();
  }
  return before;
}
