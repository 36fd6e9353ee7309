import { once } from 'node:events';
import { createServer, request, type IncomingMessage } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { KeyPair } from './authority.js';
import type { Backend } from './backend.js';
import type { Ask } from './request.js';

/** A server that takes every upgrade and answers with what it is sent. @param pair it speaks TLS */
export async function startWebSocketBackend(name: string, pair?: KeyPair): Promise<Backend> {
  const plain = pair === undefined;
  const server = plain ? createServer() : createHttpsServer({ cert: pair.certificate, key: pair.key });
  server
    .on('tlsClientError', () => undefined)
    .on('upgrade', (_request, socket: Socket) => {
      socket.on('error', () => undefined); // The client leaves without a word.
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
      socket.pipe(socket);
    });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await once(server.close(), 'close');
  };
  return { name, received: [], port: (server.address() as AddressInfo).port, close };
}

/** What comes back of `text` over an upgraded connection; rejects when the upgrade is refused. */
export async function webSocketEcho({ address, port, host, path = '/' }: Ask, text: string): Promise<string> {
  const headers = { host, connection: 'Upgrade', upgrade: 'websocket' };
  const sent = request({ host: address, port, path, headers }).end();
  const refused = once(sent, 'response').then(([response]: IncomingMessage[]) => {
    throw new Error(`the upgrade was answered with ${String(response?.statusCode)}`);
  });
  const [, socket] = (await Promise.race([once(sent, 'upgrade'), refused])) as [IncomingMessage, Socket];
  socket.write(text);
  const [echo] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return String(echo);
}
