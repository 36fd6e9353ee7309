// A process of backends. Its argument is JSON: `{"certificate":"PEM","key":"PEM"}`. A line `{"start":"NAME","address":"…"}` on standard input opens an instance
// on two ports, the same at every address, and is answered with `{"name":"NAME","address":"…","ports":[A,B]}`, or `{"name":"NAME","taken":true}`; `{"stop":"NAME"}` closes it once its
// requests are answered. Each port takes whatever it is spoken to: HTTP/1.1, HTTP/2 or lines, in clear text or inside TLS, and datagrams. Every answer tells who
// gave it, with a `t` behind the name when it came by TLS, and what arrived. Connections of lines outlive their instance.
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
import { ASKED_AT, isDenied, MARKED_BY, passedBy } from './auth.js';
import type { BackendOptions } from './backend-process.js';
import { FAILS_ONCE } from './shapes.js';

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

const { certificate, key } = JSON.parse(process.argv[2] ?? '{}') as BackendOptions;
const instances = new Map<string, readonly Port[]>();

/** Of requests that are to fail once: those that have. */
const failed = new Set<string>();

function answering(label: string): Serve {
  return ({ url = '', headers }, response) => {
    const asking = (['listener', 'rule'] as const).find((who) => url.startsWith(ASKED_AT[who]));
    if (asking !== undefined) {
      response.statusCode = isDenied(url.slice(ASKED_AT[asking].length)) ? 403 : 200;
      response.setHeader(MARKED_BY[asking], 'yes');
      response.end();
      return;
    }
    const once = headers[FAILS_ONCE];
    if (typeof once === 'string' && !failed.has(once)) {
      failed.add(once);
      response.statusCode = 502;
      response.end();
      return;
    }
    const { host = '', ':authority': authority = host, 'x-mark': mark = '-' } = headers;
    const isCall = headers['content-type'] === 'application/grpc';
    const passed = passedBy(MARKED_BY.listener in headers, MARKED_BY.rule in headers);
    const body = `${label} ${url} ${String(authority)} ${String(mark)} ${passed}`;
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

/** @param wanted 0: any port */
async function listen(label: string, address: string, wanted: number): Promise<Port | undefined> {
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
  const isListening = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(wanted, address, () => resolve(true));
  });
  if (!isListening) return undefined;
  const { port: number } = server.address() as AddressInfo;
  const datagrams = createSocket('udp4', (_, from) => datagrams.send(`${label}\n`, from.port, from.address));
  const isBound = await new Promise<boolean>((resolve) => {
    datagrams.once('error', () => resolve(false));
    datagrams.bind(number, address, () => resolve(true));
  });
  if (!isBound) {
    server.close();
    return wanted === 0 ? listen(label, address, 0) : undefined;
  }
  const close = (): void => [server, datagrams, plain, secure].forEach((each) => void each.close());
  return { number, close };
}

/** Those of the first instance. */
const ports: number[] = [];

async function start(name: string, address: string): Promise<void> {
  const opened: Port[] = [];
  for (const [i, side] of SIDES.entries()) {
    const port = await listen(name + side, address, ports[i] ?? 0);
    if (port !== undefined) opened.push(port);
  }
  const isWhole = opened.length === SIDES.length;
  if (isWhole) {
    instances.set(name, opened);
    ports.splice(0, SIDES.length, ...opened.map(({ number }) => number));
  } else for (const port of opened) port.close();
  process.stdout.write(`${JSON.stringify(isWhole ? { name, address, ports } : { name, taken: true })}\n`);
}

function stop(name: string): void {
  for (const port of instances.get(name) ?? []) port.close();
  instances.delete(name);
}

let starting = Promise.resolve();
const commands = createInterface({ input: process.stdin });
commands.on('line', (line) => {
  const command = JSON.parse(line) as
    { readonly start: string; readonly address: string } | { readonly stop: string };
  // One after the other: the first decides the ports.
  if ('start' in command) starting = starting.then(() => start(command.start, command.address));
  else stop(command.stop);
});
commands.on('close', () => process.exit(0));
