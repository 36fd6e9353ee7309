// Starts an echo server for every endpoint that the EndpointSlices in a directory name: `node examples/backends.ts DIR`.
// Each answers with the name of its Service and what it received, as JSON.
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';

interface Slice {
  readonly kind?: string;
  readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
  readonly endpoints?: readonly { readonly addresses: readonly string[] }[];
  readonly ports?: readonly { readonly port: number }[];
}

/** An HTTP server that says who it is; `port` 0 takes a free one. Resolves with the port it listens on. */
export async function startBackend(
  name: string,
  address: string,
  port: number,
): Promise<{ port: number; server: Server }> {
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({
        backend: name,
        method: request.method,
        path: request.url,
        host: request.headers.host,
        endpoint: `${request.socket.localAddress ?? ''}:${request.socket.localPort ?? ''}`,
      }) + '\n',
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, resolve);
  });
  return { port: (server.address() as AddressInfo).port, server };
}

if (import.meta.main) {
  const directory = process.argv[2];
  if (directory === undefined) {
    console.error('usage: node examples/backends.ts DIR');
    process.exit(2);
  }
  for (const file of readdirSync(directory).filter((name) => name.endsWith('.yaml'))) {
    for (const document of parseAllDocuments(readFileSync(join(directory, file), 'utf8'))) {
      const slice = document.toJS() as Slice | null;
      if (slice?.kind !== 'EndpointSlice') continue;
      const service = slice.metadata?.labels?.['kubernetes.io/service-name'] ?? 'unknown';
      for (const address of (slice.endpoints ?? []).flatMap((endpoint) => endpoint.addresses)) {
        for (const { port } of slice.ports ?? []) {
          await startBackend(service, address, port);
          console.log(`${service} listens on ${address}:${port}`);
        }
      }
    }
  }
}
