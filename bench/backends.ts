import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Side } from './scenarios.js';

export interface Backends {
  readonly a: { readonly port: number };
  readonly b: { readonly port: number };
  close(): void;
}

/** Two servers that answer with their names, at once: the echoing backend of the end-to-end tests would be felt in the figures. */
export async function startBackends(): Promise<Backends> {
  const start = async (name: Side) => {
    const server = createServer((_request, response) => response.end(name));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return { port: (server.address() as AddressInfo).port, server };
  };
  const a = await start('a');
  const b = await start('b');
  return {
    a,
    b,
    close: () => {
      for (const { server } of [a, b]) {
        server.close();
        server.closeAllConnections();
      }
    },
  };
}

/** A TCP port of 127.0.0.1 that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
