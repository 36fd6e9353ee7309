// A process of backends. Its argument is JSON: `{"address":"…","certificate":"PEM","key":"PEM"}`. A line `{"start":"NAME"}` on standard input opens an instance
// on two ports and is answered with `{"name":"NAME","ports":[A,B]}`; `{"stop":"NAME"}` closes it once its requests are answered. Each port takes whatever it is
// spoken to: HTTP/1.1, HTTP/2 or lines, in clear text or inside TLS, and datagrams. Every answer tells who gave it, with a `t` behind the name when it came by TLS,
// and what arrived. Connections of lines outlive their instance.
import { createSocket } from 'node:dgram';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import {
  createServer as createHttp2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from 'node:http2';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { createServer as createTlsServer } from 'node:tls';
import type { BackendOptions } from './backend-process.js';

interface Port {
  readonly number: number;
  readonly close: () => void;
}

type Serve = (
  request: IncomingMessage | Http2ServerRequest,
  response: ServerResponse | Http2ServerResponse,
) => void;

const SIDES = ['a', 'b'];
/** First byte of a TLS record that holds a handshake. */
const HANDSHAKE = 0x16;

type Protocol = 'h1' | 'h2' | 'echo';

/** @param word as TLS negotiated it, or the first bytes of the connection */
function protocolOf(word: string): Protocol {
  if (word === 'h2' || word.startsWith('PRI ')) return 'h2';
  return word === 'echo' || word.startsWith('LABEL') ? 'echo' : 'h1';
}

/** Looks at the first bytes of a connection; they are still to be read. */
function peek(socket: Socket, look: (first: Buffer) => void): void {
  socket.once('readable', () => {
    const first = socket.read() as Buffer | null;
    if (first === null) return;
    socket.unshift(first);
    look(first);
  });
}

const { address, certificate, key } = JSON.parse(process.argv[2] ?? '{}') as BackendOptions;
const instances = new Map<string, readonly Port[]>();

function answering(label: string): Serve {
  return ({ url = '', headers }, response) => {
    const { host = '', ':authority': authority = host, 'x-mark': mark = '-' } = headers;
    const isCall = headers['content-type'] === 'application/grpc';
    const body = `${label} ${url} ${String(authority)} ${String(mark)}`;
    const answer = (): void => {
      response.setHeader('content-type', isCall ? 'application/grpc' : 'text/plain');
      response.end(body);
    };
    // Some requests are under way for a while, so that changes overtake them.
    if (Math.random() < 0.1) setTimeout(answer, 5 + Math.random() * 60);
    else answer();
  };
}

/** Serves HTTP of either version over connections that others accept. */
function webServer(label: string): {
  readonly take: (socket: Socket, protocol: Protocol) => void;
  readonly close: () => void;
} {
  // A backend that closes an idle connection races with the proxy that uses it again: ours never do.
  const one = createHttpServer({ keepAliveTimeout: 0, requestTimeout: 0 }, answering(label));
  const two = createHttp2Server(answering(label));
  const sessions = new Set<ServerHttp2Session>();
  two.on('session', (session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
  });
  return {
    take: (socket, protocol) => {
      if (protocol !== 'echo') (protocol === 'h2' ? two : one).emit('connection', socket);
      else socket.on('data', () => socket.write(`${label}\n`));
    },
    close: () => {
      one.close();
      for (const session of sessions) session.close();
    },
  };
}

async function listen(label: string): Promise<Port> {
  const plain = webServer(label);
  const secure = webServer(`${label}t`);
  const tls = createTlsServer(
    { cert: certificate, key, ALPNProtocols: ['h2', 'http/1.1', 'echo'] },
    (socket) => {
      socket.on('error', () => socket.destroy());
      if (typeof socket.alpnProtocol === 'string') secure.take(socket, protocolOf(socket.alpnProtocol));
      // Who ends TLS for a stream does not know what is spoken in it.
      else peek(socket, (first) => secure.take(socket, protocolOf(first.toString())));
    },
  );
  // A client that does not like the certificate goes away.
  tls.on('tlsClientError', () => undefined);
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    peek(socket, (first) => {
      if (first[0] === HANDSHAKE) tls.emit('connection', socket);
      else plain.take(socket, protocolOf(first.toString()));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const { port: number } = server.address() as AddressInfo;
  const datagrams = createSocket('udp4', (_, from) => datagrams.send(`${label}\n`, from.port, from.address));
  const isBound = await new Promise<boolean>((resolve) => {
    datagrams.once('error', () => resolve(false));
    datagrams.bind(number, address, () => resolve(true));
  });
  if (!isBound) {
    server.close();
    return listen(label);
  }
  const close = (): void => [server, datagrams, plain, secure].forEach((each) => void each.close());
  return { number, close };
}

async function start(name: string): Promise<void> {
  const opened = await Promise.all(SIDES.map((side) => listen(name + side)));
  instances.set(name, opened);
  process.stdout.write(`${JSON.stringify({ name, ports: opened.map(({ number }) => number) })}\n`);
}

function stop(name: string): void {
  for (const port of instances.get(name) ?? []) port.close();
  instances.delete(name);
}

const commands = createInterface({ input: process.stdin });
commands.on('line', (line) => {
  const command = JSON.parse(line) as { readonly start?: string; readonly stop?: string };
  if (command.start !== undefined) void start(command.start);
  if (command.stop !== undefined) stop(command.stop);
});
commands.on('close', () => process.exit(0));
