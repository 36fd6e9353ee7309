// Clients of what is no HTTP, a process of its own; its argument is JSON, `{"address":"…"}`. It judges nothing; it writes what happened, a JSON array a line, to
// standard output, and ends when its standard input does. Times are milliseconds of the monotonic clock.
//   ["n", stream, from, to, answer]           a new connection, asked once: the label of the backend, `refused` or `timeout`
//   ["k", stream, opened, from, to, answer]   a connection that is kept, asked again: `same`, `other`, `closed` or `timeout`; from: when it was asked, or closed if that was before
//   ["s", asked]                              once, at the end
import { createSocket } from 'node:dgram';
import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { monotonicMs } from './clock.js';
import { STREAM_NAMES, STREAMS, type StreamName } from './streams.js';

const NEW_EVERY_MS = 60;
const ASK_EVERY_MS = 150;
const REOPEN_MS = 100;
const TIMEOUT_MS = 5_000;
/** Of each stream, but for UDP, which knows no connections. */
const KEPT = 4;

const { address } = JSON.parse(process.argv[2] ?? '{}') as { readonly address: string };
let asked = 0;
let isEnding = false;
const goesOn = (): boolean => !isEnding;

const write = (...record: readonly (string | number)[]): void =>
  void process.stdout.write(`${JSON.stringify(record)}\n`);

function open(name: StreamName): Socket {
  const { port, ...more } = STREAMS[name];
  const socket =
    'host' in more
      ? connectTls({
          host: address,
          port,
          servername: more.host,
          ALPNProtocols: ['echo'],
          rejectUnauthorized: false,
        })
      : connectPlain({ host: address, port });
  // The end tells it as well.
  socket.on('error', () => undefined);
  socket.setEncoding('utf8');
  return socket;
}

/** The next line of the connection. */
function ask(socket: Socket): Promise<string> {
  asked += 1;
  return new Promise((resolve) => {
    const timer = setTimeout(() => end('timeout'), TIMEOUT_MS);
    const onData = (data: string): void => end(data.trim());
    const onClose = (): void => end('closed');
    const end = (answer: string): void => {
      clearTimeout(timer);
      socket.off('data', onData);
      socket.off('close', onClose);
      resolve(answer);
    };
    socket.once('data', onData);
    socket.once('close', onClose);
    if (socket.destroyed) onClose();
    else socket.write('LABEL\n');
  });
}

function askByDatagram(): Promise<string> {
  asked += 1;
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    const timer = setTimeout(() => end('refused'), TIMEOUT_MS);
    const end = (answer: string): void => {
      clearTimeout(timer);
      socket.close();
      resolve(answer);
    };
    socket.once('message', (message) => end(message.toString().trim()));
    socket.once('error', () => end('refused'));
    socket.send('LABEL\n', STREAMS.udp.port, address);
  });
}

async function askAnew(name: StreamName): Promise<void> {
  const from = monotonicMs();
  let answer: string;
  if (name === 'udp') answer = await askByDatagram();
  else {
    const socket = open(name);
    answer = await ask(socket);
    socket.destroy();
  }
  write('n', name, from, monotonicMs(), answer === 'closed' ? 'refused' : answer);
}

/** Asks again and again over one connection, for as long as it lasts. */
async function keep(name: StreamName): Promise<void> {
  while (goesOn()) {
    const opened = monotonicMs();
    const socket = open(name);
    let closed = Number.POSITIVE_INFINITY;
    socket.once('close', () => (closed = monotonicMs()));
    const label = await ask(socket);
    write('n', name, opened, monotonicMs(), label === 'closed' ? 'refused' : label);
    let answer = label;
    while (answer === label && goesOn() && label !== 'closed' && label !== 'timeout') {
      await pause(ASK_EVERY_MS);
      const from = monotonicMs();
      answer = await ask(socket);
      const told = answer === label ? 'same' : /^(closed|timeout)$/.test(answer) ? answer : 'other';
      // It may have been closed while nothing was asked.
      write('k', name, opened, Math.min(from, closed), monotonicMs(), told);
    }
    socket.destroy();
    await pause(REOPEN_MS);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

const keeping = STREAM_NAMES.filter((name) => name !== 'udp').flatMap((name) =>
  Array.from({ length: KEPT }, () => keep(name)),
);
const underWay = new Set<Promise<void>>();
let turn = 0;
const timer = setInterval(() => {
  const name = STREAM_NAMES[(turn += 1) % STREAM_NAMES.length] ?? 'tcp';
  const one = askAnew(name).finally(() => underWay.delete(one));
  underWay.add(one);
}, NEW_EVERY_MS);

process.stdin.resume().once('end', () => {
  clearInterval(timer);
  isEnding = true;
  void Promise.all([...keeping, ...underWay]).then(() => {
    write('s', asked);
    process.stdout.end();
    process.stdout.once('finish', () => process.exit(0));
  });
});
