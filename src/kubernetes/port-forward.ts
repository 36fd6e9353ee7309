import { request, type IncomingMessage } from 'node:http';
import { Duplex, PassThrough, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { PortForward, type KubeConfig } from '@kubernetes/client-node';
import { WindlassError } from '../errors/index.js';

/** A port that a process in a Pod listens on, its loopback included. */
export interface PodPort {
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
}

export interface PodAnswer {
  /** HTTP status. */
  readonly status: number;
  readonly body: string;
}

const TIMEOUT_MS = 30_000;

/**
 * GET by HTTP from a process in a Pod, over the API server's port forwarding. Needs `create` and `get` on `pods/portforward`.
 * @throws WindlassError CONTROL_PLANE_UNREACHABLE
 */
export async function getFromPod(config: KubeConfig, at: PodPort, path: string): Promise<PodAnswer> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  let tunnel: Duplex | undefined;
  try {
    const opened = await forward(config, at, signal);
    tunnel = opened;
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      // The Host header is the one that a local client would send: no other is answered.
      const headers = { host: `127.0.0.1:${at.port}`, connection: 'close' };
      request({ path, headers, signal, createConnection: () => opened })
        .on('response', resolve)
        .on('error', reject)
        .end();
    });
    return { status: response.statusCode ?? 0, body: await text(response) };
  } catch (thrown) {
    const { message } = WindlassError.from(thrown);
    throw new WindlassError(
      'CONTROL_PLANE_UNREACHABLE',
      `port ${at.port} of pod ${at.namespace}/${at.pod} cannot be reached: ${message}`,
      { cause: thrown },
    );
  } finally {
    tunnel?.destroy();
  }
}

/** What the client library gives back. Its own types of it are not among our dependencies. */
interface ForwardedSocket {
  on(event: 'close', listener: () => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  close(): void;
}

async function forward(
  config: KubeConfig,
  { namespace, pod, port }: PodPort,
  signal: AbortSignal,
): Promise<Duplex> {
  const input = new PassThrough();
  const tunnel = new Duplex({
    read: () => undefined, // What arrives is pushed as it comes: answers are small, and asked for one at a time.
    write: (chunk: Buffer, _encoding, done) => {
      input.write(chunk);
      done();
    },
  });
  const output = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      tunnel.push(chunk);
      done();
    },
  });
  // The kubelet says here why it cannot connect.
  const refusal = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      if (chunk.length > 0) tunnel.destroy(new Error(chunk.toString().trim()));
      done();
    },
  });
  const open = new PortForward(config).portForward(namespace, pod, [port], output, refusal, input);
  const socket = await withDeadline(open as Promise<ForwardedSocket>, signal);
  socket.on('close', () => tunnel.push(null));
  socket.on('error', (error) => tunnel.destroy(error));
  tunnel.once('close', () => socket.close());
  return tunnel;
}

/** The library waits without end, and its errors are events as browsers have them. */
async function withDeadline(open: Promise<ForwardedSocket>, signal: AbortSignal): Promise<ForwardedSocket> {
  return await new Promise((resolve, reject) => {
    const late = (): void => {
      reject(new Error(`no answer within ${TIMEOUT_MS / 1000} s`));
      open.then(
        (socket) => socket.close(),
        () => undefined, // It is given up already.
      );
    };
    signal.addEventListener('abort', late, { once: true });
    open.then(resolve, (thrown: unknown) => {
      const message =
        typeof thrown === 'object' && thrown !== null && 'message' in thrown ? thrown.message : thrown;
      reject(new Error(String(message), { cause: thrown }));
    });
  });
}
