import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect as connectHttp2, constants, type ClientHttp2Session } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { GrpcCall } from './grpc-call.js';
import { createGrpcServer, type GrpcServer } from './grpc-server.js';

const METHOD = '/test.Service/Talk';
const { HTTP2_HEADER_PATH, HTTP2_HEADER_METHOD, HTTP2_HEADER_CONTENT_TYPE, HTTP2_HEADER_STATUS } = constants;

let directory: string;
let path: string;
let server: GrpcServer;
let calls: GrpcCall[];
let ends: (() => void)[];

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'windlass-grpc-'));
  path = join(directory, 'grpc.sock');
  calls = [];
  ends = [];
  const methods = new Map([[METHOD, (call: GrpcCall) => void calls.push(call)]]);
  server = createGrpcServer({ methods, quietMs: 40, answerMs: 40 });
  await server.listen({ path });
});
afterEach(async () => {
  for (const end of ends.splice(0)) end();
  await server.close();
  rmSync(directory, { recursive: true, force: true });
});

function open(): Socket {
  const socket = connect(path);
  ends.push(() => socket.destroy());
  return socket;
}

function session(): ClientHttp2Session {
  const made = connectHttp2('http://server', { createConnection: () => open() });
  ends.push(() => made.destroy());
  return made;
}

function request(of: ClientHttp2Session, headers: Record<string, string> = {}) {
  return of.request({
    [HTTP2_HEADER_METHOD]: 'POST',
    [HTTP2_HEADER_PATH]: METHOD,
    [HTTP2_HEADER_CONTENT_TYPE]: 'application/grpc',
    ...headers,
  });
}

describe('a connection', () => {
  it('is closed when its client is gone without a word, while another with nothing to say stays', async () => {
    const alive = session();
    await once(alive, 'connect');
    const vanished = open();
    // A preface and empty settings; what is asked after that is never answered.
    vanished.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    vanished.write(Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]));
    vanished.resume();
    await once(vanished, 'close');
    // It has lived at least as long, and answers.
    await new Promise<void>((resolve, reject) => {
      alive.ping((error) => (error === null ? resolve() : reject(error)));
    });
    expect(alive.destroyed).toBe(false);
  });
});

describe('a request', () => {
  it('for a method that does not exist is answered as gRPC says', async () => {
    const stream = request(session(), { [HTTP2_HEADER_PATH]: '/test.Service/Listen' });
    const [headers] = (await once(stream, 'response')) as [Record<string, string>];
    expect(headers).toMatchObject({
      'grpc-status': '12',
      'grpc-message': 'there is no method %2Ftest.Service%2FListen',
    });
  });

  it('that is not gRPC is refused', async () => {
    const stream = request(session(), { [HTTP2_HEADER_CONTENT_TYPE]: 'text/plain' });
    const [headers] = (await once(stream, 'response')) as [Record<string, number>];
    expect(headers[HTTP2_HEADER_STATUS]).toBe(415);
  });

  it('with a message that cannot be read ends its call, and no other', async () => {
    const client = session();
    const [bad, good] = [request(client), request(client)];
    const read: string[] = [];
    await Promise.all([once(bad, 'ready'), once(good, 'ready')]);
    good.write(Buffer.from([0, 0, 0, 0, 2, 104, 105]));
    bad.write(Buffer.from([1, 0, 0, 0, 2, 104, 105]));
    const over: GrpcCall[] = [];
    const waiting = once(bad, 'response') as Promise<[Record<string, string>]>;
    for (let at = 0; at < 2; at += 1) {
      while (calls[at] === undefined) await new Promise(setImmediate);
      const call = calls[at];
      const onMessage = (bytes: Buffer): void => void read.push(bytes.toString());
      call?.listen({ onMessage, onTaken: () => undefined, onOver: () => void over.push(call) }, 100);
    }
    const [headers] = await waiting;
    expect(headers).toMatchObject({ 'grpc-status': '13' });
    expect(read).toEqual(['hi']);
    expect(over).toHaveLength(1);
  });
});
