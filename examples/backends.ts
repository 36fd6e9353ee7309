// Starts an echo server for every endpoint that the EndpointSlices in a directory name: `node examples/backends.ts DIR`.
// Each answers with the name of its Service and what it received: over HTTP as JSON – in TLS where a port's appProtocol is https, with the key pair of the Secret
// `<Service>-tls`; HTTP/2, and gRPC, where the Service's is kubernetes.io/h2c –, over UDP a line for each datagram. An EndpointSlice with the label
// `example: auth-server` is that of a server that is asked about requests.
import { createSocket } from 'node:dgram';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import { createServer as createHttp2Server, type ServerHttp2Stream } from 'node:http2';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { startAuthServer } from './auth-server.ts';

interface Parsed {
  readonly kind?: string;
  readonly metadata?: { readonly name?: string; readonly labels?: Readonly<Record<string, string>> };
  readonly spec?: { readonly ports?: readonly { readonly appProtocol?: string }[] };
  readonly endpoints?: readonly { readonly addresses: readonly string[] }[];
  readonly ports?: readonly {
    readonly port: number;
    readonly protocol?: string;
    readonly appProtocol?: string;
  }[];
  /** Of a Secret, in base64. */
  readonly data?: Readonly<Record<string, string>>;
}

export interface BackendOptions {
  /** HTTP/2 in clear text, and gRPC on it. */
  readonly http2?: boolean;
  /** PEM texts; with `ca` clients have to present a certificate of it. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly ca?: string };
  /** Is told of every request. */
  readonly onRequest?: () => void;
}

/** What a backend says of a request. */
interface Received {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly host: string | undefined;
  /** Which of its addresses got it; not told of HTTP/2. */
  readonly endpoint?: string;
  /** Names in lower case; not told of HTTP/2. */
  readonly headers?: IncomingHttpHeaders;
}

/**
 * An HTTP server that says who it is; `port` 0 takes a free one. Resolves with the port it listens on. `?delay=ms` answers late; the header
 * `x-fail-first: n` is answered with 503 on the first n tries of a request, which all have one `x-request-id`.
 */
export async function startBackend(
  name: string,
  address: string,
  port: number,
  { http2 = false, tls, onRequest }: BackendOptions = {},
): Promise<{ port: number; server: Server }> {
  const body = (received: Received): string => JSON.stringify({ backend: name, ...received }) + '\n';
  const fails = failures();
  const answer: RequestListener = (request, response) => {
    onRequest?.();
    const { method, url: path, headers } = request;
    response.statusCode = fails(headers) ? 503 : 200;
    response.setHeader('content-type', 'application/json');
    const delay = Number(new URL(path ?? '/', 'http://any').searchParams.get('delay') ?? 0);
    const { localAddress = '', localPort = 0 } = request.socket;
    const endpoint = `${localAddress}:${localPort}`;
    setTimeout(() => response.end(body({ method, path, host: headers.host, endpoint, headers })), delay);
  };
  const server = http2
    ? createHttp2Server().on('stream', (stream, headers) => {
        onRequest?.();
        const received = { method: headers[':method'], path: headers[':path'], host: headers[':authority'] };
        answerStream(stream, body(received), headers['content-type'] ?? '');
      })
    : tls === undefined
      ? createServer(answer)
      : createHttpsServer(
          { ...tls, requestCert: tls.ca !== undefined, rejectUnauthorized: tls.ca !== undefined },
          answer,
        );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, resolve);
  });
  return { port: (server.address() as AddressInfo).port, server };
}

/** Answers each datagram with who it is and what it got. Resolves with the port it is bound to. */
export async function startUdpBackend(
  name: string,
  address: string,
  port: number,
): Promise<{ port: number; close: () => void }> {
  const socket = createSocket('udp4');
  socket.on('message', (message, from) => {
    socket.send(`${name} got ${String(message).trim()}\n`, from.port, from.address);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(port, address, resolve);
  });
  return { port: socket.address().port, close: () => void socket.close() };
}

/** Tells which tries are to fail. */
function failures(): (headers: IncomingHttpHeaders) => boolean {
  const tries = new Map<string, number>();
  return (headers) => {
    const id = String(headers['x-request-id']);
    const before = tries.get(id) ?? 0;
    tries.set(id, before + 1);
    return before < Number(headers['x-fail-first'] ?? 0);
  };
}

/** Of a gRPC call the answer is one message, with the status behind it. */
function answerStream(stream: ServerHttp2Stream, body: string, contentType: string): void {
  stream.on('error', () => undefined); // The client leaves when it has its answer.
  if (!contentType.startsWith('application/grpc')) {
    stream.respond({ 'content-type': 'application/json' });
    stream.end(body);
    return;
  }
  const message = Buffer.from(body);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  stream.respond({ 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.once('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  stream.end(Buffer.concat([head, message]));
}

/** Names of the Services in these texts that speak HTTP/2 in clear text. */
export function http2Services(texts: readonly string[]): ReadonlySet<string> {
  const speaks = ({ kind, spec }: Parsed): boolean =>
    kind === 'Service' &&
    spec?.ports?.some(({ appProtocol }) => appProtocol === 'kubernetes.io/h2c') === true;
  return new Set(parsed(texts).flatMap((object) => (speaks(object) ? (object.metadata?.name ?? []) : [])));
}

/** Of the Secret `<Service>-tls`. */
function keyPairOf(service: string, objects: readonly Parsed[]): NonNullable<BackendOptions['tls']> {
  const secret = objects.find(
    ({ kind, metadata }) => kind === 'Secret' && metadata?.name === `${service}-tls`,
  );
  if (secret === undefined) throw new Error(`there is no Secret ${service}-tls; make it with windlass cert`);
  const pem = (field: string): string => Buffer.from(secret.data?.[field] ?? '', 'base64').toString();
  return { cert: pem('tls.crt'), key: pem('tls.key') };
}

function parsed(texts: readonly string[]): readonly Parsed[] {
  return texts.flatMap((text) =>
    parseAllDocuments(text).flatMap((document) => (document.toJS() as Parsed | null) ?? []),
  );
}

if (import.meta.main) {
  const directory = process.argv[2];
  if (directory === undefined) {
    console.error('usage: node examples/backends.ts DIR');
    process.exit(2);
  }
  const texts = readdirSync(directory)
    .filter((name) => name.endsWith('.yaml'))
    .map((file) => readFileSync(join(directory, file), 'utf8'));
  const http2 = http2Services(texts);
  const objects = parsed(texts);
  for (const slice of objects) {
    if (slice.kind !== 'EndpointSlice') continue;
    const service = slice.metadata?.labels?.['kubernetes.io/service-name'] ?? 'unknown';
    for (const address of (slice.endpoints ?? []).flatMap((endpoint) => endpoint.addresses)) {
      for (const { port, protocol, appProtocol } of slice.ports ?? []) {
        const options =
          appProtocol === 'https' ? { tls: keyPairOf(service, objects) } : { http2: http2.has(service) };
        if (slice.metadata?.labels?.['example'] === 'auth-server') await startAuthServer(address, port);
        else if (protocol === 'UDP') await startUdpBackend(service, address, port);
        else await startBackend(service, address, port, options);
        console.log(`${service} listens on ${address}:${port}`);
      }
    }
  }
}
