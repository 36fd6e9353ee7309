// The load generator, a process of its own: an open loop at a given rate, a part of it over kept-alive and a part over new connections.
// It judges nothing; it writes what happened, a JSON array a line, to standard output, and ends when its standard input does.
//   ["c", connection, openedFrom, openedTo, certificate]   times in milliseconds of the monotonic clock; certificate: SHA-256, '' without TLS or of a resumed session
//   ["r", from, to, connection, shape, answer]             connection 0: none came to be; answer: `200 …`, `302 …`, a status, or how it failed
//   ["s", sent, held, seconds]                             once, at the end; held: left out because too many were under way
import { Agent as PlainAgent, type IncomingMessage, request as plain } from 'node:http';
import { Agent as SecureAgent, request as secure } from 'node:https';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { monotonicMs } from './clock.js';
import { call, openForCalls, type CallConnection } from './load-calls.js';
import type { LoadOptions } from './load-process.js';
import { CookieJar } from './cookie-jar.js';
import { FAILS_ONCE, SHAPES, type Shape } from './shapes.js';

const TICK_MS = 5;
const MOST_UNDER_WAY = 200;
const TIMEOUT_MS = 10_000;
/** Share of requests that open a connection of their own. */
const NEW_CONNECTIONS = 0.3;
const CONNECTIONS_PER_AGENT = 4;

const { address, rate, clients } = JSON.parse(process.argv[2] ?? '{}') as LoadOptions;
const cookies = new CookieJar();
const agents = new Map<string, PlainAgent>();
const connections = new WeakMap<Socket, number>();
let connected = 0;
let sent = 0;
let held = 0;
let underWay = 0;

const write = (...record: readonly (string | number)[]): void =>
  void process.stdout.write(`${JSON.stringify(record)}\n`);

function agentOf({ port, sni, client }: Shape): PlainAgent {
  const key = `${port} ${sni ?? ''} ${client ?? ''}`;
  const known = agents.get(key);
  if (known !== undefined) return known;
  // First in, first out: every connection is used again and again, as a busy client's are.
  const options = {
    keepAlive: true,
    maxSockets: CONNECTIONS_PER_AGENT,
    scheduling: 'fifo',
    maxCachedSessions: 0,
  } as const;
  const agent = sni === undefined ? new PlainAgent(options) : new SecureAgent(options);
  agents.set(key, agent);
  return agent;
}

/** Notes when the connection that the request opens has come to be. */
function follow(socket: Socket, from: number): void {
  if (connections.has(socket)) return;
  const isSecure = socket instanceof TLSSocket;
  socket.once(isSecure ? 'secureConnect' : 'connect', () => {
    connected += 1;
    connections.set(socket, connected);
    const certificate = isSecure ? (socket.getPeerX509Certificate()?.fingerprint256 ?? '') : '';
    write('c', connected, from, monotonicMs(), certificate);
  });
}

function answerOf(response: IncomingMessage, body: string): string {
  const status = response.statusCode ?? 0;
  if (status === 200) return `200 ${body}`;
  return status >= 300 && status < 400 ? `${status} ${response.headers.location ?? ''}` : String(status);
}

function failureOf(error: Error & { readonly code?: string }): string {
  if (error.message === 'timeout') return 'timeout';
  return error.code === 'ECONNREFUSED' ? 'refused' : `reset ${error.code ?? error.message}`;
}

const callConnections = new Map<string, CallConnection>();
const callNumbers = new WeakMap<CallConnection, number>();

function callConnection(shape: Shape): CallConnection {
  return openForCalls(address, shape, (connection, certificate) => {
    connected += 1;
    callNumbers.set(connection, connected);
    write('c', connected, connection.from, monotonicMs(), certificate);
  });
}

/** A connection that is in use until the server is about to close it. */
function keptCallConnection(shape: Shape): CallConnection {
  const key = `${shape.port} ${shape.sni ?? ''}`;
  const known = callConnections.get(key);
  if (known !== undefined && !known.session.closed && !known.session.destroyed) return known;
  const opened = callConnection(shape);
  callConnections.set(key, opened);
  return opened;
}

function sendCall(index: number, shape: Shape, isAgain = false): void {
  const isNew = !isAgain && Math.random() < NEW_CONNECTIONS;
  const connection = isNew ? callConnection(shape) : keptCallConnection(shape);
  if (!isAgain) {
    sent += 1;
    underWay += 1;
  }
  const from = connection.isConnected ? monotonicMs() : connection.from;
  let done = false;
  const once = (then: () => void): void => {
    if (done) return;
    done = true;
    if (isNew) connection.session.close();
    then();
  };
  call(connection, shape, TIMEOUT_MS, {
    onAnswer: (answer) =>
      once(() => {
        underWay -= 1;
        write('r', from, monotonicMs(), callNumbers.get(connection) ?? 0, index, answer);
      }),
    onUnseen: () => once(() => sendCall(index, shape, true)),
  });
}

function send(index: number, shape: Shape): void {
  let from = monotonicMs();
  const { port, sni, host, path, client, failsOnce } = shape;
  const agent = Math.random() < NEW_CONNECTIONS ? false : agentOf(shape);
  const headers = {
    host,
    ...(failsOnce && { [FAILS_ONCE]: `${process.pid}-${sent}` }),
    ...cookies.headers(index),
  };
  const options = { host: address, port, path, headers, setHost: false, agent };
  const request =
    sni === undefined
      ? plain(options)
      : secure({ ...options, ...identityOf(client), servername: sni, rejectUnauthorized: false });
  const timer = setTimeout(() => request.destroy(new Error('timeout')), TIMEOUT_MS);
  let done = false;
  const end = (answer: string): void => {
    if (done) return;
    done = true;
    clearTimeout(timer);
    underWay -= 1;
    const connection = request.socket === null ? 0 : (connections.get(request.socket) ?? 0);
    write('r', from, monotonicMs(), connection, index, answer);
  };
  sent += 1;
  underWay += 1;
  request.once('socket', (socket) => {
    // Until now it may have waited for one.
    from = monotonicMs();
    follow(socket, from);
  });
  request.on('error', (error) => end(failureOf(error)));
  request.on('response', (response) => {
    cookies.keep(index, response.headers['set-cookie']);
    let body = '';
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => (body += chunk));
    response.on('error', (error) => end(failureOf(error)));
    response.on('end', () => end(answerOf(response, body)));
  });
  request.end();
}

/** Of a client of TLS. */
function identityOf(client: Shape['client']): object {
  if (client === undefined) return {};
  const { certificate, key } = clients[client];
  return { cert: certificate, key };
}

const begin = monotonicMs();
let due = 0;
const timer = setInterval(() => {
  const wanted = ((monotonicMs() - begin) * rate) / 1000;
  for (; due < wanted; due += 1) {
    const index = Math.floor(Math.random() * SHAPES.length);
    const shape = SHAPES[index];
    if (shape === undefined || underWay >= MOST_UNDER_WAY) held += 1;
    else if (shape.isCall) sendCall(index, shape);
    else send(index, shape);
  }
}, TICK_MS);

process.stdin.resume().once('end', () => {
  clearInterval(timer);
  const seconds = (monotonicMs() - begin) / 1000;
  const finish = setInterval(() => {
    if (underWay > 0) return;
    clearInterval(finish);
    for (const agent of agents.values()) agent.destroy();
    for (const { session } of callConnections.values()) session.close();
    write('s', sent, held, seconds);
    process.stdout.end();
    process.stdout.once('finish', () => process.exit(0));
  }, TICK_MS);
});
