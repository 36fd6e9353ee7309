// Starts an echo server for every endpoint that the EndpointSlices in a directory name: `node examples/backends.ts DIR`.
// Each answers with the name of its Service and what it received: over HTTP as JSON – in TLS where a port's appProtocol is https, with
// the key pair of the Secret `<Service>-tls` –, over UDP a line for each datagram.
import { createSocket } from 'node:dgram';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';

interface Slice {
  readonly kind?: string;
  readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
  readonly endpoints?: readonly { readonly addresses: readonly string[] }[];
  readonly ports?: readonly {
    readonly port: number;
    readonly protocol?: string;
    readonly appProtocol?: string;
  }[];
}

interface Secret {
  readonly kind?: string;
  readonly metadata?: { readonly name?: string };
  readonly data?: Readonly<Record<string, string>>;
}

export interface BackendOptions {
  /** PEM, to speak TLS with. */
  readonly tls?: { readonly cert: string; readonly key: string };
}

/** An HTTP server that says who it is; `port` 0 takes a free one. Resolves with the port it listens on. */
export async function startBackend(
  name: string,
  address: string,
  port: number,
  { tls }: BackendOptions = {},
): Promise<{ port: number; server: Server }> {
  const answer: RequestListener = (request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({
        backend: name,
        method: request.method,
        path: request.url,
        host: request.headers.host,
      }) + '\n',
    );
  };
  const server = tls === undefined ? createServer(answer) : createTlsServer(tls, answer);
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

if (import.meta.main) {
  const directory = process.argv[2];
  if (directory === undefined) {
    console.error('usage: node examples/backends.ts DIR');
    process.exit(2);
  }
  const documents = readdirSync(directory)
    .filter((name) => name.endsWith('.yaml'))
    .flatMap((file) => parseAllDocuments(readFileSync(join(directory, file), 'utf8')))
    .map((document) => document.toJS() as (Slice & Secret) | null);
  const keyPairOf = (service: string): NonNullable<BackendOptions['tls']> => {
    const secret = documents.find(
      (each) => each?.kind === 'Secret' && each.metadata?.name === `${service}-tls`,
    );
    const pem = (field: string): string => Buffer.from(secret?.data?.[field] ?? '', 'base64').toString();
    if (secret === undefined)
      throw new Error(`${directory} has no Secret ${service}-tls; make it with windlass cert`);
    return { cert: pem('tls.crt'), key: pem('tls.key') };
  };
  for (const slice of documents) {
    if (slice?.kind !== 'EndpointSlice') continue;
    const service = slice.metadata?.labels?.['kubernetes.io/service-name'] ?? 'unknown';
    for (const address of (slice.endpoints ?? []).flatMap((endpoint) => endpoint.addresses)) {
      for (const { port, protocol, appProtocol } of slice.ports ?? []) {
        if (protocol === 'UDP') await startUdpBackend(service, address, port);
        else
          await startBackend(
            service,
            address,
            port,
            appProtocol === 'https' ? { tls: keyPairOf(service) } : {},
          );
        console.log(`${service} listens on ${address}:${port}`);
      }
    }
  }
}
